//! `POST /api/v3/verify-code`: an application's own server checks a code, and uses it up.

use axum::extract::State;
use axum::response::Response;
use countersign_api::{Fault, InvalidReason, VerifiedCode, VerifyCodeRequest};
use countersign_core::code::check::{Caller, Checked};
use countersign_core::code::checker::GuessInput;
use countersign_core::idempotency::{KeyedEndpoint, keeps_check};
use countersign_core::limit::Standing;
use countersign_core::limit::guess_sources::GuessSource;
use countersign_core::ports::answers::Decided;
use serde_json::json;

use crate::http::document::endpoint::{Answers, Asks, Audience, Endpoint, Shape, post};
use crate::http::document::faults;
use crate::http::keyed::{Asked, Told, Turn};
use crate::http::proof::credentials::Credentials;
use crate::http::request::body::Body;
use crate::http::request::context::Context;
use crate::http::state::AppState;
use crate::http::wire::channel;
use crate::http::wire::fault;

pub(crate) fn endpoint() -> Endpoint {
    Endpoint {
        name: "verify-code",
        handler: post(handle),
        summary: "Check a code and use it up",
        about: "Checks a code in one step with using it up: of any number of requests with the right code, one \
            succeeds. Success brings a verification token, unless `withToken` is false: a JWT that says that this \
            phone proved this channel for this application at this time. Failure brings the reason.",
        audience: Audience::ApplicationServer,
        asks: Asks::KeyedBody(Shape::of::<VerifyCodeRequest>(
            json!({"channel": "CHANNEL_LOGIN", "phoneNumber": "+14155550132", "passCode": "123456"}),
        )),
        answers: Answers::Data(Shape::of::<VerifiedCode>(
            json!({"isValid": false, "reason": "wrong", "triesLeft": 4}),
        )),
        faults: &[
            faults::PHONE,
            &["fieldNotBool", "unknownChannel", "guessesThrottled"],
        ],
    }
}

pub(crate) async fn handle(State(state): State<AppState>, cx: Context, body: Body) -> Response {
    let result = verify(&state, &cx, body).await;
    cx.answer_told(result)
}

async fn verify(state: &AppState, cx: &Context, body: Body) -> Result<Told<VerifiedCode>, Fault> {
    let asked = Asked::of(cx, &body)?;
    let body: VerifyCodeRequest = body.json()?;
    let credentials = Credentials::of(cx, body.client_id, body.client_secret)?;
    let app = credentials.application(cx, state)?;
    let phone = app
        .phone(&body.phone_number, body.phone_country_code.as_deref())
        .map_err(fault::bad_phone)?;
    // A code that was used up cannot be given back: where no token can be signed, nothing is checked.
    let turn = match body.with_token.unwrap_or(true) {
        true => {
            let turn = state.tokens.turn(app.token_algorithm);
            Some(turn.map_err(|_| Fault::Unavailable)?)
        }
        false => None,
    };
    let (found, claim, is_repeat) = match state.turn(asked, &app, KeyedEndpoint::VerifyCode).await?
    {
        Turn::Repeat(told) => return Ok(told),
        Turn::Conclude(claim, Decided::Guess(found)) => (found, Some(claim), true),
        Turn::Conclude(_, Decided::Message(_)) => return Err(Fault::Internal),
        Turn::Act(claim) => {
            let typed = GuessInput {
                request_id: cx.request_id,
                caller: Caller::Application,
                app: app.id.clone(),
                channel: channel::of_wire(body.channel),
                phone: phone.clone(),
                source: GuessSource {
                    address: cx.client(&app).vouched(),
                    standing: Standing::Trusted,
                },
                passcode: body.pass_code,
                claim: claim.clone(),
            };
            (state.check(typed).await?, claim, false)
        }
    };
    let mut answer = answer(&found);
    if let (Checked::Right { at, .. }, Some(turn)) = (&found, turn) {
        // The clock of the store may be another machine's: a token is dated by this one, which judges it.
        let dated = match is_repeat {
            true => *at,
            false => state.clock.now(),
        };
        let minted = state
            .tokens
            .mint(turn, app.id.clone(), body.channel, phone, dated);
        let minted = minted.await.map_err(|error| {
            tracing::error!(%error, "a code was used up, and there is no token for it");
            Fault::Internal
        })?;
        answer.token_expires_in = Some(minted.life.as_secs());
        answer.verification_token = Some(minted.token);
    }
    let said = answer.reason.map(|why| why.sentence(cx.lang).to_owned());
    let told = Told::with_data(cx.lang, answer).saying(said);
    if let Some(claim) = claim.filter(|_| keeps_check(&found)) {
        // A repeat must bring the same token, so the answer is on record before it is told.
        state.keep(claim, &told).await?;
    }
    Ok(told)
}

fn answer(found: &Checked) -> VerifiedCode {
    let invalid = |reason| VerifiedCode {
        reason: Some(reason),
        ..VerifiedCode::default()
    };
    match found {
        Checked::Malformed => invalid(InvalidReason::Malformed),
        Checked::Right { .. } => VerifiedCode {
            is_valid: true,
            ..VerifiedCode::default()
        },
        Checked::Wrong { tries_left } => VerifiedCode {
            tries_left: Some((*tries_left).into()),
            ..invalid(InvalidReason::Wrong)
        },
        Checked::Replaced { tries_left } => VerifiedCode {
            tries_left: Some((*tries_left).into()),
            ..invalid(InvalidReason::Replaced)
        },
        Checked::Exhausted => VerifiedCode {
            tries_left: Some(0),
            ..invalid(InvalidReason::Exhausted)
        },
        Checked::Expired => invalid(InvalidReason::Expired),
        Checked::Used => invalid(InvalidReason::Used),
        Checked::NotSent => invalid(InvalidReason::NotSent),
        // `AppState::check` makes a fault of it.
        Checked::Refused(_) => invalid(InvalidReason::Locked),
        Checked::Locked { wait } => VerifiedCode {
            retry_after: wait.map(fault::whole_seconds),
            ..invalid(InvalidReason::Locked)
        },
    }
}
