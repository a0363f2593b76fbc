//! `POST /api/v3/send-sms`: sends a code to a number.

use axum::extract::State;
use axum::response::Response;
use countersign_api::{Fault, Lang, SendSmsRequest};
use countersign_core::challenge::{Purpose, Subject};
use countersign_core::idempotency::{Claim, KeyedEndpoint, SendEnd, keeps_send};
use countersign_core::ports::answers::Decided;
use countersign_core::ports::records::TimelineQuery;
use countersign_core::send::messenger::{SendError, SendRequest};
use serde_json::json;

use super::challenged::Challenged;
use crate::http::document::endpoint::{Answers, Asks, Audience, Endpoint, Shape, post};
use crate::http::document::faults;
use crate::http::keyed::{Asked, Told, Turn};
use crate::http::request::body::Body;
use crate::http::request::context::Context;
use crate::http::state::AppState;
use crate::http::wire::channel;
use crate::http::wire::fault;

pub(crate) fn endpoint() -> Endpoint {
    Endpoint {
        name: "send-sms",
        handler: post(handle),
        summary: "Send a code",
        about: "Sends a one-time passcode. Each number gets one code per channel and application in a rolling \
            minute. Success means that the code may arrive: the provider took the message, or nobody can know. A \
            rule may demand that the caller solves a challenge first, and brings the solution in the same request.",
        audience: Audience::Public,
        asks: Asks::KeyedBody(Shape::of::<SendSmsRequest>(json!({
            "channel": "CHANNEL_LOGIN", "phoneNumber": "+14155550132",
        }))),
        answers: Answers::Nothing,
        faults: &[
            faults::PHONE,
            faults::LIMITS,
            &[
                "unknownChannel",
                "challengeRequired",
                "countryNotServed",
                "countryNotAllowed",
                "providerUnreachable",
                "providerRefused",
                "providerBusy",
                "numberUnreachable",
                "numberCapped",
            ],
        ],
    }
}

pub(crate) async fn handle(State(state): State<AppState>, cx: Context, body: Body) -> Response {
    let result = send(state, &cx, body).await;
    cx.answer_told(result)
}

async fn send(state: AppState, cx: &Context, body: Body) -> Result<Told, Fault> {
    let app = cx.application(&state)?;
    let asked = Asked::of(cx, &body)?;
    let body: SendSmsRequest = body.json()?;
    let phone = app
        .phone(&body.phone_number, body.phone_country_code.as_deref())
        .map_err(fault::bad_phone)?;
    let claim = match state.turn(asked, &app, KeyedEndpoint::SendSms).await? {
        Turn::Act(claim) => claim,
        Turn::Repeat(told) => return Ok(told),
        Turn::Conclude(claim, decided) => match end_of(&state, decided).await? {
            SendEnd::Sent => return Ok(told(&state, cx.lang, Some(claim), Ok(()))),
            SendEnd::NotAccepted(why) => return Ok(told(&state, cx.lang, Some(claim), Err(why))),
            SendEnd::NothingHappened => Some(claim),
            SendEnd::UnderWay => return Err(Fault::KeyUnderWay),
        },
    };
    let channel = channel::of_wire(body.channel);
    let subject = Subject {
        purpose: Purpose::Send,
        app: &app.id,
        channel,
        phone: &phone,
    };
    let solution = body.challenge_solution.as_deref();
    let caller = Challenged::read(&state, cx, &app, subject, solution).await?;
    let order = SendRequest {
        request_id: cx.request_id,
        app: app.clone(),
        channel,
        phone: phone.clone(),
        standing: caller.standing,
        caller: Some(cx.client(&app)),
        language: cx.named_language(),
        claim: claim.clone(),
    };
    let (acting, lang) = (state.clone(), cx.lang);
    let sent = state.to_its_end(async move {
        let sent = acting.messenger.send(order).await;
        let error = sent.as_ref().err().cloned();
        (error, told(&acting, lang, claim, sent.map(|_| ())))
    });
    let (error, told) = sent.await?;
    if let Some(error) = error {
        cx.is_not_sent(&error);
        if let SendError::ChallengeNeeded(refusal) = &error {
            return Err(caller.demand(&state, subject, refusal));
        }
    }
    Ok(told)
}

/// The end of the send that was decided on under a key and whose answer is not on record.
async fn end_of(state: &AppState, decided: Decided) -> Result<SendEnd, Fault> {
    let Decided::Message(message) = decided else {
        return Err(Fault::Internal);
    };
    let query = TimelineQuery {
        message: Some(message),
        limit: 1,
        ..TimelineQuery::default()
    };
    let found = state.records.timelines(query).await;
    let found = found.map_err(fault::of_store)?;
    Ok(SendEnd::of(found.first()))
}

/// The answer of a send that ended so. Where the send was decided on, a key keeps its answer. Nobody waits for that: what
/// was decided is on record.
fn told(state: &AppState, lang: Lang, claim: Option<Claim>, sent: Result<(), SendError>) -> Told {
    let claim = claim.filter(|_| keeps_send(sent.as_ref().err()));
    let told = Told::of(lang, sent.map_err(fault::not_sent));
    if let Some(claim) = claim {
        let (keeping, told) = (state.clone(), told.clone());
        state
            .tasks
            .spawn(async move { keeping.keep(claim, &told).await });
    }
    told
}
