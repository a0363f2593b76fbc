//! What a vendor's provider is built from: an account as an operator set it up.

use std::collections::BTreeMap;
use std::sync::Arc;

use countersign_core::entropy::Entropy;
use countersign_core::secret::Secret;
use countersign_core::send::route::ProviderName;
use countersign_core::time::Clock;
use serde::de::DeserializeOwned;

use crate::egress::{Egress, InvalidUrl};

/// An account, and what every provider needs.
#[derive(Clone)]
pub struct Setup {
    /// Its name.
    pub name: ProviderName,
    /// What its kind wants to know: a JSON object.
    pub settings: serde_json::Value,
    /// Its secrets, by name.
    pub secrets: BTreeMap<String, Secret>,
    /// The way out.
    pub egress: Egress,
    /// The time, for signatures.
    pub clock: Arc<dyn Clock>,
    /// Randomness, for nonces.
    pub entropy: Arc<dyn Entropy>,
}

impl std::fmt::Debug for Setup {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Setup")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

/// Why an account cannot be used. Says which setting it is about, never a secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidSetup {
    /// There is no such kind.
    #[error("kind: {name:?} is none of {known}")]
    Kind {
        /// The name that was given, cut to 64 characters.
        name: String,
        /// The names that there are.
        known: String,
    },
    /// A setting is missing, unknown or of the wrong type.
    #[error("settings: {0}")]
    Settings(String),
    /// A URL that requests must not go to.
    #[error("settings.{field}: {why}")]
    Url {
        /// Which setting.
        field: &'static str,
        /// What is wrong with it.
        why: InvalidUrl,
    },
    /// A secret is missing or empty.
    #[error("secrets.{0}: missing")]
    NoSecret(&'static str),
    /// A secret that this kind does not have.
    #[error("secrets.{0}: this kind has no such secret")]
    UnknownSecret(String),
    /// A secret is not of the form it should be.
    #[error("secrets.{field}: {why}")]
    Secret {
        /// Which.
        field: &'static str,
        /// What it should be.
        why: &'static str,
    },
}

impl Setup {
    /// The settings, read as `T`, which should deny what it does not know.
    ///
    /// # Errors
    /// [`InvalidSetup::Settings`] names the field.
    pub fn settings<T: DeserializeOwned>(&self) -> Result<T, InvalidSetup> {
        serde_json::from_value(self.settings.clone())
            .map_err(|error| InvalidSetup::Settings(error.to_string()))
    }

    /// The secret of that name.
    ///
    /// # Errors
    /// [`InvalidSetup::NoSecret`] if it is missing or empty.
    pub fn secret(&self, name: &'static str) -> Result<Secret, InvalidSetup> {
        let found = self
            .secrets
            .get(name)
            .filter(|secret| !secret.reveal().is_empty());
        found.cloned().ok_or(InvalidSetup::NoSecret(name))
    }

    /// The endpoint that the settings name, or else the vendor's own.
    ///
    /// # Errors
    /// [`InvalidSetup::Url`] when requests must not go there.
    pub fn endpoint(&self, named: Option<&str>, own: &str) -> Result<reqwest::Url, InvalidSetup> {
        let invalid = |why| InvalidSetup::Url {
            field: "endpoint",
            why,
        };
        self.egress.url(named.unwrap_or(own)).map_err(invalid)
    }
}

/// Checks a setting that goes to a vendor letter by letter, in a header perhaps.
///
/// # Errors
/// [`InvalidSetup::Settings`] names the field.
pub fn plain(field: &'static str, text: &str) -> Result<(), InvalidSetup> {
    let plain = text.bytes().all(|byte| byte.is_ascii_graphic());
    if plain && (1..=128).contains(&text.len()) {
        return Ok(());
    }
    let why = format!("{field}: it has 1 to 128 characters of ASCII and no spaces");
    Err(InvalidSetup::Settings(why))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::egress::Reach;
    use crate::testing::sample::setup;

    #[test]
    fn a_secret_is_there_or_named() {
        let setup = setup(json!({}), &[("a", "x"), ("b", "")]);
        assert_eq!(setup.secret("a").unwrap().reveal(), "x");
        assert_eq!(setup.secret("b"), Err(InvalidSetup::NoSecret("b")));
        assert_eq!(setup.secret("c"), Err(InvalidSetup::NoSecret("c")));
        assert!(!format!("{setup:?}").contains("Secret"));
    }

    #[test]
    fn an_endpoint_is_the_vendors_or_one_in_reach() {
        let setup = Setup {
            egress: Egress::new(Reach::Public).unwrap(),
            ..setup(json!({}), &[])
        };
        let own = "https://vendor.example/";
        assert_eq!(setup.endpoint(None, own).unwrap().as_str(), own);
        let other = "https://other.example/";
        assert_eq!(setup.endpoint(Some(other), own).unwrap().as_str(), other);
        let refused = setup.endpoint(Some("https://127.0.0.1/"), own).unwrap_err();
        assert!(
            refused
                .to_string()
                .starts_with("settings.endpoint: addresses")
        );
    }
}
