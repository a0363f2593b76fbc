//! Refuses requests that another web site makes a browser send.
//!
//! A form of another site would otherwise sign a person in with the attacker's number, or have codes sent. Browsers say
//! where a request comes from, in headers that no script of a page can write. A program that sends neither header is no
//! browser, and holds no cookie of a person.

use std::net::IpAddr;

use axum::extract::Request;
use axum::http::uri::Authority;
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

/// Passes a request on unless its host is not this machine, or another site sent it.
pub(crate) async fn guard(request: Request, next: Next) -> Response {
    let (method, headers) = (request.method(), request.headers());
    if !host(headers).is_some_and(is_this_machine) {
        let sentence = "The demo answers on this machine only: open it as http://127.0.0.1.\n";
        return (StatusCode::MISDIRECTED_REQUEST, sentence).into_response();
    }
    let is_reading = matches!(*method, Method::GET | Method::HEAD);
    if !is_reading && is_of_another_site(headers) {
        let sentence = "The form must be sent from a page of the demo.\n";
        return (StatusCode::FORBIDDEN, sentence).into_response();
    }
    next.run(request).await
}

fn host(headers: &HeaderMap) -> Option<&str> {
    headers.get(header::HOST)?.to_str().ok()
}

/// Returns whether the host is a name that only this machine has. A site on the internet may let its own name lead to
/// 127.0.0.1, and its pages would then share an origin with the demo. An application for production compares with the name
/// that it has.
fn is_this_machine(host: &str) -> bool {
    let Ok(authority) = host.parse::<Authority>() else {
        return false;
    };
    let name = authority.host();
    let address = name.trim_matches(['[', ']']).parse::<IpAddr>();
    name == "localhost"
        || name.ends_with(".localhost")
        || address.is_ok_and(|address| address.is_loopback())
}

fn is_of_another_site(headers: &HeaderMap) -> bool {
    if let Some(site) = headers.get("sec-fetch-site") {
        return site != "same-origin" && site != "none";
    }
    // A browser from before 2023 may send `Origin` alone.
    let own = host(headers).map(|host| format!("http://{host}"));
    headers
        .get(header::ORIGIN)
        .is_some_and(|origin| origin.to_str().ok() != own.as_deref())
}
