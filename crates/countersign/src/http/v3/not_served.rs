//! Any other path or method under `/api/v3`: says what is served.

use axum::response::Response;
use countersign_api::Fault;

use crate::http::request::context::Context;

/// `served` lists what is, for people.
pub(crate) fn answer(cx: &Context, served: &str) -> Response {
    cx.answer(Err(Fault::NotServed {
        asked: cx.asked(),
        served: served.to_owned(),
    }))
}
