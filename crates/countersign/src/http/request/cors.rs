//! CORS: which web pages may call from the browser. Pages of an application's own origins may, with credentials; any
//! page may read the published documents; no page may manage.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::extract::Request;
use axum::http::request::Parts;
use axum::http::{HeaderName, HeaderValue, Method, header};
use axum::response::Response;
use countersign_api::APP_ID_HEADER;
use countersign_core::application::{AppId, Origin};
use countersign_core::ports::setup::{Setup, SetupStore};
use tower_http::cors::{AllowOrigin, Any, Cors, CorsLayer};
use tower_layer::Layer;
use tower_service::Service;

/// The headers that pages may send: those of GenAuth's browser SDKs, the key of a repeated request, and those that
/// libraries for tracing and for AJAX add to every request.
const HEADERS: [&str; 16] = [
    "content-type",
    "authorization",
    "x-authing-app-id",
    "x-authing-userpool-id",
    "x-authing-lang",
    "x-authing-sdk-version",
    "x-authing-request-from",
    "x-authing-app-tenant-id",
    "x-authing-device-id",
    "idempotency-key",
    "traceparent",
    "tracestate",
    "baggage",
    "sentry-trace",
    "x-request-id",
    "x-requested-with",
];

/// How long a browser may keep the answer to a preflight.
const KEPT: Duration = Duration::from_secs(600);

/// The layer of answers that caches may keep: each of them sends `Vary: Origin`, and so the headers of CORS, whoever
/// asked. A call without an application is of no known page: the codes of the development phone are among these answers.
pub(crate) fn of_documents(setup: Arc<dyn SetupStore>) -> CorsLayer {
    credentialed(known(setup, |setup, origin, parts| {
        named_app(parts).is_some_and(|app| allows_pages_of(setup, &app, origin))
    }))
}

/// The layer of calls that answer everyone alike, whatever the page.
pub(crate) fn of_public_calls() -> CorsLayer {
    credentialed(AllowOrigin::mirror_request())
}

/// The origins for which `is_known` holds; a preflight names no application, so it may come from the pages of any.
fn known(
    setup: Arc<dyn SetupStore>,
    is_known: impl Fn(&Setup, &str, &Parts) -> bool + Send + Sync + 'static,
) -> AllowOrigin {
    AllowOrigin::predicate(move |origin, parts| {
        let Ok(origin) = origin.to_str() else {
            return false;
        };
        let setup = setup.setup();
        match parts.method {
            Method::OPTIONS => is_allowed_by_any(&setup, origin),
            _ => is_known(&setup, origin, parts),
        }
    })
}

fn credentialed(origins: AllowOrigin) -> CorsLayer {
    CorsLayer::new()
        .allow_origin(origins)
        .allow_credentials(true)
        .allow_methods([Method::GET, Method::POST])
        .allow_headers(HEADERS.map(HeaderName::from_static))
        .expose_headers([header::RETRY_AFTER])
        .max_age(KEPT)
}

/// The layer of API calls. A request of a page (it has an `Origin`, or is a preflight) gets the headers of CORS. Any
/// other request goes straight on, so that a send from a server costs nothing for it.
#[derive(Clone)]
pub(crate) struct OfCalls(CorsLayer);

impl OfCalls {
    /// The layer over the applications of `setup`.
    pub(crate) fn new(setup: Arc<dyn SetupStore>) -> Self {
        // A call that names no application is told that it must, which every page may read.
        let is_known = |setup: &Setup, origin: &str, parts: &Parts| {
            !parts.headers.contains_key(APP_ID_HEADER) || allows(setup, origin, parts)
        };
        Self(credentialed(known(setup, is_known)))
    }
}

impl<S: Clone> Layer<S> for OfCalls {
    type Service = Fork<S>;

    fn layer(&self, inner: S) -> Fork<S> {
        Fork {
            of_pages: self.0.layer(inner.clone()),
            of_others: inner,
        }
    }
}

/// The service behind [`OfCalls`].
#[derive(Clone)]
pub(crate) struct Fork<S> {
    of_pages: Cors<S>,
    of_others: S,
}

impl<S> Service<Request> for Fork<S>
where
    S: Service<Request, Response = Response>,
    S::Future: Send + 'static,
    Cors<S>: Service<Request, Response = Response, Error = S::Error, Future: Send + 'static>,
{
    type Response = Response;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Response, S::Error>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        ready!(self.of_pages.poll_ready(context))?;
        self.of_others.poll_ready(context)
    }

    fn call(&mut self, request: Request) -> Self::Future {
        let is_of_page =
            request.headers().contains_key(header::ORIGIN) || request.method() == Method::OPTIONS;
        if is_of_page {
            Box::pin(self.of_pages.call(request))
        } else {
            Box::pin(self.of_others.call(request))
        }
    }
}

/// The layer of documents that any page may read, without credentials.
pub(crate) fn anyone() -> CorsLayer {
    CorsLayer::new()
        .allow_origin(Any)
        .allow_methods([Method::GET])
        .max_age(KEPT)
}

/// Whether the application that a call names allows pages of `origin`; without a name, whether any application does.
pub(crate) fn allows(setup: &Setup, origin: &str, parts: &Parts) -> bool {
    if !parts.headers.contains_key(APP_ID_HEADER) {
        return is_allowed_by_any(setup, origin);
    }
    named_app(parts).is_some_and(|app| allows_pages_of(setup, &app, origin))
}

fn allows_pages_of(setup: &Setup, app: &AppId, origin: &str) -> bool {
    let app = setup.application(app);
    app.is_some_and(|app| matches(&app.origins, origin))
}

fn is_allowed_by_any(setup: &Setup, origin: &str) -> bool {
    let mut all = setup.applications.values();
    all.any(|held| matches(&held.application.origins, origin))
}

fn matches(origins: &[Origin], origin: &str) -> bool {
    origins.iter().any(|known| known.matches(origin))
}

fn named_app(parts: &Parts) -> Option<AppId> {
    let named: &HeaderValue = parts.headers.get(APP_ID_HEADER)?;
    AppId::parse(named.to_str().ok()?.trim()).ok()
}
