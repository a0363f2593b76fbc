//! `POST /api/v3/send-sms`: sends a code to a number.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use countersign_api::{Fault, SendSmsRequest};
use countersign_core::send::messenger::SendRequest;
use serde_json::json;

use crate::http::document::endpoint::{Answers, Asks, Audience, Endpoint, Shape, post};
use crate::http::document::faults;
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
            minute. Success means that the code may arrive: the provider took the message, or nobody can know.",
        audience: Audience::Public,
        asks: Asks::Body(Shape::of::<SendSmsRequest>(json!({
            "channel": "CHANNEL_LOGIN", "phoneNumber": "+14155550132",
        }))),
        answers: Answers::Nothing,
        faults: &[
            faults::PHONE,
            faults::LIMITS,
            &[
                "unknownChannel",
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
    cx.answer(result)
}

async fn send(state: AppState, cx: &Context, body: Body) -> Result<(), Fault> {
    let app = cx.application(&state)?;
    let body: SendSmsRequest = body.json()?;
    let phone = app
        .phone(&body.phone_number, body.phone_country_code.as_deref())
        .map_err(fault::bad_phone)?;
    let caller = cx.client(&app);
    let order = SendRequest {
        request_id: cx.request_id,
        app,
        channel: channel::of_wire(body.channel),
        phone,
        standing: caller.standing(false),
        caller: Some(caller),
        language: cx.named_language(),
    };
    let messenger = Arc::clone(&state.messenger);
    let sent = state.to_its_end(async move { messenger.send(order).await });
    let sent = sent.await?.inspect_err(|error| cx.is_not_sent(error));
    sent.map(|_| ()).map_err(fault::not_sent)
}
