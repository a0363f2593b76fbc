//! The site map.

use std::sync::Arc;
use std::task::{Context, Poll};

use axum::Router;
use axum::http::{Method, Request, StatusCode, header};
use axum::middleware::from_fn_with_state;
use axum::routing::{any, get};
use tower_service::Service;
use utoipa_swagger_ui::SwaggerUi;

use super::document::openapi;
use super::proof::admission;
use super::request::{context, cors};
use super::{dev, not_found, oidc, receipts, v3};
use crate::http::document::endpoint::{Audience, Endpoint, Published};
use crate::http::state::AppState;

/// Everything served under `/api/v3`. Whatever else is asked for there is answered with this list.
fn endpoints() -> Vec<Endpoint> {
    vec![
        v3::codes::send_sms::endpoint(),
        v3::codes::pre_check_code::endpoint(),
        v3::codes::verify_code::endpoint(),
        v3::codes::introspect_verification_token::endpoint(),
        v3::applications::check_app_id_secret::endpoint(),
        v3::numbers::get_country_list::endpoint(),
        v3::system::system_info::endpoint(),
        v3::applications::list_applications::endpoint(),
        v3::applications::create_application::endpoint(),
        v3::applications::update_application::endpoint(),
        v3::messages::list_messages::endpoint(),
        v3::messages::find_messages::endpoint(),
        v3::messages::get_message::endpoint(),
        v3::providers::list_sms_providers::endpoint(),
        v3::providers::set_sms_provider::endpoint(),
        v3::providers::delete_sms_provider::endpoint(),
        v3::providers::test_sms_provider::endpoint(),
        v3::routes::list_sms_routes::endpoint(),
        v3::routes::set_sms_route::endpoint(),
        v3::routes::delete_sms_route::endpoint(),
        v3::templates::list_sms_templates::endpoint(),
        v3::templates::set_sms_template::endpoint(),
        v3::templates::delete_sms_template::endpoint(),
        v3::templates::lint_sms_template::endpoint(),
        v3::templates::preview_sms_template::endpoint(),
        v3::numbers::unlock_phone::endpoint(),
        v3::numbers::list_unlocks::endpoint(),
        v3::keys::list_signing_keys::endpoint(),
        v3::keys::rotate_signing_key::endpoint(),
        v3::keys::get_management_token::endpoint(),
        v3::keys::list_access_keys::endpoint(),
        v3::keys::create_access_key::endpoint(),
        v3::keys::delete_access_key::endpoint(),
    ]
}

/// The documents for anyone, outside `/api/v3`.
fn published() -> Vec<Published> {
    vec![oidc::jwks::of_service(), oidc::jwks::of_application()]
}

/// Everything that is served.
#[derive(Debug, Clone)]
pub struct Site {
    /// With the headers that web pages of other origins need.
    for_pages: Router,
    /// The same without, for whoever comes from no page.
    plain: Router,
}

impl Site {
    /// All routes over `state`.
    #[must_use]
    pub fn new(state: AppState) -> Self {
        let cors = cors::layer(Arc::clone(&state.setup_store));
        Self {
            for_pages: router(state.clone(), |site| site.layer(cors)),
            plain: router(state, |site| site),
        }
    }
}

impl<B> Service<Request<B>> for Site
where
    Router: Service<Request<B>>,
{
    type Response = <Router as Service<Request<B>>>::Response;
    type Error = <Router as Service<Request<B>>>::Error;
    type Future = <Router as Service<Request<B>>>::Future;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.for_pages.poll_ready(context) // a router is always ready
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let page =
            request.headers().contains_key(header::ORIGIN) || request.method() == Method::OPTIONS;
        // What may be kept by caches says in any case that it depends on the origin.
        if page || !request.uri().path().starts_with("/api/v3/") {
            self.for_pages.call(request)
        } else {
            self.plain.call(request)
        }
    }
}

/// All routes over `state`, most of them under `layer`.
fn router(state: AppState, layer: impl FnOnce(Router<AppState>) -> Router<AppState>) -> Router {
    let (endpoints, published) = (endpoints(), published());
    let served: Vec<_> = endpoints
        .iter()
        .map(|endpoint| format!("{} /api/v3/{}", endpoint.handler.method, endpoint.name))
        .collect();
    let served: Arc<str> = served.join(", ").into();
    let docs = SwaggerUi::new("/docs")
        .external_url_unchecked("/openapi.json", openapi::document(&endpoints, &published));
    let not_served = move |cx: context::Context| {
        let answer = v3::not_served::answer(&cx, &served);
        async { answer }
    };
    let mut site = Router::new()
        .route("/api/v3", any(not_served.clone()))
        .route("/api/v3/", any(not_served.clone()))
        .route("/api/v3/{*rest}", any(not_served.clone()))
        .route("/console", get(console))
        .route(
            "/receipts/{end}",
            get(receipts::handle).post(receipts::handle),
        )
        .merge(docs)
        .fallback(not_found::answer);
    // No page of another origin manages, whosever it is.
    let mut managed = Router::new();
    for endpoint in endpoints {
        let path = format!("/api/v3/{}", endpoint.name);
        // Another method on a served path is not served either.
        if let Audience::Operator(needed) = endpoint.audience {
            let admission = from_fn_with_state((state.clone(), needed), admission::admit);
            let handler = endpoint.handler.router.layer(admission);
            managed = managed.route(&path, handler.fallback(not_served.clone()));
        } else {
            site = site.route(&path, endpoint.handler.router.fallback(not_served.clone()));
        }
    }
    if state.outbox.is_some() {
        site = site.route("/dev/outbox", get(dev::outbox::handle));
    }
    let mut documents = Router::new();
    for document in published {
        documents = documents.route(document.path, document.handler);
    }
    layer(site)
        .merge(managed)
        .merge(documents.layer(cors::anyone()))
        .with_state(state)
}

async fn console() -> (StatusCode, &'static str) {
    (
        StatusCode::NOT_IMPLEMENTED,
        "The console is not built yet.\n",
    )
}

#[cfg(test)]
mod tests {
    use countersign_api::Fault;

    use super::*;
    use crate::http::document::endpoint::{Answers, Asks, Shape};

    fn shapes(endpoint: Endpoint) -> Vec<Shape> {
        let asked = match endpoint.asks {
            Asks::Body(shape) => Some(shape),
            Asks::Nothing | Asks::Query(_) => None,
        };
        let answered = match endpoint.answers {
            Answers::Data(shape) | Answers::Bare(shape) => Some(shape),
            Answers::Nothing => None,
        };
        asked.into_iter().chain(answered).collect()
    }

    #[test]
    fn every_example_is_a_value_of_its_wire_type() {
        for endpoint in endpoints() {
            let name = endpoint.name;
            for shape in shapes(endpoint) {
                let again = (shape.round_trip)(&shape.example).unwrap();
                assert_eq!(again, shape.example, "{name}");
            }
        }
    }

    #[test]
    fn every_fault_that_an_endpoint_declares_is_in_the_table_of_faults() {
        let samples = Fault::samples();
        for endpoint in endpoints() {
            for name in endpoint.faults.concat() {
                let known = samples.iter().any(|(sample, _)| *sample == name);
                assert!(known, "{} declares {name}", endpoint.name);
            }
        }
    }
}
