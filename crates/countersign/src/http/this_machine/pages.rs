//! The page that made a browser send a request, and whether it is of another site.

use axum::http::header::{HOST, ORIGIN};
use axum::http::request::Parts;
use axum::http::{HeaderValue, Method};

use crate::http::request::cors;
use crate::http::state::AppState;

/// Whether a request would change something for a page of another site. A page is of another site if its `Origin` is
/// another one than the request is for, or if the browser says so in `Sec-Fetch-Site`. A page is not foreign where the
/// application that the request names allows its origin.
pub(super) fn is_foreign(parts: &Parts, state: Option<&AppState>) -> bool {
    let is_reading = matches!(parts.method, Method::GET | Method::HEAD | Method::OPTIONS);
    if is_reading {
        return false;
    }
    let headers = &parts.headers;
    let says_so = headers
        .get("sec-fetch-site")
        .is_some_and(|site| site == "cross-site");
    let mut origins = headers.get_all(ORIGIN).iter().peekable();
    if origins.peek().is_none() {
        return says_so;
    }
    origins.any(|origin| {
        let origin = origin.to_str().unwrap_or_default();
        let is_own = !says_so && is_of(origin, headers.get(HOST));
        !is_own && !state.is_some_and(|state| cors::allows(&state.setup(), origin, parts))
    })
}

/// Whether `origin` is the one that a request to `host` is for.
fn is_of(origin: &str, host: Option<&HeaderValue>) -> bool {
    let host = host.and_then(|host| host.to_str().ok()).unwrap_or_default();
    let without_scheme = origin
        .strip_prefix("http://")
        .or_else(|| origin.strip_prefix("https://"));
    without_scheme.is_some_and(|of| of.eq_ignore_ascii_case(host))
}
