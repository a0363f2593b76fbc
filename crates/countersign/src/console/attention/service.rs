//! What is wrong with the ways of messages: accounts, routes, templates.

use std::sync::Arc;

use countersign_core::channel::Channel;
use countersign_core::phone::Country;
use countersign_core::ports::setup::Setup;
use countersign_core::ports::tallies::{Row, Tallies};
use countersign_core::send::outcome::RefusalKind;
use countersign_core::send::route::{ProviderName, RouteScope};
use countersign_core::tally::Tally;

use super::{Found, row};
use crate::console::countries;
use crate::console::entry::Visit;
use crate::console::pages::{providers, routes, templates};
use crate::console::words::attention::Matter;

/// The accounts that cannot be used, that refuse, and that rest.
pub(super) fn accounts(visit: &Visit, setup: &Setup, by_provider: &Tallies) -> Vec<Found> {
    let words = &visit.words().attention;
    let resting = visit.state.vendors.resting();
    let mut all = Vec::new();
    for name in setup.providers.keys() {
        let provider = name.to_string();
        let found = |matter, is_bad| Found {
            is_bad,
            ..Found::new(matter, providers::address(name), words.mend)
        };
        if visit.state.vendors.provider(name).is_none() {
            all.push(found(Matter::Unusable { provider }, true));
            continue;
        }
        let count = row(by_provider, &provider).map_or(0, of_setup);
        if count > 0 {
            let provider = provider.clone();
            all.push(found(Matter::Refuses { provider, count }, true));
        }
        if resting.contains(&provider) {
            all.push(found(Matter::Rests { provider }, false));
        }
    }
    all
}

/// How many messages an account refused because of its set-up.
fn of_setup(tally: &Tally) -> u64 {
    let kinds = RefusalKind::ALL.iter().zip(&tally.not_sent);
    let of_setup = kinds.filter(|(kind, _)| **kind == RefusalKind::ConfigError);
    of_setup.map(|(_, count)| *count).sum()
}

/// The countries that codes went to, and that no route carries now. Without any route, the setup is what needs attention.
pub(super) fn unrouted(visit: &Visit, setup: &Setup, by_country: &Tallies) -> Vec<Found> {
    let carries = |country| {
        let countries = [Some(country), None];
        let scope = |country| RouteScope { app: None, country };
        countries
            .into_iter()
            .any(|country| setup.routes.contains_key(&scope(country)))
    };
    if setup.routes.is_empty() {
        return Vec::new();
    }
    let rows = by_country.rows.iter().filter_map(|(row, tally)| match row {
        Row::Named(code) => Some((Country::parse(code)?, tally.admitted)),
        _ => None,
    });
    let rows = rows.filter(|(country, count)| *count > 0 && !carries(*country));
    let found = rows.map(|(country, count)| {
        let address = format!("{}?country={country}", routes::edit::NEW);
        let country = countries::name(visit.language, country);
        let matter = Matter::NoRoute { country, count };
        Found::new(matter, address, visit.words().attention.add_route)
    });
    found.collect()
}

/// The purposes of each application that lack a template at a vendor that needs one and that a route names.
pub(super) fn without_template(visit: &Visit, setup: &Arc<Setup>) -> Vec<Found> {
    let words = visit.words();
    let routed = |name: &ProviderName| {
        let mut routes = setup.routes.values();
        routes.any(|route| route.providers.iter().any(|(named, _)| named == name))
    };
    let mut found = Vec::new();
    for provider in templates::filling(setup).filter(|name| routed(name)) {
        for record in setup.applications.values() {
            let app = &record.application;
            if !visit.apps().include(&app.id) {
                continue;
            }
            let missing: Vec<_> = Channel::ALL
                .into_iter()
                .filter(|channel| !templates::has_template(visit, app, *channel, provider))
                .collect();
            let Some(first) = missing.first() else {
                continue;
            };
            let address = templates::missing(app, *first, provider);
            let matter = Matter::NoTemplate {
                app: app.name.as_str().to_owned(),
                provider: provider.to_string(),
                purposes: missing
                    .iter()
                    .map(|channel| words.terms.purpose(*channel))
                    .collect(),
            };
            found.push(Found::new(matter, address, words.attention.add_template));
        }
    }
    found
}
