//! From what an operator has set up to the plan that messages go by.

mod edit;
mod reports;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use countersign_core::entropy::Entropy;
use countersign_core::ports::provider::Provider;
use countersign_core::ports::setup::{ProviderRecord, Setup, SetupStore};
use countersign_core::ports::store::Store;
use countersign_core::send::messenger::{Messenger, Plan};
use countersign_core::send::route::{Countries, ProviderName, Routes};
use countersign_core::template::Templates;
use countersign_core::time::Clock;
use countersign_providers::account::{Account, InvalidSetup, Problem, Resources};
use countersign_providers::carriage::Guarded;
use countersign_providers::egress::Egress;
use countersign_providers::kinds;
use subtle::ConstantTimeEq;

pub use self::edit::Edit;
use self::reports::RecordedReports;

/// The vendor accounts of a deployment, ready to carry messages.
pub struct Carriers {
    parts: Parts,
    /// Those that are built, and what of. One whose record has not changed is kept as it is: what it knows of its
    /// vendor's health stays.
    built: Mutex<BTreeMap<ProviderName, Built>>,
    /// Whose turn it is to change what is set up.
    turns: Arc<tokio::sync::Mutex<()>>,
}

/// What carriers are made of.
pub struct Parts {
    /// What is set up.
    pub setup_store: Arc<dyn SetupStore>,
    /// Who goes by the plan.
    pub messenger: Arc<Messenger>,
    /// Who carries what no route is for.
    pub otherwise: Option<(Arc<dyn Provider>, Countries)>,
    /// Records the reports that a provider hears over a session of its own.
    pub store: Arc<dyn Store>,
    /// The way out to vendors.
    pub egress: Egress,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Randomness.
    pub entropy: Arc<dyn Entropy>,
}

struct Built {
    record: ProviderRecord,
    provider: Arc<Guarded>,
}

impl std::fmt::Debug for Carriers {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Carriers").finish_non_exhaustive()
    }
}

impl std::fmt::Debug for Parts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Parts").finish_non_exhaustive()
    }
}

impl Carriers {
    /// The carriers of what is set up; messages go by it from now on.
    #[must_use]
    pub fn new(parts: Parts) -> Self {
        let carriers = Self {
            parts,
            built: Mutex::default(),
            turns: Arc::default(),
        };
        carriers.replan();
        carriers
    }

    /// What is set up.
    #[must_use]
    pub fn setup(&self) -> Arc<Setup> {
        self.parts.setup_store.setup()
    }

    /// Judges an account without opening anything.
    ///
    /// # Errors
    /// [`InvalidSetup`] with the problems of the account.
    pub fn check(&self, record: &ProviderRecord) -> Result<(), InvalidSetup> {
        kinds::check(&record.kind, &self.account(record)?)
    }

    /// Opens the provider of an account.
    fn open(&self, record: &ProviderRecord) -> Result<Arc<Guarded>, InvalidSetup> {
        let resources = Resources {
            egress: self.parts.egress.clone(),
            clock: Arc::clone(&self.parts.clock),
            entropy: Arc::clone(&self.parts.entropy),
            reports: Arc::new(RecordedReports {
                provider: record.name.clone(),
                store: Arc::clone(&self.parts.store),
            }),
        };
        let provider = kinds::open(&record.kind, self.account(record)?, resources)?;
        let clock = Arc::clone(&self.parts.clock);
        Ok(Arc::new(Guarded::new(provider, clock)))
    }

    fn account(&self, record: &ProviderRecord) -> Result<Account, InvalidSetup> {
        let settings = serde_json::from_str(&record.settings);
        Ok(Account {
            name: record.name.clone(),
            settings: settings.map_err(|error| Problem::new("settings", error))?,
            secrets: record.secrets.clone(),
            reach: self.parts.egress.reach(),
        })
    }

    /// The provider of that name.
    #[must_use]
    pub fn provider(&self, name: &ProviderName) -> Option<Arc<Guarded>> {
        let built = self.built.lock().unwrap_or_else(PoisonError::into_inner);
        built.get(name).map(|built| Arc::clone(&built.provider))
    }

    /// The provider that reports at the path that ends so.
    #[must_use]
    pub fn reporting_at(&self, end: &str) -> Option<Arc<Guarded>> {
        let built = self.built.lock().unwrap_or_else(PoisonError::into_inner);
        // Every path is compared, so that the time tells nothing.
        let mut found = None;
        for built in built.values() {
            let path = built.record.receipts.reveal().as_bytes();
            if bool::from(path.ct_eq(end.as_bytes())) {
                found = Some(Arc::clone(&built.provider));
            }
        }
        found
    }

    fn replan(&self) {
        // Held to the end: the newest plan must be the last.
        let mut built = self.built.lock().unwrap_or_else(PoisonError::into_inner);
        let setup = self.setup();
        built.retain(|name, built| {
            setup
                .providers
                .get(name)
                .is_some_and(|held| **held == built.record)
        });
        for (name, record) in &setup.providers {
            if built.contains_key(name) {
                continue;
            }
            match self.open(record) {
                Ok(provider) => {
                    let record = (**record).clone();
                    built.insert(name.clone(), Built { record, provider });
                }
                Err(error) => {
                    tracing::error!(provider = %name, %error, "a provider cannot be used");
                }
            }
        }
        let providers = built.iter().map(|(name, built)| {
            (
                name.clone(),
                Arc::clone(&built.provider) as Arc<dyn Provider>,
            )
        });
        let routes = setup
            .routes
            .iter()
            .map(|(scope, route)| (scope.clone(), (**route).clone()));
        let mut routes = Routes::new(providers.collect(), routes.collect());
        if let Some((provider, countries)) = &self.parts.otherwise {
            routes = routes.or_through(Arc::clone(provider), countries.clone());
        }
        let mut templates = Templates::default();
        for ((scope, _), template) in &setup.templates {
            templates.add(scope.clone(), (**template).clone());
        }
        self.parts.messenger.replan(Plan { routes, templates });
    }
}

#[cfg(test)]
mod tests;
