//! `GET /dev/outbox?phoneNumber=+8618800008888`: the messages that arrived at a number, newest first. Programs get
//! JSON, and people, whose browsers prefer HTML, the page of [`inbox`].

use std::sync::Arc;

use axum::Json;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use countersign_core::phone::{InvalidPhone, PhoneNumber};
use countersign_providers::development::outbox::Outbox;
use serde::Deserialize;

use super::{Development, inbox};
use crate::http::request::accept;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct OutboxQuery {
    /// The number; any number, if absent.
    pub(super) phone_number: Option<String>,
    /// The id of a message: the page shows older ones.
    pub(super) before: Option<String>,
}

pub(super) async fn handle(
    State(development): State<Arc<Development>>,
    headers: HeaderMap,
    Query(query): Query<OutboxQuery>,
) -> Response {
    let mut answer = match accept::prefers_html(&headers) {
        true => inbox::page(&development, &query),
        false => json(&development.outbox, &query),
    };
    let headers = answer.headers_mut();
    headers.append(header::VARY, HeaderValue::from_static("accept"));
    // Codes are in it.
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    );
    answer
}

fn json(outbox: &Outbox, query: &OutboxQuery) -> Response {
    let Some(typed) = &query.phone_number else {
        return Json(outbox.messages(None)).into_response();
    };
    match number(typed) {
        Ok(phone) => Json(outbox.messages(Some(phone.e164()))).into_response(),
        Err(error) => (StatusCode::BAD_REQUEST, format!("phoneNumber: {error}\n")).into_response(),
    }
}

/// Reads a number as it stands in the query.
///
/// # Errors
/// Those of [`PhoneNumber::parse`].
pub(super) fn number(typed: &str) -> Result<PhoneNumber, InvalidPhone> {
    // A "+" in a query means a space, and people forget to write %2B.
    match typed.strip_prefix(' ') {
        Some(digits) => PhoneNumber::parse(&format!("+{digits}"), None),
        None => PhoneNumber::parse(typed, None),
    }
}
