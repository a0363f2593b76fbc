//! Settings with secrets that everybody knows, for development.

use std::sync::Arc;

use countersign_core::application::{AppId, AppName, Application, Origins, TokenAlgorithm};
use countersign_core::audit::Author;
use countersign_core::country_rules::Countries;
use countersign_core::language::Languages;
use countersign_core::network::Networks;
use countersign_core::ports::setup::{AccessKey, ApplicationRecord, Change, Setting};
use countersign_core::secret::Secret;

use super::{Manage, ManageError};

impl Manage {
    /// Creates an application with this secret, unless one with this id exists.
    ///
    /// # Errors
    /// [`ManageError::Unavailable`].
    pub async fn ensure_application(
        &self,
        id: AppId,
        name: AppName,
        origins: Origins,
        secret: &str,
    ) -> Result<(), ManageError> {
        if self.setup().application(&id).is_some() {
            return Ok(());
        }
        let record = ApplicationRecord {
            secret: self.parts.setup.secret_mac(&id, secret),
            replaced_secret: None,
            is_disabled: false,
            application: Arc::new(Application {
                id,
                name,
                origins,
                backends: Networks::default(),
                web_host: None,
                android_app_hash: None,
                default_country: None,
                allowed_countries: Countries::All,
                languages: Languages::default(),
                challenges: false,
                token_algorithm: TokenAlgorithm::default(),
                sms_name: None,
                created_at: self.parts.clock.now(),
            }),
        };
        let put = Change::Put(Setting::Application(record));
        self.change(Author::service(), move |_| Ok(put.clone()))
            .await?;
        Ok(())
    }

    /// Creates an access key with this secret, unless one with this id exists. It cannot be deleted while the service
    /// runs: the next start would make it again.
    ///
    /// # Errors
    /// [`ManageError::Unavailable`].
    pub async fn ensure_access_key(&self, id: &str, secret: &str) -> Result<(), ManageError> {
        let _ = self.made_at_start.set(id.to_owned());
        if self.setup().access_keys.contains_key(id) {
            return Ok(());
        }
        let key = AccessKey {
            id: id.to_owned(),
            secret: Secret::new(secret.to_owned()),
            created_at: self.parts.clock.now(),
        };
        let put = Change::Put(Setting::AccessKey(key));
        self.change(Author::service(), move |_| Ok(put.clone()))
            .await?;
        Ok(())
    }
}
