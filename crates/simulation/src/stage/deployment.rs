//! The deployment that is judged, as its operator set it up.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use countersign_core::application::{AppId, AppName, Application, Origins, TokenAlgorithm};
use countersign_core::audit::Author;
use countersign_core::country_rules::{Countries, CountryRules};
use countersign_core::entropy::{Entropy, random_hex};
use countersign_core::guard::GuardSettings;
use countersign_core::language::Languages;
use countersign_core::limit::SendLimit;
use countersign_core::network::{Network, Networks};
use countersign_core::phone::Country;
use countersign_core::policy::CodePolicy;
use countersign_core::ports::setup::{ApplicationRecord, Change, Setting, SetupStore};
use countersign_core::time::Timestamp;

use crate::SimulationError;
use crate::traffic::day::BACK_END;
use crate::traffic::{ABROAD, App};

/// The deployment that is judged.
#[derive(Clone)]
pub struct Deployment {
    /// The limits on sends beside the one-minute limit, in the modes of a service in production.
    pub limits: Vec<SendLimit>,
    /// The country of the deployment.
    pub home: Country,
    /// The guard against SMS pumping, which has watched for long enough.
    pub guard: GuardSettings,
    /// The rules of codes.
    pub codes: CodePolicy,
    /// The source of codes and ids.
    pub entropy: Arc<dyn Entropy>,
}

impl fmt::Debug for Deployment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Deployment")
            .field("limits", &self.limits)
            .field("home", &self.home)
            .field("codes", &self.codes)
            .finish_non_exhaustive()
    }
}

impl Deployment {
    /// The countries that the deployment sends to: its home, and those that guests come from.
    pub(super) fn countries(&self) -> CountryRules {
        let abroad = ABROAD.iter().filter_map(|code| Country::parse(code));
        CountryRules {
            home: self.home,
            allowed: Countries::Only(abroad.chain([self.home]).collect()),
        }
    }
}

/// All applications.
pub(super) fn applications(created_at: Timestamp) -> BTreeMap<App, Arc<Application>> {
    let set_up = |app| Some((app, Arc::new(application(app, created_at)?)));
    App::ALL.into_iter().filter_map(set_up).collect()
}

/// Puts `apps` into the setup of a store, each with a secret that nobody knows.
///
/// # Errors
/// [`SimulationError`] when the store does not take one.
pub(super) async fn set_up(
    apps: &BTreeMap<App, Arc<Application>>,
    store: &dyn SetupStore,
    entropy: &dyn Entropy,
) -> Result<(), SimulationError> {
    for application in apps.values() {
        let secret = random_hex::<16>(entropy)?;
        let record = ApplicationRecord {
            application: Arc::clone(application),
            secret: store.secret_mac(&application.id, &secret),
            replaced_secret: None,
            is_disabled: false,
        };
        let (seen, change) = (
            store.setup().version,
            Change::Put(Setting::Application(record)),
        );
        store.change(seen, change, Author::service()).await?;
    }
    Ok(())
}

fn application(app: App, created_at: Timestamp) -> Option<Application> {
    let backends = match app {
        App::Bank => vec![Network::parse(&BACK_END.to_string()).ok()?],
        _ => Vec::new(),
    };
    Some(Application {
        id: AppId::parse(app.id()).ok()?,
        name: AppName::parse(app.id()).ok()?,
        sms_name: None,
        origins: Origins::default(),
        backends: Networks::new(backends).ok()?,
        web_host: None,
        android_app_hash: None,
        default_country: None,
        allowed_countries: Countries::All,
        challenges: app.solves_challenges(),
        token_algorithm: TokenAlgorithm::default(),
        languages: Languages::default(),
        created_at,
    })
}
