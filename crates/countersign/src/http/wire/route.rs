//! Routes, from the wire types to those of the rules and back.

use countersign_api::{Fault, RoutedProvider, SmsRouteDto};
use countersign_core::phone::Country;
use countersign_core::ports::setup::Versioned;
use countersign_core::send::route::{OnUnknown, Route, RouteScope, Selection};

use super::application;
use super::provider::{self, bad};

const LISTED: &str = "listed";
const WEIGHTED: &str = "weighted";
const KEEP: &str = "keep";
const SAME_CODE: &str = "failover-same-code";

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
        order: match asked.order.as_str() {
            LISTED => Selection::Listed,
            WEIGHTED => Selection::Weighted,
            _ => return Err(bad("order", format!("must be {LISTED} or {WEIGHTED}"))),
        },
        on_unknown: match asked.on_unknown.as_str() {
            KEEP => OnUnknown::Keep,
            SAME_CODE => OnUnknown::FailoverSameCode,
            _ => return Err(bad("onUnknown", format!("must be {KEEP} or {SAME_CODE}"))),
        },
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
        order: match route.order {
            Selection::Listed => LISTED,
            Selection::Weighted => WEIGHTED,
        }
        .to_owned(),
        on_unknown: match route.on_unknown {
            OnUnknown::Keep => KEEP,
            OnUnknown::FailoverSameCode => SAME_CODE,
        }
        .to_owned(),
        version: Some(route.version.number()),
        if_version: None,
    }
}
