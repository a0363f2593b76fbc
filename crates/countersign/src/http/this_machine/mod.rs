//! The layer before everything that `dev`, `demo` and `sandbox` listen with, whose secrets everybody knows. It answers
//! requests of this machine only, and lets no page of another site change anything.
//!
//! A web page can have its own name resolve to 127.0.0.1, and a proxy can open the listener to the world. The request
//! then names the host or the address that it came for: it gets HTTP 421. A page of another site can make a browser send
//! a request, which then names the page: it gets HTTP 403, unless the request only reads.

mod names;
mod pages;

use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use countersign_api::Fault;

use super::request::context::Context;
use super::state::AppState;

/// Judges requests to a listener for this machine. With a state, pages that an application allows may call, and refusals
/// under `/api` are the envelope.
#[derive(Debug)]
pub(crate) struct ThisMachine(Option<AppState>);

impl ThisMachine {
    /// Judges requests to a service that knows applications.
    pub(crate) fn of(state: AppState) -> Self {
        Self(Some(state))
    }

    /// Judges requests to a listener that knows no applications.
    pub(crate) fn alone() -> Self {
        Self(None)
    }

    /// The answer to a request with this head, where it is refused; `None` where the request may pass.
    pub(super) fn refusal(&self, parts: &Parts) -> Option<Response> {
        let refusal = self.judge(parts).err()?;
        Some(self.answer(refusal, parts))
    }

    fn judge(&self, parts: &Parts) -> Result<(), Refusal> {
        if !names::are_of_this_machine(parts) {
            return Err(Refusal::Elsewhere);
        }
        match pages::is_foreign(parts, self.0.as_ref()) {
            true => Err(Refusal::ForeignPage),
            false => Ok(()),
        }
    }

    fn answer(&self, refusal: Refusal, parts: &Parts) -> Response {
        let status = refusal.status();
        let path = parts.uri.path();
        match self.0.as_ref().filter(|_| path.starts_with("/api")) {
            Some(state) => {
                let mut answer = Context::of(parts, state).answer(Err(refusal.fault()));
                *answer.status_mut() = status;
                answer
            }
            None => (status, refusal.sentence()).into_response(),
        }
    }
}

/// The reason why a request is refused.
#[derive(Debug, Clone, Copy)]
enum Refusal {
    /// The request came for another machine, or through one.
    Elsewhere,
    /// A page of another site made the request.
    ForeignPage,
}

impl Refusal {
    fn status(self) -> StatusCode {
        match self {
            Self::Elsewhere => StatusCode::MISDIRECTED_REQUEST,
            Self::ForeignPage => StatusCode::FORBIDDEN,
        }
    }

    /// Under `/api`.
    fn fault(self) -> Fault {
        match self {
            Self::Elsewhere => Fault::OtherMachine,
            Self::ForeignPage => Fault::ForeignPage,
        }
    }

    /// Elsewhere.
    fn sentence(self) -> &'static str {
        match self {
            Self::Elsewhere => {
                "This program answers on this machine only, under the name localhost or the address 127.0.0.1, and \
                 through no proxy for others.\n"
            }
            Self::ForeignPage => "A page of another origin may change nothing here.\n",
        }
    }
}
