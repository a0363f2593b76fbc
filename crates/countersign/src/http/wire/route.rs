//! Routes, from the wire types to those of the rules and back.

use countersign_api::{Fault, RoutedProvider, SmsRouteDto};
use countersign_core::phone::Country;
use countersign_core::ports::setup::Versioned;
use countersign_core::send::route::{OnUnknown, Route, RouteScope, Selection};

use super::application;
use super::provider::{self, bad};

/// Reads the scope of a route: each part may be absent or empty.
pub(crate) fn scope(app_id: Option<&str>, country_code: Option<&str>) -> Result<RouteScope, Fault> {
    Ok(RouteScope {
        app: application::optional_id(app_id)?,
        country: country(country_code)?,
    })
}

/// Reads a country that may be absent or empty.
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

/// Reads the route that is asked for.
pub(crate) fn route(asked: &SmsRouteDto) -> Result<Route, Fault> {
    let providers = asked.providers.iter().map(|provider| {
        let name = provider::name(&provider.name, "providers.name")?;
        Ok((name, provider.weight))
    });
    Ok(Route {
        providers: providers.collect::<Result<_, Fault>>()?,
        order: named("order", &asked.order, Selection::ALL, Selection::as_str)?,
        on_unknown: named(
            "onUnknown",
            &asked.on_unknown,
            OnUnknown::ALL,
            OnUnknown::as_str,
        )?,
    })
}

/// Finds the one of two choices that `field` names.
fn named<T: Copy>(
    field: &str,
    asked: &str,
    choices: [T; 2],
    name: fn(T) -> &'static str,
) -> Result<T, Fault> {
    let found = choices.into_iter().find(|choice| name(*choice) == asked);
    found.ok_or_else(|| {
        let [one, other] = choices.map(name);
        bad(field, format!("must be {one} or {other}"))
    })
}

/// Shows a route to an operator.
pub(crate) fn dto(scope: &RouteScope, route: &Versioned<Route>) -> SmsRouteDto {
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
        order: route.order.as_str().to_owned(),
        on_unknown: route.on_unknown.as_str().to_owned(),
        version: Some(route.version.number()),
        if_version: None,
    }
}
