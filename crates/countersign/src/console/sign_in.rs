//! Signing in and out. In development everybody signs in by one button for each role; the way through the session is that of
//! everybody else.

use std::sync::Arc;

use askama::Template;
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::{Router, routing};
use url::form_urlencoded;

use super::ROOT;
use super::entry::{Entry, Visit};
use super::form::Form;
use super::language::Language;
use super::pages::overview;
use super::session::{Person, Sessions};
use super::shell::{Shell, role_name};
use super::words::{Words, sentences};
use crate::http::AppState;
use crate::http::page;
use crate::operator::{Permission, Role};

/// The address of the page on which people sign in.
pub(super) const PATH: &str = "/console/sign-in";

/// The page.
#[derive(Template)]
#[template(path = "console/sign_in.html")]
struct SignInPage {
    shell: Shell,
    /// The page that the person came for.
    next: String,
    /// The roles: the name in forms, and what the button says.
    roles: Vec<(&'static str, String)>,
}

/// The routes of the page, which needs nobody who is signed in.
pub(super) fn routes(sessions: Arc<Sessions>) -> Router<AppState> {
    let enter = move |request| enter(Arc::clone(&sessions), request);
    Router::new().route(PATH, routing::get(show).post(enter))
}

/// The address of the page for a request that nobody is signed in for. It leads back to the page that was asked for, and not to
/// an act.
pub(super) fn address(request: &Request) -> String {
    let asked = request.uri().path_and_query().map(ToString::to_string);
    match asked.filter(|_| request.method() == axum::http::Method::GET) {
        Some(asked) => {
            let next = form_urlencoded::byte_serialize(asked.as_bytes());
            format!("{PATH}?next={}", next.collect::<String>())
        }
        None => PATH.to_owned(),
    }
}

async fn show(request: Request) -> Response {
    let query = request.uri().query().unwrap_or_default();
    let mut fields = form_urlencoded::parse(query.as_bytes());
    let next = fields.find(|(name, _)| name == "next");
    let language = Language::asked(request.headers());
    page::found(&SignInPage {
        shell: Shell::bare(language),
        next: next.map(|(_, next)| next.into_owned()).unwrap_or_default(),
        roles: Role::ALL
            .map(|role| (role.as_str(), button(role, language)))
            .to_vec(),
    })
}

fn button(role: Role, language: Language) -> String {
    sentences::sign_in_as(language, role_name(role, Words::of(language)))
}

async fn enter(sessions: Arc<Sessions>, request: Request) -> Response {
    let form = match Form::read(request).await {
        Ok(form) => form,
        Err(status) => return status.into_response(),
    };
    let Some(role) = Role::parse(form.get("role")) else {
        return StatusCode::UNPROCESSABLE_ENTITY.into_response();
    };
    let person = Person {
        name: format!("dev-{}", role.as_str()).into(),
        role,
    };
    match sessions.begin(person) {
        Ok(cookie) => see(next(form.get("next")), Some(cookie)),
        Err(error) => {
            tracing::error!(%error, "nobody can sign in");
            StatusCode::SERVICE_UNAVAILABLE.into_response()
        }
    }
}

/// `asked`, where it is a page of the console; the overview otherwise: nobody is led elsewhere by a link to this page.
fn next(asked: &str) -> &str {
    let is_below = asked
        .strip_prefix(ROOT)
        .is_some_and(|rest| rest.starts_with('/'));
    let is_plain = asked
        .bytes()
        .all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    match is_below && is_plain && !asked.contains("//") {
        true => asked,
        false => overview::PATH,
    }
}

/// The act that ends the person's session.
pub(super) fn leave() -> Entry {
    Entry::act(
        "/console/sign-out",
        Permission::ReadMessages,
        None,
        async |visit: Visit| Ok(see(PATH, visit.sessions.end(&visit.session))),
    )
}

/// Leads a browser to `address`, with this cookie.
fn see(address: &str, cookie: Option<HeaderValue>) -> Response {
    let cookie = cookie.map(|cookie| (header::SET_COOKIE, cookie));
    let headers: HeaderMap = cookie.into_iter().collect();
    (headers, Redirect::to(address)).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signing_in_leads_to_pages_of_the_console_only() {
        for asked in ["/console/messages", "/console/messages?before=01a1&to=~0f"] {
            assert_eq!(next(asked), asked);
        }
        for asked in [
            "",
            "/",
            "/console",
            "//example.com",
            "/console//example.com",
            "https://example.com/console/",
            "/console/\\example.com",
            "/consoles/x",
            "/console/a\r\nset-cookie: b=c",
            "/docs/",
        ] {
            assert_eq!(next(asked), overview::PATH, "{asked}");
        }
    }
}
