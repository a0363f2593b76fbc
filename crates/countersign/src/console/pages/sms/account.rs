//! A provider on the page of the service: how it does, what it carried, and what it costs.

use countersign_core::phone::Country;
use countersign_core::ports::setup::Setup;
use countersign_core::ports::tallies::{Row, Tallies};
use countersign_core::send::outcome::RefusalKind;
use countersign_core::send::route::ProviderName;
use countersign_core::tally::Tally;

use super::Known;
use super::half::Side;
use crate::console::entry::Visit;
use crate::console::pages::overview::{grouped, share};
use crate::console::pages::providers;
use crate::console::pill::{self, Pill};
use crate::console::words::service;
use crate::operator::Permission;

/// A provider.
pub(super) struct Account {
    pub(super) name: String,
    /// The page of the account, where the person may see it.
    pub(super) page: Option<String>,
    /// The page that sends a test through it, where the person may.
    pub(super) test: Option<String>,
    pub(super) kind: String,
    pub(super) pill: Pill,
    /// What it carried, how long it took, and what it costs, as far as that is known.
    pub(super) figures: Vec<String>,
    /// What the buttons say that move it in its route.
    pub(super) up: Option<String>,
    pub(super) down: Option<String>,
}

impl Account {
    /// The provider of this name, with its price on this side.
    pub(super) fn of(
        visit: &Visit,
        setup: &Setup,
        known: &Known,
        name: &ProviderName,
        side: Side,
    ) -> Self {
        let page = providers::address(name);
        let record = setup.providers.get(name);
        Self {
            name: name.to_string(),
            test: visit
                .may(Permission::ManageSetup)
                .then(|| format!("{page}/test")),
            page: visit.may(Permission::ReadSetup).then_some(page),
            kind: record.map(|record| record.kind.clone()).unwrap_or_default(),
            pill: pill_of(visit, known, name),
            figures: figures(visit, known, name, side),
            up: None,
            down: None,
        }
    }
}

/// The counts of a provider.
fn tally_of(tallies: &Tallies, name: &ProviderName) -> Tally {
    let of_provider = tallies.rows.iter().find(|(row, _)| match row {
        Row::Named(named) => named == name.as_str(),
        Row::Span(_) => false,
    });
    of_provider.map(|(_, tally)| *tally).unwrap_or_default()
}

fn pill_of(visit: &Visit, known: &Known, name: &ProviderName) -> Pill {
    let (words, of) = (&visit.words().sms, &visit.words().providers);
    let (day, hour) = (tally_of(&known.day, name), tally_of(&known.hour, name));
    let Some(health) = visit.state.vendors.health(name) else {
        return Pill::new("bad", pill::CROSS, of.unusable);
    };
    let refused = RefusalKind::ALL.iter().zip(&hour.not_sent);
    let mut of_setup = refused.filter(|(kind, _)| **kind == RefusalKind::ConfigError);
    if health.rests_until.is_some() {
        Pill::new("warn", pill::CLOCK, words.rests)
    } else if hour.accepted == 0 && of_setup.any(|(_, count)| *count > 0) {
        Pill::new("bad", pill::CROSS, words.refuses)
    } else if health.calls == 0 && day.admitted == 0 {
        Pill::new("quiet", pill::BAR, of.never_used)
    } else {
        Pill::new("ok", pill::TICK, words.works)
    }
}

fn figures(visit: &Visit, known: &Known, name: &ProviderName, side: Side) -> Vec<String> {
    let carried = carried(visit, tally_of(&known.day, name));
    carried.chain(price(visit, name, side)).collect()
}

/// What a provider carried, and how long it took.
pub(in crate::console) fn carried(
    visit: &Visit,
    tally: Tally,
) -> impl Iterator<Item = String> + use<> {
    let language = visit.language;
    let reported = tally.delivered + tally.failed;
    let delivered = (reported > 0).then(|| share(tally.delivered, reported));
    let carried = service::carried(language, &grouped(tally.admitted), delivered.as_deref());
    let latency = tally.of_vendor.median();
    let latency = latency.map(|step| service::latency(language, step));
    std::iter::once(carried).chain(latency)
}

/// The price of a message, or the least and the highest one, where the operator keeps prices.
fn price(visit: &Visit, name: &ProviderName, side: Side) -> Option<String> {
    let prices = visit.state.messenger.prices();
    let countries = Country::all().filter(|country| side.has(*country) && country.has_numbers());
    let prices = countries.filter_map(|country| prices.price(name.as_str(), country));
    let mut prices: Vec<_> = prices.collect();
    prices.sort_by_key(|price| (price.currency, price.amount));
    let (least, most) = (prices.first()?, prices.last()?);
    if least == most {
        return Some(format!("{} {}", least.currency, least.amount));
    }
    Some(format!(
        "{} {} – {} {}",
        least.currency, least.amount, most.currency, most.amount
    ))
}
