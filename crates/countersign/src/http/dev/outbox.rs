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
    /// Its country code, such as `+86` or `86`; China's, where neither names a country.
    pub(super) phone_country_code: Option<String>,
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
    match number(typed, query.phone_country_code.as_deref()) {
        Ok(phone) => Json(outbox.messages(Some(phone.e164()))).into_response(),
        Err(error) => {
            let named = PhoneNumber::names_country(typed, query.phone_country_code.as_deref());
            let assumed = if named {
                ""
            } else {
                " (read as a number of China, +86, since no country is named)"
            };
            let says = format!("phoneNumber: {error}{assumed}\n");
            (StatusCode::BAD_REQUEST, says).into_response()
        }
    }
}

/// Reads a number as it stands in the query.
///
/// # Errors
/// Those of [`PhoneNumber::parse`].
pub(super) fn number(typed: &str, code: Option<&str>) -> Result<PhoneNumber, InvalidPhone> {
    // A "+" in a query means a space, and people forget to write %2B.
    match typed.strip_prefix(' ') {
        Some(digits) => PhoneNumber::parse(&format!("+{digits}"), code),
        None => PhoneNumber::parse(typed, code),
    }
}
