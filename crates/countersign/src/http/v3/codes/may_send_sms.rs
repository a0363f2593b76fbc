//! `POST /api/v3/may-send-sms`: tells an application's own server what would become of a send, without sending.

use axum::extract::State;
use axum::response::Response;
use countersign_api::{Fault, MaySendSms, MaySendSmsRequest, SendRefusal, SendRule};
use countersign_core::challenge::{Purpose, Subject};
use countersign_core::limit::LimitState;
use countersign_core::send::messenger::{SendError, SendRequest};
use serde_json::json;

use super::challenged::demand;
use crate::http::document::endpoint::{Answers, Asks, Audience, Endpoint, Shape, post};
use crate::http::document::faults;
use crate::http::proof::credentials::Credentials;
use crate::http::request::body::Body;
use crate::http::request::context::Context;
use crate::http::state::AppState;
use crate::http::wire::channel;
use crate::http::wire::fault;

pub(crate) fn endpoint() -> Endpoint {
    Endpoint {
        name: "may-send-sms",
        handler: post(handle),
        summary: "Ask what would become of a send",
        about: "Judges a send as `send-sms` would, for a caller at the same address, and sends nothing: whether it \
            is allowed, the answer that it would get if not, and every rule that would judge it with what the rule \
            counts. Nothing is counted and nothing recorded, so a send a moment later may be judged otherwise.",
        audience: Audience::ApplicationServer,
        asks: Asks::Body(Shape::of::<MaySendSmsRequest>(
            json!({"channel": "CHANNEL_LOGIN", "phoneNumber": "+14155550132"}),
        )),
        answers: Answers::Data(Shape::of::<MaySendSms>(json!({
            "allowed": false,
            "refusal": {"statusCode": 429, "message": "A code was sent a moment ago. Try again in 42 seconds."},
            "rules": [
                {"name": "minute", "mode": "enforce", "count": 1, "max": 1, "windowSeconds": 60,
                    "nextAllowedAt": "2026-11-21T20:00:42.000Z"},
                {"name": "number-day", "mode": "enforce", "count": 1, "max": 20, "windowSeconds": 86400,
                    "nextAllowedAt": null},
            ],
        }))),
        faults: &[faults::PHONE, &["unknownChannel"]],
    }
}

pub(crate) async fn handle(State(state): State<AppState>, cx: Context, body: Body) -> Response {
    let result = may_send(&state, &cx, body).await;
    cx.answer_with(result)
}

async fn may_send(state: &AppState, cx: &Context, body: Body) -> Result<MaySendSms, Fault> {
    let body: MaySendSmsRequest = body.json()?;
    let credentials = Credentials::of(cx, body.client_id, body.client_secret)?;
    let app = credentials.application(cx, state)?;
    let phone = app
        .phone(&body.phone_number, body.phone_country_code.as_deref())
        .map_err(fault::bad_phone)?;
    let caller = cx.client(&app);
    let request = SendRequest {
        standing: caller.standing(app.challenges),
        request_id: cx.request_id,
        app,
        channel: channel::of_wire(body.channel),
        phone,
        caller: Some(caller),
        language: None,
        claim: None,
    };
    let preview = state.messenger.preview(&request).await;
    let preview = preview.map_err(fault::not_sent)?;
    Ok(MaySendSms {
        allowed: preview.refusal.is_none(),
        refusal: preview
            .refusal
            .map(|error| refusal(cx, &refused(state, &request, error))),
        rules: preview.limits.iter().map(rule).collect(),
    })
}

/// The fault with which the send would be answered.
fn refused(state: &AppState, request: &SendRequest, error: SendError) -> Fault {
    match error {
        SendError::ChallengeNeeded(refusal) => {
            let subject = Subject {
                purpose: Purpose::Send,
                app: &request.app.id,
                channel: request.channel,
                phone: &request.phone,
            };
            demand(state, subject, &refusal, true)
        }
        error => fault::not_sent(error),
    }
}

fn refusal(cx: &Context, fault: &Fault) -> SendRefusal {
    SendRefusal {
        status_code: fault.status_code(),
        api_code: fault.api_code(),
        message: fault.message(cx.lang),
    }
}

fn rule(state: &LimitState) -> SendRule {
    let words = state.limit.in_words(state.count);
    let until = state.refused_until.filter(|_| !state.limit.never_admits());
    SendRule {
        name: state.limit.name.to_string(),
        mode: state.limit.mode.as_str().to_owned(),
        currency: state
            .limit
            .counts
            .currency()
            .map(|currency| currency.to_string()),
        count: words.count,
        max: words.max,
        window_seconds: words.window.as_secs(),
        next_allowed_at: until.map(|until| until.to_string()),
    }
}
