//! The headers by which browsers protect their users, on every page and every answer.

use axum::http::{HeaderMap, HeaderName, HeaderValue, header};

/// The headers of an answer that has none of its own. A page that needs more sets its own policy: an answer of the API
/// is no page, so nothing may run in it, and no page may frame it.
const HEADERS: [(HeaderName, HeaderValue); 2] = [
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
];

/// Adds the headers that an answer has not set itself.
pub(super) fn complete(answer: &mut HeaderMap) {
    for (name, value) in HEADERS {
        answer.entry(name).or_insert(value);
    }
}
