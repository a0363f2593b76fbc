//! The site map.

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::StatusCode;
use axum::routing::{MethodRouter, any, get, post};

use super::context::Context;
use super::state::AppState;
use super::{body, dev, v3};

/// Everything served under `/api/v3`: method, name, handler. Whatever else is asked for there is
/// answered with this list.
fn endpoints() -> [(&'static str, &'static str, MethodRouter<AppState>); 5] {
    [
        ("POST", "send-sms", post(v3::send_sms::handle)),
        (
            "POST",
            "check-app-id-secret",
            post(v3::check_app_id_secret::handle),
        ),
        (
            "GET",
            "list-applications",
            get(v3::list_applications::handle),
        ),
        (
            "POST",
            "create-application",
            post(v3::create_application::handle),
        ),
        ("GET", "list-messages", get(v3::list_messages::handle)),
    ]
}

/// All routes over `state`.
pub fn router(state: AppState) -> Router {
    let endpoints = endpoints();
    let served: Arc<str> = endpoints
        .each_ref()
        .map(|(method, name, _)| format!("{method} /api/v3/{name}"))
        .join(", ")
        .into();
    let not_served = move |cx: Context| {
        let answer = v3::not_served::answer(&cx, &served);
        async { answer }
    };
    let mut site = Router::new()
        .route("/api/v3", any(not_served.clone()))
        .route("/api/v3/", any(not_served.clone()))
        .route("/api/v3/{*rest}", any(not_served.clone()))
        .route("/console", get(console))
        .fallback(nothing_here);
    for (_, name, handler) in endpoints {
        // Another method on a served path is not served either.
        site = site.route(
            &format!("/api/v3/{name}"),
            handler.fallback(not_served.clone()),
        );
    }
    if state.outbox.is_some() {
        site = site.route("/dev/outbox", get(dev::outbox::handle));
    }
    site.layer(DefaultBodyLimit::max(body::LIMIT))
        .with_state(state)
}

async fn console() -> (StatusCode, &'static str) {
    (
        StatusCode::NOT_IMPLEMENTED,
        "The console is not built yet.\n",
    )
}

async fn nothing_here() -> (StatusCode, &'static str) {
    (
        StatusCode::NOT_FOUND,
        "There is nothing here. The API is under /api/v3.\n",
    )
}
