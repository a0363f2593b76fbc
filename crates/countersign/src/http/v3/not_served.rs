//! The answer to a path or a method under `/api/v3` that is not served.

use std::sync::Arc;

use axum::response::Response;
use countersign_api::Fault;

use crate::http::document::endpoint::Endpoint;
use crate::http::request::context::Context;

/// The methods and paths that are served, for people: `POST /api/v3/send-sms, ...`.
pub(crate) fn list(endpoints: &[Endpoint]) -> Arc<str> {
    let served = endpoints
        .iter()
        .map(|endpoint| format!("{} /api/v3/{}", endpoint.handler.method, endpoint.name));
    served.collect::<Vec<_>>().join(", ").into()
}

/// The envelope with [`Fault::NotServed`]: what was asked for, and `served`, a [`list`].
pub(crate) fn answer(cx: &Context, served: &str) -> Response {
    cx.answer(Err(Fault::NotServed {
        asked: cx.method_and_path(),
        served: served.to_owned(),
    }))
}
