//! Signing in and out: name and password, then a second factor where there is one. In development everybody signs in by one
//! button for each role; the way through the session is that of everybody else.

mod code;
pub(super) mod qr;
mod welcome;

use std::net::IpAddr;

use askama::Template;
use axum::extract::{Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::{Router, routing};
use countersign_core::audit::{Actor, Author, Door, Verb};
use countersign_core::staff::person::Person;
use countersign_core::staff::session::Stage;
use url::form_urlencoded;

use super::entry::{Answer, Entry, Visit};
use super::form::Form;
use super::language::Language;
use super::pages::overview;
use super::pages::refused::{self, Why};
use super::shell::{Shell, role_name};
use super::words::{Words, people, sentences};
use super::{ROOT, development};
use crate::http::AppState;
use crate::http::page;
use crate::http::request::arrival::Arrival;
use crate::http::request::context::Context;
use crate::manage::Proof;
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
    /// The name that was typed.
    name: String,
    problem: Option<String>,
    /// In development, the roles: the name in forms, and what the button says.
    roles: Vec<(&'static str, String)>,
}

/// A request of somebody who is not signed in.
struct Visitor {
    state: AppState,
    language: Language,
    /// The author of what the request asks for, whoever that is.
    by: Author,
    headers: HeaderMap,
    query: Vec<(String, String)>,
    form: Form,
}

/// The routes of the pages that need nobody who is signed in.
pub(super) fn routes() -> Router<AppState> {
    Router::new()
        .route(PATH, routing::get(show).post(enter))
        .route(code::PATH, routing::get(code::show).post(code::enter))
        .route(
            welcome::PATH,
            routing::get(welcome::show).post(welcome::enter),
        )
}

impl Visitor {
    /// Reads a request.
    ///
    /// # Errors
    /// The answer, where its form cannot be read.
    async fn of(state: AppState, request: Request) -> Result<Self, Response> {
        let arrival = Arrival::now(&state);
        let (parts, body) = request.into_parts();
        let by = Author {
            who: Actor::Person(String::new()),
            door: Door::Console,
            from: Some(address_of(&parts, &state)),
            request: Some(arrival.id),
        };
        let query = parts.uri.query().unwrap_or_default();
        let query = form_urlencoded::parse(query.as_bytes())
            .into_owned()
            .collect();
        let (headers, is_form) = (parts.headers.clone(), parts.method == Method::POST);
        let form = match is_form {
            true => Form::read(Request::from_parts(parts, body)).await,
            false => Ok(Form::default()),
        };
        Ok(Self {
            state,
            language: Language::asked(&headers),
            by,
            headers,
            query,
            form: form.map_err(IntoResponse::into_response)?,
        })
    }

    /// The words of the page's language.
    fn words(&self) -> &'static Words {
        Words::of(self.language)
    }

    /// The page that the person came for.
    fn next(&self) -> &str {
        let asked = self.query.iter().find(|(name, _)| name == "next");
        match asked {
            Some((_, next)) => next,
            None => self.form.get("next"),
        }
    }

    /// Lets `person`, who has proved everything, in. `flash` is what the first page says.
    async fn let_in(self, person: &Person, to: &str, flash: Option<String>) -> Answer {
        let manage = &self.state.manage;
        let recorded = manage.record_of_person(self.by.clone(), Verb::SignedIn, person);
        recorded.await?;
        let sessions = &self.state.sessions;
        let place = (self.by.from, &self.headers);
        let cookie = sessions.begin(person, sessions.signed_in(), flash, place);
        Ok(see(to, Some(cookie.await?)))
    }

    /// The page in the place of one that cannot be had.
    fn refused(language: Language, answer: Answer) -> Response {
        answer.unwrap_or_else(|why| refused::page(language, why))
    }
}

/// The address that a request came from.
pub(super) fn address_of(parts: &Parts, state: &AppState) -> IpAddr {
    Context::of(parts, state).address
}

/// The address of the page for a request that nobody is signed in for. It leads back to the page that was asked for, and not to
/// an act.
pub(super) fn address(request: &Request) -> String {
    let asked = request.uri().path_and_query().map(ToString::to_string);
    match asked.filter(|_| request.method() == Method::GET) {
        Some(asked) => {
            let next = form_urlencoded::byte_serialize(asked.as_bytes());
            format!("{PATH}?next={}", next.collect::<String>())
        }
        None => PATH.to_owned(),
    }
}

async fn show(State(state): State<AppState>, request: Request) -> Response {
    match Visitor::of(state, request).await {
        Ok(visitor) => page::found(&drawn(&visitor, None)),
        Err(answer) => answer,
    }
}

fn drawn(visitor: &Visitor, problem: Option<String>) -> SignInPage {
    let language = visitor.language;
    let button = |role| {
        let name = role_name(role, Words::of(language));
        (role.as_str(), sentences::sign_in_as(language, name))
    };
    let is_development = visitor.state.sessions.is_of_development();
    SignInPage {
        shell: Shell {
            is_development,
            ..Shell::bare(language)
        },
        next: visitor.next().to_owned(),
        name: visitor.form.get("name").to_owned(),
        problem,
        roles: match is_development {
            true => Role::ALL.map(button).to_vec(),
            false => Vec::new(),
        },
    }
}

async fn enter(State(state): State<AppState>, request: Request) -> Response {
    let visitor = match Visitor::of(state, request).await {
        Ok(visitor) => visitor,
        Err(answer) => return answer,
    };
    let language = visitor.language;
    let is_by_button =
        visitor.state.sessions.is_of_development() && visitor.form.get("name").is_empty();
    let answer = match is_by_button {
        true => by_button(visitor).await,
        false => by_password(visitor).await,
    };
    Visitor::refused(language, answer)
}

/// Signs in one of the people of development.
async fn by_button(visitor: Visitor) -> Answer {
    let role = Role::parse(visitor.form.get("role"));
    let Some(person) = role.and_then(development::in_role) else {
        return Ok(StatusCode::UNPROCESSABLE_ENTITY.into_response());
    };
    let sessions = &visitor.state.sessions;
    let place = (visitor.by.from, &visitor.headers);
    let cookie = sessions.begin(&person, sessions.signed_in(), None, place);
    Ok(see(next(visitor.next()), Some(cookie.await?)))
}

async fn by_password(visitor: Visitor) -> Answer {
    let (name, password) = (visitor.form.get("name"), visitor.form.whole("password"));
    let proved = visitor
        .state
        .manage
        .prove_password(&visitor.by, name, password);
    let person = match proved.await? {
        Proof::Right(person) => person,
        Proof::Wrong => {
            let problem = Some(visitor.words().staff.wrong.to_owned());
            let page = drawn(&visitor, problem);
            return Ok(page::answer(StatusCode::UNPROCESSABLE_ENTITY, &page));
        }
        Proof::TooMany(wait) => {
            let problem = people::too_many_tries(visitor.language, wait);
            let page = drawn(&visitor, Some(problem));
            return Ok(page::answer(StatusCode::TOO_MANY_REQUESTS, &page));
        }
    };
    let to = next(visitor.next()).to_owned();
    if person.second_factor().is_none() {
        if person.role.needs_second_factor() {
            return Err(Why::NotPermitted);
        }
        return visitor.let_in(&person, &to, None).await;
    }
    let place = (visitor.by.from, &visitor.headers);
    let stage = Stage::CodeAwaited { wrong: 0 };
    let cookie = visitor.state.sessions.begin(&person, stage, None, place);
    Ok(see(&code::address(&to), Some(cookie.await?)))
}

/// `asked`, where it is a page of the console; the overview otherwise: nobody is led elsewhere by a link to this page.
pub(super) fn next(asked: &str) -> &str {
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
        async |visit: Visit| {
            let gone = visit.sessions.end(&visit.session.kept).await?;
            if let Some(person) = visit.sessions.person(&visit.session.person.id) {
                let manage = &visit.state.manage;
                let recorded = manage.record_of_person(visit.by, Verb::SignedOut, &person);
                recorded.await?;
            }
            Ok(see(PATH, gone))
        },
    )
    .of_applications()
}

/// Leads a browser to `address`, with this cookie.
pub(super) fn see(address: &str, cookie: Option<HeaderValue>) -> Response {
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
