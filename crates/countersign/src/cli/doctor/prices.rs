//! The price file: whether it can be read, and whether every message that can be sent has a price.

use std::collections::{BTreeMap, BTreeSet};

use countersign_core::country_rules::Countries;
use countersign_core::phone::Country;
use countersign_core::ports::setup::Setup;
use countersign_core::price::PriceTable;
use countersign_core::send::route::{ProviderName, RouteScope};

use super::finding::Findings;
use crate::cli::place::Deployment;
use crate::cli::sentence::sentence;

const CHECK: &str = "prices";

/// The maximum number of countries that one line names.
const NAMED: usize = 8;

/// Looks at the prices; at those of messages on the routes of `setup` only where that could be read.
pub(super) fn check(deployment: &Deployment, setup: Option<&Setup>, findings: &mut Findings) {
    let Some(file) = &deployment.settings.prices else {
        return; // an operator may do without
    };
    let prices = match file.read() {
        Ok(prices) => prices,
        Err(error) => return findings.broken(CHECK, sentence(&error)),
    };
    let allowed = &deployment.settings.countries.allowed;
    let (shown, mut good) = (file.path().display(), true);
    let mut warn = |says: String| {
        findings.warning(CHECK, says);
        good = false;
    };
    for (name, countries) in setup
        .map(|setup| unpriced(setup, &prices, allowed))
        .unwrap_or_default()
    {
        warn(format!(
            "{shown} has no price of the provider {name} for {}: messages there count in no limit on money",
            listed(&countries)
        ));
    }
    let unknown =
        |name: &&ProviderName| setup.is_some_and(|setup| !setup.providers.contains_key(*name));
    for name in prices.providers().filter(unknown) {
        warn(format!(
            "{shown} has prices of {name}, which is no provider of this deployment"
        ));
    }
    if good {
        let count = prices.providers().count();
        findings.ok(
            CHECK,
            format!("{shown}: of {count} providers, for every country that a route leads to"),
        );
    }
}

/// The countries that a route leads to through a provider without a price for them, by provider.
fn unpriced<'a>(
    setup: &'a Setup,
    prices: &PriceTable,
    allowed: &Countries,
) -> BTreeMap<&'a ProviderName, BTreeSet<Country>> {
    let mut unpriced: BTreeMap<_, BTreeSet<Country>> = BTreeMap::new();
    for (scope, route) in &setup.routes {
        for (name, _) in &route.providers {
            let without_price = |country: &Country| prices.price(name.as_str(), *country).is_none();
            let countries: Vec<_> = reached(scope, allowed).filter(without_price).collect();
            if !countries.is_empty() && setup.providers.contains_key(name) {
                unpriced.entry(name).or_default().extend(countries);
            }
        }
    }
    unpriced
}

/// The countries whose numbers may go by the route of `scope`: the one that it names, or those that are allowed.
fn reached(scope: &RouteScope, allowed: &Countries) -> impl Iterator<Item = Country> {
    let one = scope.country;
    let all = Country::all().filter(move |country| one.is_none() && allowed.contains(*country));
    one.into_iter().chain(all)
}

/// The first countries of a list, and the number of the others.
fn listed(countries: &BTreeSet<Country>) -> String {
    let named: Vec<_> = countries.iter().take(NAMED).map(Country::as_str).collect();
    match countries.len().saturating_sub(NAMED) {
        0 => named.join(", "),
        more => format!("{} and {more} other countries", named.join(", ")),
    }
}
