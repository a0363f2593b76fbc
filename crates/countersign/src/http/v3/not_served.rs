//! The answer to a path or a method under `/api` that is not served.

use axum::response::Response;
use countersign_api::Fault;

use crate::http::request::context::Context;

/// The most characters of a path in the sentence.
const MOST: usize = 100;

/// The envelope with [`Fault::NotServed`], which says what was asked for.
pub(crate) async fn answer(cx: Context) -> Response {
    let asked = cx.method_and_path();
    let mut shown: String = asked.chars().take(MOST).collect();
    if shown.len() < asked.len() {
        shown += "...";
    }
    cx.answer(Err(Fault::NotServed { asked: shown }))
}
