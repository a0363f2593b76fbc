//! `/healthz`, `/readyz` and `/metrics`, on a listener of their own: for those who watch the service, not for callers.

use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use countersign_core::ports::refusals::RefusalQuery;

use super::not_found;
use super::site::Site;
use super::state::AppState;
use crate::metrics::{self, Now};
use crate::readiness::{self, Unready};

/// Everything that the listener answers.
pub fn monitor(state: AppState) -> Site {
    let routes = Router::new()
        .route("/healthz", get(alive))
        .route("/readyz", get(ready))
        .route("/metrics", get(scrape))
        .fallback(not_found::answer)
        .with_state(state);
    Site::of_the_world(routes, false)
}

/// HTTP 200 while the threads of the process answer: this one, and the one that writes. A failing disk is no reason to
/// start the process anew, and a commit that never ends is.
async fn alive(State(state): State<AppState>) -> Response {
    match state.ledger.state().hangs() {
        false => "ok\n".into_response(),
        true => unavailable("the thread that writes hangs\n".to_owned()),
    }
}

/// HTTP 200 while the service can take requests, and 503 with a line for each reason while it cannot.
async fn ready(State(state): State<AppState>) -> Response {
    let reasons = readiness::reasons(&state).await;
    match reasons.is_empty() {
        true => "ready\n".into_response(),
        false => unavailable(reasons.iter().map(|reason| format!("{reason}\n")).collect()),
    }
}

fn unavailable(why: String) -> Response {
    (StatusCode::SERVICE_UNAVAILABLE, why).into_response()
}

async fn scrape(State(state): State<AppState>) -> Response {
    let of_none = RefusalQuery::default();
    let refusals_dropped = match state.manage.refusals(of_none).await {
        Ok(found) => found.dropped,
        Err(_) => 0,
    };
    if let Some(tls) = &state.tls {
        state.metrics.certificate_ends(tls.shown().ends);
    }
    let reasons = readiness::reasons(&state).await;
    let nodes = state.manage.nodes().await;
    let now = Now {
        nodes_alive: nodes.map_or(0, |nodes| nodes.alive()),
        providers: state.vendors.now(),
        refusals_dropped,
        quotas: state.manage.quotas().await.unwrap_or_default(),
        ledger: state.ledger.state(),
        guard: state.manage.guard(),
        connections: state.open.count(),
        clock_ahead: state.clock.now().as_millis() - state.clock.wall().as_millis(),
        server_ahead: state.time_server.as_ref().and_then(|server| server.ahead()),
        unready: reasons.iter().map(Unready::word).collect(),
    };
    match state.metrics.scrape(&now) {
        Ok(text) => ([(header::CONTENT_TYPE, metrics::MEDIA_TYPE)], text).into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}
