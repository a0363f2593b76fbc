//! Applications: create, change, list.

use std::sync::Arc;

use countersign_core::application::{
    AppId, AppName, Application, Origins, SmsName, TokenAlgorithm,
};
use countersign_core::audit::Author;
use countersign_core::autofill::{AndroidAppHash, WebHost};
use countersign_core::country_rules::Countries;
use countersign_core::entropy::random_hex;
use countersign_core::language::{LanguageChoice, LanguageTag, Languages};
use countersign_core::network::Networks;
use countersign_core::phone::Country;
use countersign_core::ports::setup::{
    ApplicationRecord, Change, Setting, SettingKey, SetupVersion, Versioned,
};
use countersign_core::template;

use super::error::BrokenField;
use super::{Manage, ManageError, Rule, check_version};

/// An application to be created.
#[derive(Debug, Clone)]
pub struct NewApplication {
    /// The public id; made up where absent.
    pub id: Option<AppId>,
    /// The name.
    pub name: AppName,
    /// The name that messages carry, where it is not the same.
    pub sms_name: Option<SmsName>,
    /// The web pages that may call as it.
    pub origins: Origins,
    /// The addresses of its servers.
    pub backends: Networks,
    /// The host whose web pages may read its codes from messages.
    pub web_host: Option<WebHost>,
    /// The Android app that may read its messages.
    pub android_app_hash: Option<AndroidAppHash>,
    /// The country in which a number that names none is read.
    pub default_country: Option<Country>,
    /// The countries that it sends to, among those that the deployment allows.
    pub allowed_countries: Countries,
    /// The languages of its messages.
    pub languages: Languages,
    /// Whether its callers can solve challenges.
    pub challenges: bool,
    /// The algorithm that signs its verification tokens.
    pub token_algorithm: TokenAlgorithm,
}

/// An application that was just created.
pub struct CreatedApplication {
    /// The application.
    pub application: Arc<Application>,
    /// The secret of its servers, in clear: the service keeps a MAC only.
    pub secret: String,
    /// Its version.
    pub version: SetupVersion,
}

impl std::fmt::Debug for CreatedApplication {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CreatedApplication")
            .field("application", &self.application)
            .finish_non_exhaustive()
    }
}

/// A change of an application; `None` leaves a part as it is.
#[derive(Debug, Clone, Default)]
pub struct ApplicationChange {
    /// Another name.
    pub name: Option<AppName>,
    /// Another name that messages carry, or that of the application.
    pub sms_name: Option<Option<SmsName>>,
    /// Other web pages that may call as it.
    pub origins: Option<Origins>,
    /// Other addresses of its servers.
    pub backends: Option<Networks>,
    /// Another web host, or none.
    pub web_host: Option<Option<WebHost>>,
    /// Another Android app, or none.
    pub android_app_hash: Option<Option<AndroidAppHash>>,
    /// Another country in which a number that names none is read, or that of the deployment.
    pub default_country: Option<Option<Country>>,
    /// Other countries that it sends to, or all that the deployment allows.
    pub allowed_countries: Option<Countries>,
    /// Another choice of the language of its messages.
    pub message_language: Option<LanguageChoice>,
    /// Another language of messages that have no text in the chosen one, or English.
    pub default_language: Option<Option<LanguageTag>>,
    /// Whether its callers can solve challenges.
    pub challenges: Option<bool>,
    /// Another algorithm that signs its verification tokens.
    pub token_algorithm: Option<TokenAlgorithm>,
}

impl ApplicationChange {
    fn apply(self, before: Application) -> Application {
        Application {
            name: self.name.unwrap_or(before.name),
            sms_name: self.sms_name.unwrap_or(before.sms_name),
            origins: self.origins.unwrap_or(before.origins),
            backends: self.backends.unwrap_or(before.backends),
            web_host: self.web_host.unwrap_or(before.web_host),
            android_app_hash: self.android_app_hash.unwrap_or(before.android_app_hash),
            default_country: self.default_country.unwrap_or(before.default_country),
            allowed_countries: self.allowed_countries.unwrap_or(before.allowed_countries),
            languages: Languages {
                choice: self.message_language.unwrap_or(before.languages.choice),
                default: self.default_language.unwrap_or(before.languages.default),
            },
            challenges: self.challenges.unwrap_or(before.challenges),
            token_algorithm: self.token_algorithm.unwrap_or(before.token_algorithm),
            ..before
        }
    }
}

impl Manage {
    /// Creates an application with a random secret.
    ///
    /// # Errors
    /// [`ManageError::ApplicationExists`]; [`ManageError::Fields`] when its texts do not fit into one SMS.
    pub async fn create_application(
        &self,
        by: Author,
        new: NewApplication,
    ) -> Result<CreatedApplication, ManageError> {
        let entropy = &*self.parts.entropy;
        let id = match new.id {
            Some(id) => id,
            None => AppId::parse(&random_hex::<12>(entropy)?).map_err(|_| ManageError::Internal)?,
        };
        let secret = random_hex::<16>(entropy)?;
        let record = ApplicationRecord {
            secret: self.parts.setup.secret_mac(&id, &secret),
            replaced_secret: None,
            is_disabled: false,
            application: Arc::new(Application {
                id,
                name: new.name,
                sms_name: new.sms_name,
                origins: new.origins,
                backends: new.backends,
                web_host: new.web_host,
                android_app_hash: new.android_app_hash,
                default_country: new.default_country,
                allowed_countries: new.allowed_countries,
                languages: new.languages,
                challenges: new.challenges,
                token_algorithm: new.token_algorithm,
                created_at: self.parts.clock.now(),
            }),
        };
        let application = Arc::clone(&record.application);
        let (has_host, has_hash) = (
            application.web_host.is_some(),
            application.android_app_hash.is_some(),
        );
        let setup = self
            .change(by, move |setup| {
                if setup.application(&record.application.id).is_some() {
                    return Err(ManageError::ApplicationExists);
                }
                fits(&record.application, has_host, has_hash)?;
                Ok(Change::Put(Setting::Application(record.clone())))
            })
            .await?;
        let key = SettingKey::Application(application.id.clone());
        Ok(CreatedApplication {
            version: setup.version_of(&key),
            application,
            secret,
        })
    }

    /// Changes an application, if it has the version `if_version` or that is `None`, and returns it as it is then.
    /// Messages sent from then on show it.
    ///
    /// # Errors
    /// [`ManageError::UnknownApplication`]; [`ManageError::Changed`]; [`ManageError::Fields`] when its texts would not
    /// fit into one SMS.
    pub async fn update_application(
        &self,
        by: Author,
        id: AppId,
        change: ApplicationChange,
        if_version: Option<SetupVersion>,
    ) -> Result<Versioned<ApplicationRecord>, ManageError> {
        let key = id.clone();
        let (sets_host, sets_hash) = (
            matches!(change.web_host, Some(Some(_))),
            matches!(change.android_app_hash, Some(Some(_))),
        );
        let setup = self
            .change(by, move |setup| {
                let held = setup.applications.get(&id);
                let before = held.ok_or(ManageError::UnknownApplication)?;
                check_version(setup, &SettingKey::Application(id.clone()), if_version)?;
                let before_change = Application::clone(&before.application);
                let record = ApplicationRecord {
                    application: Arc::new(change.clone().apply(before_change)),
                    ..(**before).clone()
                };
                fits(&record.application, sets_host, sets_hash)?;
                Ok(Change::Put(Setting::Application(record)))
            })
            .await?;
        let updated = setup.applications.get(&key).cloned();
        updated.ok_or(ManageError::UnknownApplication)
    }
}

/// Refuses an application whose built-in texts do not fit into one SMS. The field to blame is the first one that the
/// caller has set of the web host and the Android app, else the name that messages carry.
fn fits(
    application: &Application,
    sets_web_host: bool,
    sets_android_app: bool,
) -> Result<(), ManageError> {
    template::check(application.into()).map_err(|why| {
        let field = match (sets_web_host, sets_android_app) {
            (true, _) => "webHost",
            (false, true) => "androidAppHash",
            (false, false) if application.sms_name.is_some() => "smsName",
            (false, false) => "appName",
        };
        BrokenField::new(field, Rule::TextTooLong(why)).into()
    })
}
