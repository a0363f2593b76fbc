//! The table of vendors: from an account's settings to a provider.

use std::collections::BTreeMap;
use std::sync::Arc;

use countersign_core::entropy::Entropy;
use countersign_core::ports::provider::Provider;
use countersign_core::secret::Secret;
use countersign_core::send::outcome::RefusalKind;
use countersign_core::send::route::ProviderName;
use countersign_core::time::Clock;
use serde::de::DeserializeOwned;

use crate::egress::{Egress, InvalidUrl};

/// A kind of vendor account.
pub struct Kind {
    /// Its name, as in `kind = "tencent-cloud"`.
    pub name: &'static str,
    /// What it is, in one line.
    pub about: &'static str,
    /// Whether messages of it fill a template of the vendor's, and to whom.
    pub content: &'static str,
    /// The names of its secrets.
    pub secrets: &'static [&'static str],
    /// Makes a provider of an account.
    pub build: fn(Setup) -> Result<Arc<dyn Provider>, InvalidSetup>,
}

impl std::fmt::Debug for Kind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Kind").field(&self.name).finish()
    }
}

/// Every kind there is.
pub const KINDS: &[Kind] = &[
    crate::alibaba_cloud::KIND,
    crate::alibaba_cloud_international::KIND,
    crate::tencent_cloud::KIND,
    crate::chuanglan::KIND,
    crate::chuanglan_international::KIND,
    crate::http_vendor::KIND,
];

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
    #[error("kind: {0:?} is none of {known}", known = names().join(", "))]
    Kind(String),
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

fn names() -> Vec<&'static str> {
    KINDS.iter().map(|kind| kind.name).collect()
}

/// The kind of that name.
///
/// # Errors
/// [`InvalidSetup::Kind`] if there is none.
pub fn kind(name: &str) -> Result<&'static Kind, InvalidSetup> {
    let found = KINDS.iter().find(|kind| kind.name == name);
    found.ok_or_else(|| InvalidSetup::Kind(name.chars().take(64).collect()))
}

/// Makes a provider of an account of that kind.
///
/// # Errors
/// [`InvalidSetup`] says what is wrong with it.
pub fn build(kind_name: &str, setup: Setup) -> Result<Arc<dyn Provider>, InvalidSetup> {
    let kind = kind(kind_name)?;
    let unknown = setup
        .secrets
        .keys()
        .find(|name| !kind.secrets.contains(&name.as_str()));
    if let Some(unknown) = unknown {
        return Err(InvalidSetup::UnknownSecret(
            unknown.chars().take(64).collect(),
        ));
    }
    (kind.build)(setup)
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

/// What a vendor's codes mean, as far as an operator knows better: code to the name of an outcome
/// ([`RefusalKind::as_str`], `accepted` or `unknown`).
///
/// A code that ends in `*` stands for all that begin so; the longest that fits holds.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(try_from = "BTreeMap<String, String>")]
pub struct ErrorMap(Vec<(String, Meaning)>);

/// What a vendor's code means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Meaning {
    /// It took the message.
    Accepted,
    /// It did not.
    Refused(RefusalKind),
    /// Nobody knows.
    Unknown,
}

impl TryFrom<BTreeMap<String, String>> for ErrorMap {
    type Error = String;

    fn try_from(map: BTreeMap<String, String>) -> Result<Self, String> {
        let meaning = |name: &str| match name {
            "accepted" => Some(Meaning::Accepted),
            "unknown" => Some(Meaning::Unknown),
            _ => RefusalKind::parse(name)
                .filter(|kind| kind.is_of_a_call())
                .map(Meaning::Refused),
        };
        let mut all = Vec::with_capacity(map.len());
        for (code, name) in map {
            let meaning = meaning(&name)
                .ok_or_else(|| format!("{name:?} is no outcome such as config_error"))?;
            all.push((code, meaning));
        }
        Ok(Self(all))
    }
}

impl ErrorMap {
    /// What `code` means: by the operator's table, else by the vendor's as we know it.
    #[must_use]
    pub fn meaning(&self, code: &str, known: &[(&str, Meaning)]) -> Option<Meaning> {
        let ours = self
            .0
            .iter()
            .map(|(pattern, meaning)| (pattern.as_str(), *meaning));
        longest(code, ours).or_else(|| longest(code, known.iter().copied()))
    }
}

fn longest<'a>(code: &str, table: impl Iterator<Item = (&'a str, Meaning)>) -> Option<Meaning> {
    table
        .filter(|(pattern, _)| match pattern.strip_suffix('*') {
            Some(start) => code.starts_with(start),
            None => code == *pattern,
        })
        // The star itself counts for nothing: a code in full is nearer than all that begin so.
        .max_by_key(|(pattern, _)| {
            let start = pattern.strip_suffix('*');
            (start.unwrap_or(pattern).len(), start.is_none())
        })
        .map(|(_, meaning)| meaning)
}

#[cfg(test)]
mod tests;
