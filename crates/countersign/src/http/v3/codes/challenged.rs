//! Callers of an application that can solve challenges: the proof that they bring, and the challenge that a rule demands of them.

use countersign_api::Fault;
use countersign_core::application::Application;
use countersign_core::challenge::{self, REMEMBERED, Subject};
use countersign_core::code::check::TokenUse;
use countersign_core::limit::{Refusal, Standing};

use crate::challenge::Judged;
use crate::http::request::context::Context;
use crate::http::state::AppState;

/// A caller, and what it proved.
#[derive(Debug, Clone, Copy)]
pub(super) struct Challenged {
    /// The standing of the caller.
    pub(super) standing: Standing,
    /// Whether the verifier did not answer about the caller's token, so that it is not offered again.
    is_unverified: bool,
}

impl Challenged {
    /// Judges the `solution` that a caller of `app` brings, and uses it up where it is good. Nobody else's is looked at.
    ///
    /// # Errors
    /// [`Fault::Unavailable`] when the use cannot be recorded.
    pub(super) async fn read(
        state: &AppState,
        cx: &Context,
        app: &Application,
        subject: Subject<'_>,
        solution: Option<&str>,
    ) -> Result<Self, Fault> {
        let standing = cx.client(app).standing(app.challenges);
        let solution = solution.filter(|_| standing == Standing::Unsolved);
        let judged = match solution {
            Some(solution) => state.challenges.judge(app, subject, solution).await,
            None => Judged::Worthless,
        };
        let is_unverified = judged == Judged::Unverified;
        let is_first_use = match judged {
            Judged::Solved(name) => use_once(state, cx, name).await?,
            Judged::Worthless | Judged::Unverified => false,
        };
        Ok(Self {
            standing: match is_first_use {
                true => Standing::Trusted,
                false => standing,
            },
            is_unverified,
        })
    }

    /// Returns the fault of a request that `refusal` lets pass with a solved challenge: a new challenge.
    pub(super) fn demand(self, state: &AppState, subject: Subject<'_>, refusal: &Refusal) -> Fault {
        demand(state, subject, refusal, !self.is_unverified)
    }
}

/// Returns the fault of a request that `refusal` lets pass with a solved challenge: a new challenge, which names the verifier if
/// `offers_verifier` and there is one.
pub(super) fn demand(
    state: &AppState,
    subject: Subject<'_>,
    refusal: &Refusal,
    offers_verifier: bool,
) -> Fault {
    let cost = challenge::cost(refusal);
    match state.challenges.issue(subject, cost, offers_verifier) {
        Ok(challenge) => Fault::ChallengeRequired {
            challenge: Box::new(challenge),
        },
        Err(_) => Fault::Unavailable,
    }
}

async fn use_once(state: &AppState, cx: &Context, name: String) -> Result<bool, Fault> {
    let used = TokenUse {
        request_id: cx.request_id,
        token: name,
        life: REMEMBERED,
    };
    state.use_token(used).await
}
