//! The headers by which browsers protect their users, on every page and every answer.

use axum::http::{HeaderMap, HeaderName, HeaderValue, header};

/// The headers of an answer that has none of its own. A page that needs more sets its own policy: an answer of the API
/// is no page, so nothing may run in it, and no page may frame it.
const HEADERS: [(HeaderName, HeaderValue); 4] = [
    (
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    ),
    (
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static(
            "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
        ),
    ),
    (
        header::REFERRER_POLICY,
        HeaderValue::from_static("no-referrer"),
    ),
    (
        HeaderName::from_static("cross-origin-opener-policy"),
        HeaderValue::from_static("same-origin"),
    ),
];

/// Keeps browsers from plain HTTP for a year, where the world reaches the service by https.
const STRICT: (HeaderName, HeaderValue) = (
    header::STRICT_TRANSPORT_SECURITY,
    HeaderValue::from_static("max-age=31536000"),
);

/// The headers of every answer of a service that the world reaches by https, or not.
pub(super) fn headers(is_https: bool) -> impl Iterator<Item = (HeaderName, HeaderValue)> {
    HEADERS.into_iter().chain(is_https.then_some(STRICT))
}

/// Adds the headers that an answer has not set itself.
pub(super) fn complete(answer: &mut HeaderMap, is_https: bool) {
    for (name, value) in headers(is_https) {
        answer.entry(name).or_insert(value);
    }
}
