//! Pages for people: HTML from templates, made by the server, that works without a script.

pub(crate) mod assets;

use askama::Template;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};

/// The headers of every page. No page has a script, a style or an event attribute of its own in it, so none is
/// allowed.
const HEADERS: [(HeaderName, &str); 6] = [
    (
        header::CONTENT_SECURITY_POLICY,
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; \
         form-action 'self'; base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; \
         trusted-types 'none'",
    ),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "same-origin"),
    (
        HeaderName::from_static("cross-origin-opener-policy"),
        "same-origin",
    ),
    (
        HeaderName::from_static("cross-origin-resource-policy"),
        "same-origin",
    ),
    (header::CACHE_CONTROL, "no-store"),
];

/// The answer with a table of comma-separated values, which a browser saves as a file of this name.
pub(crate) fn table(name: &'static str, table: String) -> Response {
    let kept_as = format!("attachment; filename=\"{name}\"");
    let kind = (header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned());
    let headers = [kind, (header::CONTENT_DISPOSITION, kept_as)];
    with_headers((headers, table).into_response())
}

/// The answer with this page, as HTTP 200.
pub(crate) fn found(page: &impl Template) -> Response {
    answer(StatusCode::OK, page)
}

/// The answer with this page; HTTP 500 without a body where the template fails.
pub(crate) fn answer(status: StatusCode, page: &impl Template) -> Response {
    let answer = match page.render() {
        Ok(html) => (status, Html(html)).into_response(),
        Err(error) => {
            tracing::error!(%error, "a page cannot be made");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    };
    with_headers(answer)
}

/// The answer with the headers of every page.
pub(crate) fn with_headers(mut answer: Response) -> Response {
    for (name, value) in HEADERS {
        let value = HeaderValue::from_static(value);
        answer.headers_mut().insert(name, value);
    }
    answer
}
