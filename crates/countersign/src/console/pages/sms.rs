//! `/console/sms`: what a person who asks for a code would get now, at home and abroad; the providers, and the routes to them.

use countersign_core::phone::Country;
use countersign_core::ports::setup::Setup;
use countersign_core::send::route::{Route, RouteScope};

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
        let service = service(&setup, country, &resting);
        sentences::service(visit.language, &service)
    };
    Ok(Listing {
        shell: visit.shell(Area::Sms),
        title: words.title,
        lead: words.lead,
        state: vec![
            (words.domestic, says(Country::parse("CN"))),
            (words.international, says(None)),
        ],
        tables: vec![providers(&visit, &setup, &resting), routes(&visit, &setup)],
        more: None,
    }
    .found())
}

/// What becomes of a code to a number of `country`, or of a country without a route of its own, in an application without
/// routes of its own.
fn service(setup: &Setup, country: Option<Country>, resting: &[String]) -> Service {
    let of = |country| setup.routes.get(&RouteScope { app: None, country });
    let Some(route) = of(country).or_else(|| of(None)) else {
        return Service::NotSetUp;
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
        let pill = match resting.contains(&name) {
            true => Pill::new("warn", pill::CLOCK, words.rests),
            false => Pill::new("ok", pill::TICK, words.works),
        };
        vec![
            Cell::Text(name),
            Cell::from(provider.kind.as_str()),
            Cell::Pill(pill),
        ]
    });
    Table {
        caption: words.providers,
        columns: vec![words.name, words.kind, words.state],
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
        let country = scope.country.map(|country| country.to_string());
        let country = country.unwrap_or_else(|| words.every_country.to_owned());
        vec![
            app.into(),
            country.into(),
            in_order(route).into(),
            route.order.as_str().into(),
        ]
    });
    Table {
        caption: words.routes,
        columns: vec![
            words.application,
            words.country,
            words.providers,
            words.order,
        ],
        rows: rows.collect(),
        empty: words.no_route,
    }
}

/// The providers of a route, in its order.
fn in_order(route: &Route) -> String {
    let names: Vec<_> = route
        .providers
        .iter()
        .map(|(name, _)| name.as_str())
        .collect();
    names.join(", ")
}
