//! The table of vendors: from the name of a kind to a provider.

use std::sync::Arc;

use countersign_core::ports::provider::Provider;
use reqwest::Url;

use crate::account::{Account, InvalidSetup, Problem, Resources};
use crate::kind::Kind;

/// All kinds.
pub const KINDS: &[Kind] = &[
    crate::alibaba::domestic::KIND,
    crate::alibaba::international::KIND,
    crate::tencent::KIND,
    crate::chuanglan::domestic::KIND,
    crate::chuanglan::international::KIND,
    crate::http::KIND,
];

/// The kind of that name.
///
/// # Errors
/// [`InvalidSetup`] with the path `kind` when there is none.
pub fn kind(name: &str) -> Result<&'static Kind, InvalidSetup> {
    let found = KINDS.iter().find(|kind| kind.name == name);
    found.ok_or_else(|| {
        let known: Vec<_> = KINDS.iter().map(|kind| kind.name).collect();
        let name: String = name.chars().take(64).collect();
        let constraint = format!("{name:?} is none of {}", known.join(", "));
        Problem::new("kind", constraint).into()
    })
}

/// Judges an account of the kind `name` without opening anything.
///
/// # Errors
/// [`InvalidSetup`] with the problems of the account.
pub fn check(name: &str, account: &Account) -> Result<(), InvalidSetup> {
    let kind = kind(name)?;
    kind.judge_fields(account)?;
    (kind.check)(account)
}

/// The URL of the vendor to which the requests of an account of the kind `name` go.
///
/// # Errors
/// [`InvalidSetup`] where [`check`] has problems with the account.
pub fn endpoint(name: &str, account: &Account) -> Result<Url, InvalidSetup> {
    let kind = kind(name)?;
    kind.judge_fields(account)?;
    (kind.endpoint)(account)
}

/// Makes the provider of an account of the kind `name`.
///
/// # Errors
/// [`InvalidSetup`] where [`check`] has problems with the account.
pub fn open(
    name: &str,
    account: Account,
    resources: Resources,
) -> Result<Arc<dyn Provider>, InvalidSetup> {
    let kind = kind(name)?;
    kind.judge_fields(&account)?;
    let resources = Resources {
        egress: resources.egress.apart(),
        ..resources
    };
    (kind.open)(account, resources)
}

#[cfg(test)]
mod tests;
