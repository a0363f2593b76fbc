//! The wall against pages of other sites: no request passes that a page of ours, or a person at the address bar, did not make.
//!
//! Browsers say where a request comes from, in `Sec-Fetch-Site` and in `Origin`, and no page can change that. The guard is the
//! whole of the protection: forms carry no token (decision 0038).

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::header::{HOST, ORIGIN};
use axum::http::{HeaderMap, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::language::Language;
use super::pages::refused::{self, Why};
use super::session::Sessions;

/// Passes a request on, or refuses it: another method than GET, HEAD and POST, or a request of another site.
pub(super) async fn judge(
    State(sessions): State<Arc<Sessions>>,
    request: Request,
    next: Next,
) -> Response {
    let origin = sessions.origin();
    if !is_for(origin, request.headers()) {
        return StatusCode::MISDIRECTED_REQUEST.into_response();
    }
    let verdict = match *request.method() {
        Method::GET | Method::HEAD => may_read(request.headers()),
        Method::POST => may_change(request.headers(), origin),
        _ => return StatusCode::METHOD_NOT_ALLOWED.into_response(),
    };
    match verdict {
        Ok(()) => next.run(request).await,
        Err(why) => refused::page(Language::asked(request.headers()), why),
    }
}

/// A page may be opened from a link on another site, and not be embedded or fetched by one.
fn may_read(headers: &HeaderMap) -> Result<(), Why> {
    let is_own = site(headers).is_none_or(|site| site == "same-origin" || site == "none");
    let says = |name: &str, value: &str| headers.get(name).is_some_and(|said| said == value);
    let is_opened = says("sec-fetch-mode", "navigate") && says("sec-fetch-dest", "document");
    match is_own || is_opened {
        true => Ok(()),
        false => Err(Why::ForeignSite),
    }
}

/// A form may be sent by a page of this very origin alone. A neighbour on the same site is another origin.
fn may_change(headers: &HeaderMap, ours: Option<&str>) -> Result<(), Why> {
    let origin = headers.get(ORIGIN).map(|origin| origin.as_bytes());
    let is_own_origin = origin.map(|origin| match ours {
        Some(ours) => origin == ours.as_bytes(),
        None => is_own(origin, headers),
    });
    match (site(headers), is_own_origin) {
        (Some("same-origin" | "none"), Some(true)) => Ok(()),
        // Some pages make browsers hide the origin; what the browser says of the site counts then.
        (Some("same-origin" | "none"), _) if origin.is_none_or(|origin| origin == b"null") => {
            Ok(())
        }
        (None, Some(true)) => Ok(()),
        (None, None) => Err(Why::NoOrigin),
        _ => Err(Why::ForeignSite),
    }
}

/// Whether a request names the host of the console at `origin`. In development the listener has made sure of that.
fn is_for(origin: Option<&str>, headers: &HeaderMap) -> bool {
    let Some((_, ours)) = origin.and_then(|origin| origin.split_once("://")) else {
        return true;
    };
    headers
        .get(HOST)
        .is_some_and(|host| host.as_bytes().eq_ignore_ascii_case(ours.as_bytes()))
}

/// What the browser says about where the request comes from; a value that is no text is a foreign site's.
fn site(headers: &HeaderMap) -> Option<&str> {
    let said = headers.get("sec-fetch-site")?;
    Some(said.to_str().unwrap_or("cross-site"))
}

/// Whether `origin` is that of the host which the request is for. The listener has made sure before that this host is ours.
fn is_own(origin: &[u8], headers: &HeaderMap) -> bool {
    let host = headers.get(HOST).map(|host| host.as_bytes());
    host.is_some() && origin.strip_prefix(b"http://") == host
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderName, HeaderValue};

    use super::*;

    fn headers(said: &[(&'static str, &'static str)]) -> HeaderMap {
        let host = ("host", "127.0.0.1:8480");
        let all = said.iter().copied().chain([host]);
        all.map(|(name, value)| {
            (
                HeaderName::from_static(name),
                HeaderValue::from_static(value),
            )
        })
        .collect()
    }

    #[test]
    fn a_form_passes_where_the_browser_says_that_it_is_ours() {
        const OWN: (&str, &str) = ("origin", "http://127.0.0.1:8480");
        for said in [
            &[("sec-fetch-site", "same-origin"), OWN][..],
            &[("sec-fetch-site", "none"), OWN],
            &[("sec-fetch-site", "same-origin")],
            &[("sec-fetch-site", "same-origin"), ("origin", "null")],
            &[OWN],
        ] {
            assert!(may_change(&headers(said), None).is_ok(), "{said:?}");
        }
        for said in [
            &[][..],
            &[("origin", "null")],
            &[("origin", "http://127.0.0.1:8481")],
            &[("origin", "https://127.0.0.1:8480")],
            &[("origin", "http://127.0.0.1:8480.example.com")],
            &[("sec-fetch-site", "same-site"), OWN],
            &[("sec-fetch-site", "cross-site"), OWN],
            &[("sec-fetch-site", "cross-site")],
            &[
                ("sec-fetch-site", "same-origin"),
                ("origin", "http://example.com"),
            ],
            &[("sec-fetch-site", "same-origin"), ("origin", "")],
        ] {
            assert!(may_change(&headers(said), None).is_err(), "{said:?}");
        }
    }

    #[test]
    fn the_origin_of_a_console_is_that_of_its_address_and_not_of_the_host_that_is_named() {
        let ours = Some("https://127.0.0.1:8480");
        let from = |origin| headers(&[("origin", origin)]);
        assert!(may_change(&from("https://127.0.0.1:8480"), ours).is_ok());
        assert!(may_change(&from("http://127.0.0.1:8480"), ours).is_err());
        assert!(is_for(ours, &headers(&[])));
        assert!(!is_for(Some("https://console.example.com"), &headers(&[])));
    }

    #[test]
    fn a_page_may_be_opened_from_elsewhere_and_not_be_embedded() {
        let navigate = ("sec-fetch-mode", "navigate");
        for said in [
            &[][..],
            &[("sec-fetch-site", "same-origin")],
            &[("sec-fetch-site", "none"), navigate],
            &[
                ("sec-fetch-site", "cross-site"),
                navigate,
                ("sec-fetch-dest", "document"),
            ],
        ] {
            assert!(may_read(&headers(said)).is_ok(), "{said:?}");
        }
        for said in [
            &[("sec-fetch-site", "cross-site")][..],
            &[
                ("sec-fetch-site", "same-site"),
                ("sec-fetch-mode", "no-cors"),
            ],
            &[
                ("sec-fetch-site", "cross-site"),
                navigate,
                ("sec-fetch-dest", "iframe"),
            ],
        ] {
            assert!(may_read(&headers(said)).is_err(), "{said:?}");
        }
    }
}
