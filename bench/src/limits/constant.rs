//! Limit A: reads the request and answers a constant.

use std::net::SocketAddr;

use axum::Router;
use axum::body::Bytes;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use serde::Deserialize;

use super::{is_app, serve};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Send<'a> {
    channel: &'a str,
    phone_number: &'a str,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Check<'a> {
    channel: &'a str,
    phone_number: &'a str,
    pass_code: &'a str,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Guess<'a> {
    #[serde(borrow)]
    sms_code_payload: Payload<'a>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Payload<'a> {
    phone: &'a str,
    pass_code: &'a str,
}

const SENT: &str =
    r#"{"statusCode":200,"message":"操作成功","requestId":"01a1ffdc-fced-71fb-9054-27b7b939e8d2"}"#;
const VALID: &str = r#"{"statusCode":200,"message":"操作成功","requestId":"01a1ffdc-fced-71fb-9054-27b7b939e8d2","data":{"isValid":true}}"#;
const INVALID: &str = r#"{"statusCode":200,"message":"操作成功","requestId":"01a1ffdc-fced-71fb-9054-27b7b939e8d2","data":{"isValid":false}}"#;

pub(crate) fn run(address: SocketAddr) -> anyhow::Result<()> {
    let router = Router::new()
        .route("/api/v3/send-sms", post(send))
        .route("/api/v3/verify-code", post(check))
        .route("/api/v3/pre-check-code", post(guess));
    serve(address, router)
}

async fn send(headers: HeaderMap, body: Bytes) -> Response {
    let read = serde_json::from_slice::<Send<'_>>(&body);
    let fine = read.is_ok_and(|send| !send.channel.is_empty() && !send.phone_number.is_empty());
    answer(fine && is_app(&headers), SENT)
}

async fn check(headers: HeaderMap, body: Bytes) -> Response {
    let read = serde_json::from_slice::<Check<'_>>(&body);
    let fine = read.is_ok_and(|check| {
        !check.channel.is_empty() && !check.phone_number.is_empty() && !check.pass_code.is_empty()
    });
    answer(fine && is_app(&headers), VALID)
}

async fn guess(headers: HeaderMap, body: Bytes) -> Response {
    let read = serde_json::from_slice::<Guess<'_>>(&body).map(|guess| guess.sms_code_payload);
    let fine = read.is_ok_and(|guess| !guess.phone.is_empty() && !guess.pass_code.is_empty());
    answer(fine && is_app(&headers), INVALID)
}

fn answer(fine: bool, body: &'static str) -> Response {
    if fine {
        ([(header::CONTENT_TYPE, "application/json")], body).into_response()
    } else {
        StatusCode::BAD_REQUEST.into_response()
    }
}
