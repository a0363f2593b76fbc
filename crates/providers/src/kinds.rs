//! The table of vendors: from an account's settings to a provider.

use std::sync::Arc;

use countersign_core::ports::provider::Provider;

use crate::account::{InvalidSetup, Setup};

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
    crate::alibaba::domestic::KIND,
    crate::alibaba::international::KIND,
    crate::tencent::KIND,
    crate::chuanglan::domestic::KIND,
    crate::chuanglan::international::KIND,
    crate::http::KIND,
];

fn names() -> Vec<&'static str> {
    KINDS.iter().map(|kind| kind.name).collect()
}

/// The kind of that name.
///
/// # Errors
/// [`InvalidSetup::Kind`] if there is none.
pub fn kind(name: &str) -> Result<&'static Kind, InvalidSetup> {
    let found = KINDS.iter().find(|kind| kind.name == name);
    found.ok_or_else(|| InvalidSetup::Kind {
        name: name.chars().take(64).collect(),
        known: names().join(", "),
    })
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

#[cfg(test)]
mod tests;
