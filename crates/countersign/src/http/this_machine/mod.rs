//! The layer before everything that `dev`, `demo` and `sandbox` listen with, whose secrets everybody knows. It answers
//! requests of this machine only, and lets no page of another site change anything.
//!
//! A web page can have its own name resolve to 127.0.0.1, and a proxy can open the listener to the world. The request
//! then names the host or the address that it came for: it gets HTTP 421. A page of another site can make a browser send
//! a request, which then names the page: it gets HTTP 403, unless the request only reads.

mod names;
mod pages;

use axum::Router;
use axum::extract::Request;
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use countersign_api::Fault;

use super::request::context::Context;
use super::state::AppState;

/// Puts the layer before `site`. With `state`, pages that an application allows may call, and refusals under `/api` are
/// the envelope.
pub(crate) fn only(site: Router, state: Option<AppState>) -> Router {
    site.layer(from_fn(move |request: Request, next: Next| {
        let state = state.clone();
        async move {
            let (parts, body) = request.into_parts();
            match judge(&parts, state.as_ref()) {
                Ok(()) => next.run(Request::from_parts(parts, body)).await,
                Err(refusal) => refusal.answer(&parts, state.as_ref()),
            }
        }
    }))
}

/// The reason why a request is refused.
#[derive(Debug, Clone, Copy)]
enum Refusal {
    /// The request came for another machine, or through one.
    Elsewhere,
    /// A page of another site made the request.
    ForeignPage,
}

fn judge(parts: &Parts, state: Option<&AppState>) -> Result<(), Refusal> {
    if !names::are_of_this_machine(parts) {
        return Err(Refusal::Elsewhere);
    }
    let setup = state.map(AppState::setup);
    match pages::is_foreign(parts, setup.as_deref()) {
        true => Err(Refusal::ForeignPage),
        false => Ok(()),
    }
}

impl Refusal {
    fn answer(self, parts: &Parts, state: Option<&AppState>) -> Response {
        let (status, fault, sentence) = match self {
            Self::Elsewhere => (
                StatusCode::MISDIRECTED_REQUEST,
                Fault::OtherMachine,
                "This program answers on this machine only, under the name localhost or the address 127.0.0.1, and \
                 through no proxy for others.\n",
            ),
            Self::ForeignPage => (
                StatusCode::FORBIDDEN,
                Fault::ForeignPage,
                "A page of another origin may change nothing here.\n",
            ),
        };
        match state.filter(|_| parts.uri.path().starts_with("/api")) {
            Some(state) => {
                let mut answer = Context::of(parts, state).answer(Err(fault));
                *answer.status_mut() = status;
                answer
            }
            None => (status, sentence).into_response(),
        }
    }
}
