//! `GET /dev/outbox?phoneNumber=+8618800008888`: the messages that arrived at a number, newest first.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use countersign_core::phone::PhoneNumber;
use serde::Deserialize;

use super::Development;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct OutboxQuery {
    phone_number: Option<String>,
}

pub(super) async fn handle(
    State(development): State<Arc<Development>>,
    Query(query): Query<OutboxQuery>,
) -> Response {
    let outbox = &development.outbox;
    let Some(number) = query.phone_number else {
        return Json(outbox.messages(None)).into_response();
    };
    // A "+" in a query means a space, and people forget to write %2B.
    let number = match number.strip_prefix(' ') {
        Some(digits) => format!("+{digits}"),
        None => number,
    };
    match PhoneNumber::parse(&number, None) {
        Ok(phone) => Json(outbox.messages(Some(phone.e164()))).into_response(),
        Err(error) => (StatusCode::BAD_REQUEST, format!("phoneNumber: {error}\n")).into_response(),
    }
}
