//! `GET` or `POST /receipts/{end}`: where vendors report what became of messages.
//!
//! The end of the path is the provider's own, 128 bits that nobody guesses; most vendors show no other proof.
//! Whatever comes here verifies no code, gives no minute back and sends nothing: it goes on the timeline of its
//! message, once, and that is all.

use axum::body::Body;
use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use countersign_core::ports::provider::Provider as _;
use countersign_core::receipt::{Callback, InvalidCallback};

use super::state::AppState;

/// The most that is read of a report: some vendors send hundreds in one.
const MOST: usize = 512 * 1024;

pub(crate) async fn handle(
    State(state): State<AppState>,
    Path(end): Path<String>,
    method: Method,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let Some(provider) = state.carriers.reporting_at(&end) else {
        return super::router::nothing_here().await.into_response();
    };
    let Ok(body) = axum::body::to_bytes(body, MOST).await else {
        return (
            StatusCode::PAYLOAD_TOO_LARGE,
            "A report has 512 KiB at most.\n",
        )
            .into_response();
    };
    let text = |value: &axum::http::HeaderValue| value.to_str().ok().map(str::to_owned);
    let headers: Vec<_> = headers
        .iter()
        .filter_map(|(name, value)| Some((name.as_str().to_owned(), text(value)?)))
        .collect();
    let callback = Callback {
        method: method.as_str(),
        query: query.as_deref().unwrap_or_default(),
        headers: &headers,
        body: &body,
        now: state.store.now(),
    };
    let read = match provider.receipts(&callback) {
        Ok(read) => read,
        Err(error) => {
            tracing::warn!(provider = provider.name(), %error, "a report was not taken");
            return (status(error), format!("{error}\n")).into_response();
        }
    };
    let kept = state.store.receive(provider.name(), read.receipts).await;
    match kept {
        Ok(()) => {
            let content_type = [(header::CONTENT_TYPE, read.answer.content_type)];
            (content_type, read.answer.body).into_response()
        }
        // Whoever reported it will again.
        Err(_) => StatusCode::SERVICE_UNAVAILABLE.into_response(),
    }
}

const fn status(error: InvalidCallback) -> StatusCode {
    match error {
        InvalidCallback::NotExpected => StatusCode::NOT_FOUND,
        InvalidCallback::Malformed => StatusCode::BAD_REQUEST,
        InvalidCallback::Unsigned => StatusCode::UNAUTHORIZED,
    }
}
