//! Routes: which providers carry a number, and in which order; and the countries and regions that codes go to.

pub(in crate::console) mod countries;
pub(in crate::console) mod delete;
pub(in crate::console) mod edit;
pub(in crate::console) mod fields;

use countersign_core::application::AppId;
use countersign_core::phone::Country;
use countersign_core::send::route::RouteScope;
use url::form_urlencoded;

use super::refused::Why;
use crate::console::countries as names;
use crate::console::entry::Visit;
use crate::console::words::sentences;

/// The field with the application; empty for every other.
pub(in crate::console) const APP: &str = "app";
/// The field with the country; empty for every other.
pub(in crate::console) const COUNTRY: &str = "country";

/// The messages that a route is for, in words.
pub(in crate::console) fn name(visit: &Visit, scope: &RouteScope) -> String {
    let words = visit.words();
    if scope.app.is_none() && scope.country.is_none() {
        return words.routes.default_route.to_owned();
    }
    let app = scope.app.as_ref().map(AppId::as_str);
    let app = app.unwrap_or(words.sms.every_application);
    let country = scope
        .country
        .map(|country| names::name(visit.language, country));
    let country = country.unwrap_or_else(|| words.sms.every_country.to_owned());
    sentences::joined(visit.language, &country, app)
}

/// The address of a page about the route of this scope.
fn address(path: &str, scope: &RouteScope) -> String {
    let app = scope.app.as_ref().map_or("", AppId::as_str);
    let country = scope.country.map(|country| country.to_string());
    let query = form_urlencoded::Serializer::new(String::new())
        .append_pair(APP, app)
        .append_pair(COUNTRY, country.as_deref().unwrap_or_default())
        .finish();
    format!("{path}?{query}")
}

/// The scope that these values name, each of which may be empty.
fn scope(app: &str, country: &str) -> Result<RouteScope, Why> {
    let app = match app {
        "" => None,
        id => Some(AppId::parse(id).map_err(|_| Why::NotFound)?),
    };
    let country = match country {
        "" => None,
        code => Some(Country::parse(code).ok_or(Why::NotFound)?),
    };
    Ok(RouteScope { app, country })
}
