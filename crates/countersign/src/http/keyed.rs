//! Calls with the header `Idempotency-Key`: the first one runs, and a repeat gets the answer of the first.

use axum::http::HeaderMap;
use countersign_api::{Envelope, Fault, FieldProblem, Lang};
use countersign_core::application::Application;
use countersign_core::idempotency::{
    CallName, Claim, IdempotencyKey, KeptAnswer, KeyedCall, KeyedEndpoint,
};
use countersign_core::ports::answers::{Claimed, Decided};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::request::body::Body;
use super::request::context::Context;
use super::request::malformed::malformed;
use super::state::AppState;
use super::wire::fault;

/// The header, as answers name it.
const HEADER: &str = "Idempotency-Key";

/// Reads the header, where the request has one.
pub(crate) fn key_of(headers: &HeaderMap) -> Result<Option<IdempotencyKey>, FieldProblem> {
    let mut given = headers.get_all(HEADER).iter();
    let Some(first) = given.next() else {
        return Ok(None);
    };
    if given.any(|other| other != first) {
        return Err(FieldProblem::Duplicate);
    }
    let key = IdempotencyKey::parse(first.as_bytes());
    key.map(Some).map_err(|_| FieldProblem::NotAnIdempotencyKey)
}

/// The key of a request, with what the request asks for.
pub(crate) struct Asked {
    key: IdempotencyKey,
    body: Vec<u8>,
}

impl Asked {
    /// The key of the request, if it has one.
    ///
    /// # Errors
    /// [`Fault::Malformed`] where the header is no key.
    pub(crate) fn of(cx: &Context, body: &Body) -> Result<Option<Self>, Fault> {
        let key = cx.idempotency_key.clone();
        let key = key.map_err(|problem| malformed(Some(HEADER.to_owned()), problem))?;
        Ok(key.map(|key| Self {
            key,
            body: body.canonical(),
        }))
    }

    fn of_call(self, app: &Application, endpoint: KeyedEndpoint) -> KeyedCall {
        let name = CallName {
            app: app.id.clone(),
            endpoint,
            key: self.key,
        };
        KeyedCall {
            name,
            body: self.body,
        }
    }
}

/// An answer without the id of its request, which a repeat gets under its own.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Told<T = ()> {
    pub(super) envelope: Envelope<T>,
    pub(super) retry_after: Option<u64>,
}

impl<T> Told<T> {
    /// The answer of a success with `data`.
    pub(crate) fn with_data(lang: Lang, data: T) -> Self {
        Self {
            envelope: Envelope::with_data(lang, String::new(), data),
            retry_after: None,
        }
    }

    /// The answer with this sentence for people instead.
    pub(crate) fn saying(mut self, message: Option<String>) -> Self {
        if let Some(message) = message {
            self.envelope.message = message;
        }
        self
    }
}

impl Told {
    /// The answer of an endpoint without data.
    pub(crate) fn of(lang: Lang, result: Result<(), Fault>) -> Self {
        match result {
            Ok(()) => Self {
                envelope: Envelope::success(lang, String::new()),
                retry_after: None,
            },
            Err(fault) => Self {
                envelope: Envelope::failure(&fault, lang, String::new()),
                retry_after: fault.retry_after(),
            },
        }
    }
}

/// What is to be done about a request.
pub(crate) enum Turn<T> {
    /// Act, with the claim of the key where there is one.
    Act(Option<Claim>),
    /// Answer by what was decided under the key, and keep that answer.
    Conclude(Claim, Decided),
    /// Answer as the first call was.
    Repeat(Told<T>),
}

impl AppState {
    /// What is to be done about a request to `endpoint` for `app`.
    ///
    /// # Errors
    /// [`Fault::KeyOfAnotherBody`], [`Fault::KeyUnderWay`], or [`Fault::Unavailable`] when the store cannot tell.
    pub(crate) async fn turn<T: DeserializeOwned>(
        &self,
        asked: Option<Asked>,
        app: &Application,
        endpoint: KeyedEndpoint,
    ) -> Result<Turn<T>, Fault> {
        let Some(asked) = asked else {
            return Ok(Turn::Act(None));
        };
        let claimed = self.answers.claim(asked.of_call(app, endpoint)).await;
        match claimed.map_err(fault::of_store)? {
            Claimed::First(claim) => Ok(Turn::Act(Some(claim))),
            Claimed::Unanswered(claim, decided) => Ok(Turn::Conclude(claim, decided)),
            Claimed::Kept(answer) => {
                let told = serde_json::from_slice(&answer.0);
                told.map(Turn::Repeat).map_err(|_| Fault::Internal)
            }
            Claimed::OtherBody => Err(Fault::KeyOfAnotherBody),
            Claimed::UnderWay => Err(Fault::KeyUnderWay),
        }
    }

    /// Keeps the answer of the claimed call.
    ///
    /// # Errors
    /// [`Fault::Unavailable`] when the answer could not be made durable in time.
    pub(crate) async fn keep<T: Serialize>(
        &self,
        claim: Claim,
        told: &Told<T>,
    ) -> Result<(), Fault> {
        let answer = serde_json::to_vec(told).map_err(|_| Fault::Internal)?;
        let kept = self.answers.keep(claim, KeptAnswer(answer)).await;
        kept.map_err(fault::of_store)
    }
}
