//! The refusals that come before any handler: of heads that are too large, or no HTTP.

use std::fmt::Write as _;

use axum::http::StatusCode;
use countersign_api::{Envelope, Fault, Lang};

use super::request::arrival::Arrival;
use super::safety;
use super::state::AppState;
use crate::connection::{Refusals, Refused};

/// The envelope to calls of the API, in the language of callers who name none, since the headers of such a request were not
/// read; to anything else an answer without a body.
pub fn refusals(state: AppState) -> Refusals {
    Refusals::new(move |status, refused| {
        let fault = match status {
            StatusCode::BAD_REQUEST => Fault::NotHttp,
            StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE => Fault::HeadTooLarge,
            _ => return None,
        };
        let body = match refused {
            Refused::Call => {
                let id = Arrival::now(&state).id.to_string();
                serde_json::to_string(&Envelope::failure(&fault, Lang::default(), id)).ok()?
            }
            Refused::Other => String::new(),
        };
        Some(answer(status, &body, state.is_https()).into_bytes())
    })
}

fn answer(status: StatusCode, body: &str, is_https: bool) -> String {
    let mut answer = format!(
        "HTTP/1.1 {status}\r\nconnection: close\r\ncache-control: no-store\r\ncontent-length: {}\r\n",
        body.len()
    );
    if !body.is_empty() {
        answer.push_str("content-type: application/json\r\n");
    }
    for (name, value) in safety::headers(is_https) {
        let value = value.to_str().unwrap_or_default();
        // Writing to a string cannot fail.
        let _ = write!(answer, "{name}: {value}\r\n");
    }
    answer + "\r\n" + body
}
