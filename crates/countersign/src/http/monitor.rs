//! `/healthz`, `/readyz` and `/metrics`, on a listener of their own: for those who watch the service, not for callers.

use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use countersign_core::ports::refusals::RefusalQuery;

use super::not_found;
use super::site::Site;
use super::state::AppState;
use crate::metrics;

/// How long the store may take to show that it can write.
const PATIENCE: Duration = Duration::from_secs(2);

/// Everything that the listener answers.
pub fn monitor(state: AppState) -> Site {
    let routes = Router::new()
        .route("/healthz", get(async || "ok\n"))
        .route("/readyz", get(ready))
        .route("/metrics", get(scrape))
        .fallback(not_found::answer)
        .with_state(state);
    Site::of_the_world(routes, false)
}

/// HTTP 200 while the service can take requests, and 503 with the reason while it cannot.
async fn ready(State(state): State<AppState>) -> Response {
    if state.stopping.is_cancelled() {
        return unready("stopping");
    }
    match tokio::time::timeout(PATIENCE, state.ledger.probe()).await {
        Ok(Ok(())) => "ready\n".into_response(),
        Ok(Err(error)) => {
            tracing::warn!(%error, "the store cannot write");
            unready("the store cannot write")
        }
        Err(_) => unready("the store does not answer"),
    }
}

fn unready(why: &str) -> Response {
    (StatusCode::SERVICE_UNAVAILABLE, format!("{why}\n")).into_response()
}

async fn scrape(State(state): State<AppState>) -> Response {
    let of_none = RefusalQuery::default();
    let dropped = match state.manage.refusals(of_none).await {
        Ok(found) => found.dropped,
        Err(_) => 0,
    };
    if let Some(tls) = &state.tls {
        state.metrics.certificate_ends(tls.shown().ends);
    }
    match state.metrics.scrape(&state.vendors.now(), dropped) {
        Ok(text) => ([(header::CONTENT_TYPE, metrics::MEDIA_TYPE)], text).into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}
