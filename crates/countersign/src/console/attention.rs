//! What needs attention, worst first: what an operator has to do, and the page on which to do it.

use std::sync::Arc;

use countersign_core::channel::Channel;
use countersign_core::phone::Country;
use countersign_core::ports::setup::Setup;
use countersign_core::ports::tallies::{Row, Tallies};
use countersign_core::send::outcome::RefusalKind;
use countersign_core::send::route::{ProviderName, RouteScope};
use countersign_core::tally::Tally;

use super::countries;
use super::entry::Visit;
use super::pages::{providers, routes, templates};
use super::pill::{self, Pill};
use super::words::attention::{self, Matter};
use crate::operator::Permission;

/// The most matters that are told at once.
const MOST: usize = 7;

/// A matter as a page shows it.
pub(super) struct Attention {
    pub(super) pill: Pill,
    pub(super) sentence: String,
    /// The address and the name of the page on which to do something about it, where the person may.
    pub(super) mend: Option<(String, &'static str)>,
}

/// What needs attention, by the setup, the state of the accounts on this node and the counts of the last day.
pub(super) fn list(visit: &Visit, by_provider: &Tallies, by_country: &Tallies) -> Vec<Attention> {
    let setup = visit.state.setup();
    let words = &visit.words().attention;
    let mut found = Vec::new();
    let resting = visit.state.vendors.resting();
    // Accounts and routes are those of the deployment.
    let is_about_all = visit.may_everywhere(Permission::ReadMessages);
    for name in setup.providers.keys().filter(|_| is_about_all) {
        let provider = name.to_string();
        let mend = (providers::address(name), words.mend);
        if visit.state.vendors.provider(name).is_none() {
            found.push((Matter::Unusable { provider }, "bad", mend));
            continue;
        }
        let count = refused(by_provider, &provider);
        if count > 0 {
            let provider = provider.clone();
            found.push((Matter::Refuses { provider, count }, "bad", mend.clone()));
        }
        if resting.contains(&provider) {
            found.push((Matter::Rests { provider }, "warn", mend));
        }
    }
    if is_about_all {
        found.extend(unrouted(visit, &setup, by_country));
    }
    found.extend(without_template(visit, &setup));
    found.sort_by_key(|(_, tone, _)| *tone != "bad");
    let may_mend = visit.may(Permission::ManageSetup);
    let found = found.into_iter().take(MOST);
    let shown = found.map(|(matter, tone, mend)| Attention {
        pill: match tone {
            "bad" => Pill::new(tone, pill::CROSS, visit.words().sms.refuses),
            _ => Pill::new(tone, pill::TRIANGLE, visit.words().sms.warning),
        },
        sentence: attention::matter(visit.language, &matter),
        mend: may_mend.then_some(mend),
    });
    shown.collect()
}

type Found = (Matter, &'static str, (String, &'static str));

/// How many messages a vendor refused because of the account.
fn refused(by_provider: &Tallies, provider: &str) -> u64 {
    let of_provider = by_provider.rows.iter().find(|(row, _)| match row {
        Row::Named(name) => name == provider,
        _ => false,
    });
    of_provider.map_or(0, |(_, tally)| of_setup(tally))
}

/// How many messages an account refused because of its set-up.
fn of_setup(tally: &Tally) -> u64 {
    let kinds = RefusalKind::ALL.iter().zip(&tally.not_sent);
    let of_setup = kinds.filter(|(kind, _)| **kind == RefusalKind::ConfigError);
    of_setup.map(|(_, count)| *count).sum()
}

/// The countries that codes went to, and that no route carries now. Without any route, the setup is what needs attention.
fn unrouted(visit: &Visit, setup: &Setup, by_country: &Tallies) -> Vec<Found> {
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
        let mend = (address, visit.words().attention.add_route);
        let country = countries::name(visit.language, country);
        (Matter::NoRoute { country, count }, "warn", mend)
    });
    found.collect()
}

/// The purposes of each application that lack a template at a vendor that needs one and that a route names.
fn without_template(visit: &Visit, setup: &Arc<Setup>) -> Vec<Found> {
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
            let mend = (
                templates::missing(app, *first, provider),
                words.attention.add_template,
            );
            let matter = Matter::NoTemplate {
                app: app.name.as_str().to_owned(),
                provider: provider.to_string(),
                purposes: missing
                    .iter()
                    .map(|channel| words.terms.purpose(*channel))
                    .collect(),
            };
            found.push((matter, "warn", mend));
        }
    }
    found
}
