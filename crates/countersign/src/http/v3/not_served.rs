//! Any other path under `/api/v3`: says what is served.

use axum::response::Response;
use countersign_api::Fault;

use crate::http::context::Context;
use crate::http::router;

pub(crate) async fn handle(cx: Context) -> Response {
    let fault = Fault::NotServed {
        asked: cx.asked().to_owned(),
        served: router::served(),
    };
    cx.answer(Err(fault))
}
