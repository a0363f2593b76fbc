//! `GET /dev/outbox?phoneNumber=+8618800008888`: the messages that arrived at a number, newest first.

use axum::Json;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use countersign_core::phone::PhoneNumber;
use serde::Deserialize;

use crate::http::state::AppState;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct OutboxQuery {
    phone_number: Option<String>,
}

pub(crate) async fn handle(
    State(state): State<AppState>,
    Query(query): Query<OutboxQuery>,
) -> Response {
    let Some(outbox) = &state.outbox else {
        return StatusCode::NOT_FOUND.into_response();
    };
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
