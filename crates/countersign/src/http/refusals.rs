//! The bodies of refusals that come before any handler: of heads that are too large, or no HTTP.

use axum::http::StatusCode;
use countersign_api::{Envelope, Fault, Lang};

use super::request::arrival::Arrival;
use super::state::AppState;
use crate::connection::Refusals;

/// The envelope, in the language of callers who name none: the headers of such a request were not read.
pub fn refusals(state: AppState) -> Refusals {
    Refusals::new(move |status| {
        let fault = match status {
            StatusCode::BAD_REQUEST => Fault::NotHttp,
            StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE => Fault::HeadTooLarge,
            _ => return None,
        };
        let id = Arrival::now(&state).id.to_string();
        serde_json::to_vec(&Envelope::failure(&fault, Lang::default(), id)).ok()
    })
}
