//! `/console/sms`: what a person who asks for a code would get now, at home and abroad; the providers, and the routes to them.

use countersign_core::phone::Country;
use countersign_core::ports::setup::Setup;
use countersign_core::send::route::{Route, RouteScope, Selection};

use super::providers::{self, kinds};
use super::routes::{countries, edit};
use crate::console::countries as names;
use crate::console::entry::{Answer, Entry, Visit};
use crate::console::listing::{Cell, Listing, Table};
use crate::console::pill::{self, Pill};
use crate::console::shell::Area;
use crate::console::words::sentences::{self, Service};
use crate::operator::Permission;

pub(in crate::console) const PATH: &str = "/console/sms";

pub(in crate::console) fn show() -> Entry {
    Entry::page(PATH, Permission::ReadService, list)
}

async fn list(visit: Visit) -> Answer {
    let words = &visit.words().sms;
    let setup = visit.state.setup();
    let resting = visit.state.vendors.resting();
    let says = |country| {
        let service = service(&visit, &setup, country, &resting);
        sentences::service(visit.language, &service)
    };
    let of = visit.words();
    let adds = [(kinds::PATH, of.providers.add), (edit::NEW, of.routes.add)];
    let may_add = visit.may(Permission::ManageSetup);
    let adds = adds.into_iter().filter(|_| may_add);
    let links = adds.chain([(countries::PATH, of.routes.countries)]);
    let links = links.map(|(address, name)| (address.to_owned(), name.to_owned()));
    let links = links.collect();
    Ok(Listing {
        shell: visit.shell(Area::Sms),
        title: words.title,
        lead: words.lead,
        state: vec![
            (words.domestic, says(Country::parse("CN"))),
            (words.international, says(None)),
        ],
        tables: vec![providers(&visit, &setup, &resting), routes(&visit, &setup)],
        links,
        note: String::new(),
        more: None,
    }
    .found())
}

/// What becomes of a code to a number of `country`, or of a country without a route of its own, in an application without
/// routes of its own.
fn service(visit: &Visit, setup: &Setup, country: Option<Country>, resting: &[String]) -> Service {
    let of = |country| setup.routes.get(&RouteScope { app: None, country });
    let Some(route) = of(country).or_else(|| of(None)) else {
        let scopes = setup.routes.keys().filter(|scope| scope.app.is_none());
        let abroad = scopes.filter_map(|scope| scope.country);
        let abroad = abroad.filter(|abroad| country.is_none() && *abroad != Country::CHINA);
        let abroad: Vec<_> = abroad
            .map(|abroad| names::name(visit.language, abroad))
            .collect();
        return match abroad.is_empty() {
            true => Service::NotSetUp,
            false => Service::Some { countries: abroad },
        };
    };
    let names = |is_resting: bool| {
        let names = route.providers.iter().map(|(name, _)| name.to_string());
        names
            .filter(move |name| resting.contains(name) == is_resting)
            .collect::<Vec<_>>()
    };
    match (names(false), names(true)) {
        (working, none) if none.is_empty() => Service::Ready { providers: working },
        (none, resting) if none.is_empty() => Service::AllRest { providers: resting },
        (working, resting) => Service::Degraded { working, resting },
    }
}

fn providers(visit: &Visit, setup: &Setup, resting: &[String]) -> Table {
    let words = &visit.words().sms;
    let rows = setup.providers.values().map(|provider| {
        let name = provider.name.to_string();
        let of = &visit.words().providers;
        let open = visit.state.vendors.provider(&provider.name);
        let pill = match open.and_then(|open| open.health()) {
            None => Pill::new("bad", pill::CROSS, of.unusable),
            Some(_) if resting.contains(&name) => Pill::new("warn", pill::CLOCK, words.rests),
            Some(health) if health.calls == 0 => Pill::new("quiet", pill::BAR, of.never_used),
            Some(_) => Pill::new("ok", pill::TICK, words.works),
        };
        vec![
            linked(visit, providers::address(&name), name),
            Cell::Pill(pill),
            Cell::from(provider.kind.as_str()),
        ]
    });
    Table {
        caption: words.providers,
        columns: vec![words.name, words.state, words.kind],
        rows: rows.collect(),
        empty: words.no_provider,
    }
}

fn routes(visit: &Visit, setup: &Setup) -> Table {
    let words = &visit.words().sms;
    let rows = setup.routes.iter().map(|(scope, route)| {
        let app = scope
            .app
            .as_ref()
            .map_or(words.every_application, |app| app.as_str());
        let country = scope
            .country
            .map(|country| names::name(visit.language, country));
        let country = country.unwrap_or_else(|| words.every_country.to_owned());
        vec![
            linked(visit, edit::held(scope), country),
            in_order(route).into(),
            app.into(),
            match route.order {
                Selection::Listed => visit.words().routes.listed.into(),
                Selection::Weighted => visit.words().routes.weighted.into(),
            },
        ]
    });
    Table {
        caption: words.routes,
        columns: vec![
            words.country,
            words.providers,
            words.application,
            words.order,
        ],
        rows: rows.collect(),
        empty: words.no_route,
    }
}

/// A name that leads to its page, where the person may see that.
fn linked(visit: &Visit, address: String, name: String) -> Cell {
    match visit.may(Permission::ReadSetup) {
        true => Cell::Link(address, name),
        false => Cell::Text(name),
    }
}

/// The providers of a route, in its order.
pub(super) fn in_order(route: &Route) -> String {
    let names: Vec<_> = route
        .providers
        .iter()
        .map(|(name, _)| name.as_str())
        .collect();
    names.join(", ")
}
