//! Vendor accounts: choose a kind, set one up, change it, send a test through it, delete it.

mod account_page;
pub(in crate::console) mod delete;
pub(in crate::console) mod edit;
mod failures;
pub(in crate::console) mod kinds;
mod sample;
pub(in crate::console) mod test;

use std::sync::Arc;

use countersign_core::ports::setup::{ProviderRecord, Setup, Versioned};
use countersign_core::send::route::RouteScope;

use super::refused::Why;
use crate::console::entry::Visit;

/// The address of the page of an account.
pub(in crate::console) fn address(name: impl std::fmt::Display) -> String {
    format!("/console/sms/providers/{name}")
}

/// The setup, and the account that the address names.
fn held(visit: &Visit) -> Result<(Arc<Setup>, Versioned<ProviderRecord>), Why> {
    let setup = visit.state.setup();
    let held = setup.providers.get(visit.part("name"));
    let held = held.ok_or(Why::NotFound)?.clone();
    Ok((setup, held))
}

/// The routes that name the account.
fn routes<'a>(setup: &'a Setup, name: &str) -> impl Iterator<Item = &'a RouteScope> {
    let routes = setup.routes.iter();
    let naming = routes.filter(move |(_, route)| {
        let mut providers = route.providers.iter();
        providers.any(|(named, _)| named.as_str() == name)
    });
    naming.map(|(scope, _)| scope)
}
