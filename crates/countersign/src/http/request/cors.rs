//! Which web pages may call, with credentials: those of an application's own origins. And what any may read.

use std::sync::Arc;
use std::time::Duration;

use axum::http::request::Parts;
use axum::http::{HeaderName, HeaderValue, Method, header};
use countersign_api::APP_ID_HEADER;
use countersign_core::application::{AppId, Origin};
use countersign_core::ports::setup::{Setup, SetupStore};
use tower_http::cors::{AllowOrigin, Any, CorsLayer};

/// The headers that GenAuth's browser SDKs send.
const HEADERS: [&str; 9] = [
    "content-type",
    "authorization",
    "x-authing-app-id",
    "x-authing-userpool-id",
    "x-authing-lang",
    "x-authing-sdk-version",
    "x-authing-request-from",
    "x-authing-app-tenant-id",
    "x-authing-device-id",
];

/// Answers preflights and marks answers, for known origins only; an unknown one is never named in an answer.
pub(crate) fn layer(store: Arc<dyn SetupStore>) -> CorsLayer {
    let known = AllowOrigin::async_predicate(move |origin: HeaderValue, parts: &Parts| {
        let (store, app) = (Arc::clone(&store), named_app(parts));
        let preflight = parts.method == Method::OPTIONS;
        async move {
            match origin.to_str() {
                Ok(origin) => is_known(&store.setup(), origin, app, preflight),
                Err(_) => false,
            }
        }
    });
    CorsLayer::new()
        .allow_origin(known)
        .allow_credentials(true)
        .allow_methods([Method::GET, Method::POST])
        .allow_headers(HEADERS.map(HeaderName::from_static))
        .expose_headers([header::RETRY_AFTER])
        .max_age(Duration::from_secs(600))
}

/// For documents that everyone may read: any page may, without credentials.
pub(crate) fn anyone() -> CorsLayer {
    CorsLayer::new()
        .allow_origin(Any)
        .allow_methods([Method::GET])
        .max_age(Duration::from_secs(600))
}

fn named_app(parts: &Parts) -> Option<AppId> {
    AppId::parse(parts.headers.get(APP_ID_HEADER)?.to_str().ok()?.trim()).ok()
}

/// A preflight names no application, so it may come from the pages of any; the call itself may come
/// from those of the application that it names.
fn is_known(setup: &Setup, origin: &str, app: Option<AppId>, preflight: bool) -> bool {
    let matches = |origins: &[Origin]| origins.iter().any(|known| known.matches(origin));
    if preflight {
        let mut all = setup.applications.values();
        return all.any(|held| matches(&held.application.origins));
    }
    match app {
        Some(id) => setup
            .application(&id)
            .is_some_and(|app| matches(&app.origins)),
        None => false,
    }
}
