//! Routes between the wire and the rules: what the operator may set, and how it is shown.

use countersign_api::{Fault, RoutedProvider, SmsRouteDto};
use countersign_core::application::AppId;
use countersign_core::phone::Country;
use countersign_core::ports::setup::Setup;
use countersign_core::send::route::{InvalidRoute, OnUnknown, Order, Route, RouteScope};

use super::application;
use super::provider::{self, bad};
use crate::http::state::AppState;

const LISTED: &str = "listed";
const WEIGHTED: &str = "weighted";
const KEEP: &str = "keep";
const SAME_CODE: &str = "failover-same-code";

/// An application that exists, if one is named.
pub(crate) fn app(state: &AppState, named: Option<&str>) -> Result<Option<AppId>, Fault> {
    let Some(id) = named.filter(|id| !id.is_empty()) else {
        return Ok(None);
    };
    let id = application::id(id)?;
    let setup = state.setup();
    setup.application(&id).ok_or(Fault::UnknownApplication)?;
    Ok(Some(id))
}

pub(crate) fn country(named: Option<&str>) -> Result<Option<Country>, Fault> {
    let Some(code) = named.filter(|code| !code.is_empty()) else {
        return Ok(None);
    };
    let country =
        Country::parse(&code.to_ascii_uppercase()).filter(|country| country.has_numbers());
    country
        .map(Some)
        .ok_or_else(|| bad("country", "not a two-letter country code such as CN"))
}

/// What a route is to be, if it may be that.
pub(crate) fn route(
    asked: &SmsRouteDto,
    scope: &RouteScope,
    setup: &Setup,
) -> Result<Route, Fault> {
    let mut providers = Vec::with_capacity(asked.providers.len());
    for provider in &asked.providers {
        let name = provider::name(&provider.name, "providers.name")?;
        if !setup.providers.contains_key(&name) {
            return Err(bad(
                "providers.name",
                format!("there is no provider {name}"),
            ));
        }
        providers.push((name, provider.weight));
    }
    let route = Route {
        providers,
        order: match asked.order.as_str() {
            LISTED => Order::Listed,
            WEIGHTED => Order::Weighted,
            _ => return Err(bad("order", format!("must be {LISTED} or {WEIGHTED}"))),
        },
        on_unknown: match asked.on_unknown.as_str() {
            KEEP => OnUnknown::Keep,
            SAME_CODE => OnUnknown::FailoverSameCode,
            _ => return Err(bad("onUnknown", format!("must be {KEEP} or {SAME_CODE}"))),
        },
    };
    route.check(scope).map_err(|error| {
        let field = match error {
            InvalidRoute::SameCodeForAll => "onUnknown",
            InvalidRoute::Share(_) => "providers.weight",
            InvalidRoute::Count | InvalidRoute::Twice(_) => "providers",
        };
        bad(field, error)
    })?;
    Ok(route)
}

/// A route as the operator sees it.
pub(crate) fn dto(scope: &RouteScope, route: &Route) -> SmsRouteDto {
    let providers = route.providers.iter();
    SmsRouteDto {
        app_id: scope.app.as_ref().map(|app| app.as_str().to_owned()),
        country: scope.country.as_ref().map(ToString::to_string),
        providers: providers
            .map(|(name, weight)| RoutedProvider {
                name: name.to_string(),
                weight: *weight,
            })
            .collect(),
        order: match route.order {
            Order::Listed => LISTED,
            Order::Weighted => WEIGHTED,
        }
        .to_owned(),
        on_unknown: match route.on_unknown {
            OnUnknown::Keep => KEEP,
            OnUnknown::FailoverSameCode => SAME_CODE,
        }
        .to_owned(),
    }
}

/// What a route is for, in words.
pub(crate) fn words(scope: &RouteScope) -> String {
    let app = scope
        .app
        .as_ref()
        .map_or("every application", AppId::as_str);
    let country = scope
        .country
        .as_ref()
        .map_or("anywhere".to_owned(), ToString::to_string);
    format!("the route of {app} to {country}")
}
