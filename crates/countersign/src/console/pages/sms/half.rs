//! A half of the service: mainland China, or everywhere else. Its first line says what becomes of a code now.

use countersign_core::application::AppId;
use countersign_core::phone::Country;
use countersign_core::ports::setup::{Setup, Versioned};
use countersign_core::send::route::{ProviderName, Route, RouteScope, Selection};

use super::account::Account;
use super::lacks::{self, Missing};
use super::{Known, linked};
use crate::console::countries as names;
use crate::console::entry::Visit;
use crate::console::form_page::VERSION;
use crate::console::listing::Cell;
use crate::console::pages::routes::{self, edit, fields};
use crate::console::pill::{self, Pill};
use crate::console::words::service::{self, Idle, Service};
use crate::operator::Permission;

/// The half of the numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    Home,
    Abroad,
}

impl Side {
    /// Whether numbers of a country are in this half.
    pub(super) fn has(self, country: Country) -> bool {
        (country == Country::CHINA) == (self == Side::Home)
    }
}

/// A half of the service.
pub(super) struct Half {
    pub(super) name: &'static str,
    pub(super) pill: Pill,
    /// What becomes of a code now, and when one arrived last.
    pub(super) says: Vec<String>,
    /// The messages that cannot go as the route says, since a template is missing.
    pub(super) missing: Vec<Missing>,
    /// The providers, in the order of the route.
    pub(super) accounts: Vec<Account>,
    /// The form of the route, whose buttons move a provider; `None` where the person may not, or where nothing can be moved.
    pub(super) order: Option<Vec<(String, String)>>,
    /// The page of the route.
    pub(super) route: Option<Cell>,
    /// Whether the route is the one for every country.
    pub(super) is_by_default: bool,
}

/// The route of a half, for applications without routes of their own.
fn route_of(setup: &Setup, side: Side) -> Option<(RouteScope, &Versioned<Route>)> {
    let mut scopes = match side {
        Side::Home => RouteScope::nearest_first(None, Country::CHINA),
        Side::Abroad => vec![RouteScope::default()],
    }
    .into_iter();
    scopes.find_map(|scope| Some((scope.clone(), setup.routes.get(&scope)?)))
}

impl Half {
    pub(super) fn of(visit: &Visit, setup: &Setup, known: &Known, side: Side) -> Self {
        let words = visit.words();
        let found = route_of(setup, side);
        let route = found.as_ref().map(|(_, route)| *route);
        let told = told(visit, setup, side, route);
        let missing = route.map_or(Vec::new(), |route| lacks::missing(visit, setup, route));
        let [home, abroad] = known.delivered;
        let last = match side {
            Side::Home => home,
            Side::Abroad => abroad,
        };
        let last = last.map(|at| service::last_delivered(visit.language, at.until(visit.now)));
        let says = std::iter::once(service::service(visit.language, &told)).chain(last);
        let mut accounts: Vec<_> = route.map_or(Vec::new(), |route| {
            let names = route.providers.iter();
            names
                .map(|(name, _)| Account::of(visit, setup, known, name, side))
                .collect()
        });
        let order = found
            .as_ref()
            .filter(|_| visit.may(Permission::ManageSetup))
            .filter(|(_, route)| route.order == Selection::Listed && route.providers.len() > 1);
        if order.is_some() {
            let last = accounts.len().saturating_sub(1);
            for (place, account) in accounts.iter_mut().enumerate() {
                account.up = (place > 0).then(|| fields::up(place));
                account.down = (place < last).then(|| fields::up(place + 1));
            }
        }
        Self {
            name: match side {
                Side::Home => words.sms.domestic,
                Side::Abroad => words.sms.international,
            },
            pill: pill_of(visit, &told, &missing),
            says: says.collect(),
            missing,
            accounts,
            order: order.map(|(scope, route)| form_of(scope, route)),
            is_by_default: found
                .as_ref()
                .is_some_and(|(scope, _)| scope.country.is_none()),
            route: found.map(|(scope, _)| {
                let name = words.service.route.to_owned();
                linked(visit, edit::held(&scope), name)
            }),
        }
    }
}

/// The fields of the form of a route, as they would be sent if nobody changed it.
fn form_of(scope: &RouteScope, route: &Versioned<Route>) -> Vec<(String, String)> {
    let app = scope.app.as_ref().map_or("", AppId::as_str).to_owned();
    let country = scope.country.map(|country| country.to_string());
    let own = [
        (routes::APP, app),
        (routes::COUNTRY, country.unwrap_or_default()),
        (VERSION, route.version.number().to_string()),
    ];
    let own = own.map(|(name, value)| (name.to_owned(), value));
    own.into_iter().chain(fields::unchanged(route)).collect()
}

/// What becomes of a code to a number of this half, in an application without routes of its own.
fn told(visit: &Visit, setup: &Setup, side: Side, route: Option<&Versioned<Route>>) -> Service {
    let Some(route) = route else {
        let scopes = setup.routes.keys().filter(|scope| scope.app.is_none());
        let named = scopes.filter_map(|scope| scope.country);
        let named = named.filter(|country| side.has(*country));
        let named: Vec<_> = named
            .map(|country| names::name(visit.language, country))
            .collect();
        return match named.is_empty() {
            true => Service::NotSetUp {
                is_development: visit.session.is_development,
            },
            false => Service::Some { countries: named },
        };
    };
    let idle = |name: &ProviderName| match visit.state.vendors.health(name) {
        Some(health) => {
            let until = health.rests_until?;
            let until = visit.zone().second(until);
            let time = until.rsplit(' ').next().unwrap_or_default();
            Some(Some(time.to_owned()))
        }
        None => Some(None),
    };
    let (mut working, mut idle_ones) = (Vec::new(), Vec::new());
    for (name, _) in &route.providers {
        let name_of = name.to_string();
        match idle(name) {
            None => working.push(name_of),
            Some(until) => idle_ones.push(Idle {
                name: name_of,
                until,
            }),
        }
    }
    match (working.is_empty(), idle_ones.is_empty()) {
        (true, _) => Service::AllIdle { idle: idle_ones },
        (false, true) => Service::Ready {
            providers: working,
            is_drawn: route.order == Selection::Weighted,
        },
        (false, false) => Service::Degraded {
            working,
            idle: idle_ones,
        },
    }
}

fn pill_of(visit: &Visit, told: &Service, missing: &[Missing]) -> Pill {
    let words = &visit.words().service;
    match told {
        Service::AllIdle { .. } => Pill::new("bad", pill::CROSS, words.nothing),
        Service::NotSetUp { .. } => Pill::new("quiet", pill::BAR, words.not_set_up),
        _ if missing.iter().any(|missing| missing.is_dead) => {
            Pill::new("bad", pill::CROSS, words.words_missing)
        }
        Service::Degraded { .. } => Pill::new("warn", pill::TRIANGLE, words.degraded),
        Service::Ready { .. } | Service::Some { .. } => Pill::new("ok", pill::TICK, words.ready),
    }
}
