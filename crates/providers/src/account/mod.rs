//! What a vendor's provider is made from: an [`Account`], as an operator set it up, and the [`Resources`] that
//! the service lends to it.

mod invalid;
mod reading;

use std::collections::BTreeMap;
use std::sync::Arc;

use countersign_core::entropy::Entropy;
use countersign_core::ports::provider::ReportSink;
use countersign_core::secret::Secret;
use countersign_core::send::route::ProviderName;
use countersign_core::time::Clock;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

pub use self::invalid::{InvalidSetup, Problem};
use crate::egress::{Egress, Reach};

/// An account with a vendor, as an operator set it up.
#[derive(Clone)]
pub struct Account {
    /// The name that the operator gave it.
    pub name: ProviderName,
    /// The settings of its kind: a JSON object.
    pub settings: Value,
    /// Its secrets, by name.
    pub secrets: BTreeMap<String, Secret>,
    /// How far its requests may go, by the settings of the deployment.
    pub reach: Reach,
}

/// What the service lends to every provider.
#[derive(Clone)]
pub struct Resources {
    /// Sends requests to vendors.
    pub egress: Egress,
    /// Tells the time that signatures hold.
    pub clock: Arc<dyn Clock>,
    /// Draws nonces.
    pub entropy: Arc<dyn Entropy>,
    /// Takes the delivery reports that a vendor makes over a session of the provider's own. Vendors that report by
    /// HTTP do not need it: see [`Provider::receipts`](countersign_core::ports::provider::Provider::receipts).
    pub reports: Arc<dyn ReportSink>,
}

impl std::fmt::Debug for Account {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Account")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

impl std::fmt::Debug for Resources {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Resources").finish_non_exhaustive()
    }
}

impl Account {
    /// Reads the settings as `T`, which denies fields that it does not know.
    ///
    /// # Errors
    /// [`InvalidSetup`] with the path of the first setting that does not fit, or `settings` where it is none in
    /// particular.
    pub fn settings<T: DeserializeOwned>(&self) -> Result<T, InvalidSetup> {
        reading::read(&self.settings)
    }

    /// The settings, by name.
    ///
    /// # Errors
    /// [`InvalidSetup`] with the path `settings` when they are no JSON object.
    pub(crate) fn named_settings(&self) -> Result<&Map<String, Value>, InvalidSetup> {
        let settings = self.settings.as_object();
        settings.ok_or_else(|| Problem::new("settings", "not an object of settings").into())
    }

    /// The secret of that name.
    ///
    /// # Errors
    /// [`InvalidSetup`] when the secret is missing or empty.
    pub fn secret(&self, name: &str) -> Result<Secret, InvalidSetup> {
        let missing = || InvalidSetup::secret(name, "missing");
        self.optional_secret(name).ok_or_else(missing)
    }

    /// The secret of that name, or `None` when it is missing or empty.
    #[must_use]
    pub fn optional_secret(&self, name: &str) -> Option<Secret> {
        let found = self.secrets.get(name);
        found.filter(|secret| !secret.reveal().is_empty()).cloned()
    }

    /// The URL in the setting `endpoint`, whose value is `named`; or `own`, the vendor's, where it has none.
    ///
    /// # Errors
    /// [`InvalidSetup`] when requests must not go there.
    pub fn endpoint(&self, named: Option<&str>, own: &str) -> Result<reqwest::Url, InvalidSetup> {
        let url = self.reach.url(named.unwrap_or(own));
        url.map_err(|why| InvalidSetup::setting("endpoint", why))
    }
}

/// Checks a setting that goes to a vendor letter by letter, in a header perhaps: 1 to 128 graphic ASCII characters.
///
/// # Errors
/// [`InvalidSetup`] with the path of the setting `field`.
pub fn graphic(field: &str, text: &str) -> Result<(), InvalidSetup> {
    let graphic = text.bytes().all(|byte| byte.is_ascii_graphic());
    if graphic && (1..=128).contains(&text.len()) {
        return Ok(());
    }
    let constraint = "it has 1 to 128 characters of ASCII and no spaces";
    Err(InvalidSetup::setting(field, constraint))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::testing::sample::account;

    #[test]
    fn a_missing_or_empty_secret_is_refused_by_its_path() {
        let account = account(json!({}), &[("a", "x"), ("b", "")]);
        assert_eq!(account.secret("a").unwrap().reveal(), "x");
        for name in ["b", "c"] {
            let refused = account.secret(name).unwrap_err();
            assert_eq!(refused, InvalidSetup::secret(name, "missing"));
            assert!(account.optional_secret(name).is_none());
        }
        assert!(!format!("{account:?}").contains("Secret"));
    }

    #[test]
    fn an_endpoint_is_the_vendors_or_one_in_reach() {
        let account = Account {
            reach: Reach::Public,
            ..account(json!({}), &[])
        };
        let own = "https://vendor.example/";
        assert_eq!(account.endpoint(None, own).unwrap().as_str(), own);
        let other = "https://other.example/";
        assert_eq!(account.endpoint(Some(other), own).unwrap().as_str(), other);
        let refused = account
            .endpoint(Some("https://127.0.0.1/"), own)
            .unwrap_err();
        let problem = refused.first();
        assert_eq!(problem.path, "settings.endpoint");
        assert!(problem.constraint.starts_with("addresses"), "{problem}");
    }
}
