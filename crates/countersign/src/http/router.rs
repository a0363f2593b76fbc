//! The routes: which handler serves which path, and the layers before it.

use std::sync::Arc;

use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::response::Redirect;
use axum::routing::{any, get};

use super::document::endpoint::{Asks, Audience, Endpoint, Published};
use super::document::openapi;
use super::document::start;
use super::proof::admission;
use super::request::cors;
use super::site::Site;
use super::state::AppState;
use super::this_machine::ThisMachine;
use super::{dev, not_found, oidc, owner, receipts, reference, v3};
use crate::console;

/// The endpoints under `/api/v3`, in the order of use: so the reference and the OpenAPI document show them. Any other
/// path there is not served.
fn endpoints() -> Vec<Endpoint> {
    vec![
        v3::codes::send_sms::endpoint(),
        v3::codes::pre_check_code::endpoint(),
        v3::codes::verify_code::endpoint(),
        v3::codes::may_send_sms::endpoint(),
        v3::codes::introspect_verification_token::endpoint(),
        v3::applications::check_app_id_secret::endpoint(),
        v3::numbers::get_country_list::endpoint(),
        v3::system::system_info::endpoint(),
        v3::keys::get_management_token::endpoint(),
        v3::applications::create_application::endpoint(),
        v3::applications::list_applications::endpoint(),
        v3::applications::update_application::endpoint(),
        v3::applications::renew_application_secret::endpoint(),
        v3::applications::disable_application::endpoint(),
        v3::applications::enable_application::endpoint(),
        v3::providers::set_sms_provider::endpoint(),
        v3::providers::list_sms_providers::endpoint(),
        v3::providers::test_sms_provider::endpoint(),
        v3::providers::renew_receipts_path::endpoint(),
        v3::providers::delete_sms_provider::endpoint(),
        v3::templates::lint_sms_template::endpoint(),
        v3::templates::set_sms_template::endpoint(),
        v3::templates::preview_sms_template::endpoint(),
        v3::templates::list_sms_templates::endpoint(),
        v3::templates::delete_sms_template::endpoint(),
        v3::routes::set_sms_route::endpoint(),
        v3::routes::list_sms_routes::endpoint(),
        v3::routes::delete_sms_route::endpoint(),
        v3::countries::list_sms_countries::endpoint(),
        v3::countries::set_sms_countries::endpoint(),
        v3::limits::set_sms_limit::endpoint(),
        v3::limits::list_sms_limits::endpoint(),
        v3::limits::list_fullest_buckets::endpoint(),
        v3::limits::reset_sms_limit::endpoint(),
        v3::messages::find_messages::endpoint(),
        v3::messages::list_messages::endpoint(),
        v3::messages::get_message::endpoint(),
        v3::messages::find_refusals::endpoint(),
        v3::messages::list_refusals::endpoint(),
        v3::messages::get_sms_statistics::endpoint(),
        v3::guard::get_guard::endpoint(),
        v3::guard::set_guard_mode::endpoint(),
        v3::guard::set_guard_block::endpoint(),
        v3::guard::lift_guard_block::endpoint(),
        v3::guard::list_safe_entries::endpoint(),
        v3::guard::add_safe_entry::endpoint(),
        v3::guard::remove_safe_entry::endpoint(),
        v3::guard::replay_guard::endpoint(),
        v3::numbers::reveal_phone::endpoint(),
        v3::numbers::unlock_phone::endpoint(),
        v3::numbers::list_unlocks::endpoint(),
        v3::numbers::erase_phone::endpoint(),
        v3::numbers::add_test_number::endpoint(),
        v3::numbers::list_test_numbers::endpoint(),
        v3::numbers::remove_test_number::endpoint(),
        v3::keys::create_access_key::endpoint(),
        v3::keys::list_access_keys::endpoint(),
        v3::keys::delete_access_key::endpoint(),
        v3::staff::list_staff::endpoint(),
        v3::staff::invite_staff::endpoint(),
        v3::staff::set_staff_role::endpoint(),
        v3::staff::reset_staff::endpoint(),
        v3::staff::remove_staff::endpoint(),
        v3::staff::list_staff_sessions::endpoint(),
        v3::staff::end_staff_sessions::endpoint(),
        v3::keys::list_signing_keys::endpoint(),
        v3::keys::rotate_signing_key::endpoint(),
        v3::system::list_nodes::endpoint(),
        v3::system::get_retention::endpoint(),
        v3::keys::get_master_key_status::endpoint(),
        v3::keys::rotate_master_key::endpoint(),
        v3::audit::list_audit_acts::endpoint(),
        v3::audit::verify_audit::endpoint(),
        v3::audit::export_audit::endpoint(),
        v3::audit::record_backup::endpoint(),
    ]
}

/// The published documents, outside `/api/v3`.
fn published() -> Vec<Published> {
    vec![oidc::jwks::of_service(), oidc::jwks::of_application()]
}

/// Everything that the program serves over HTTP.
pub fn site(state: AppState) -> Site {
    let (endpoints, published) = (endpoints(), published());
    let calls = state.development.as_ref().map(|dev| &dev.calls);
    let start = start::description(calls);
    let document = openapi::document(&endpoints, &published, start);
    let pages = pages(&state).merge(reference::routes(document, state.serves_reference));
    let Api {
        managed,
        calls,
        public,
    } = api(&state, endpoints);
    let of_calls = cors::OfCalls::new(Arc::clone(&state.setup_store));
    let of_documents = cors::of_documents(Arc::clone(&state.setup_store));
    // Management and the console have no CORS layer: no page of another origin manages.
    let routes = managed
        .merge(console(&state))
        .merge(calls.layer(of_calls))
        .merge(public.layer(cors::of_public_calls()))
        .merge(pages.layer(of_documents))
        .merge(documents(published).layer(cors::anyone()))
        .with_state(state.clone());
    let tracer = state.tracer.clone();
    let site = match state.development {
        Some(_) => Site::of_this_machine(routes, ThisMachine::of(state)),
        None => Site::of_the_world(routes, state.is_https()),
    };
    site.traced(tracer)
}

/// The routes of the API, by the pages that may call them.
struct Api {
    /// The endpoints for operators, which no page calls.
    managed: Router<AppState>,
    /// The endpoints for an application's own pages.
    calls: Router<AppState>,
    /// The endpoints that answer everyone alike.
    public: Router<AppState>,
}

/// The routes of all endpoints. Each path that is not served, and each method that a
/// served path has not, gets the answer of [`v3::not_served`].
fn api(state: &AppState, endpoints: Vec<Endpoint>) -> Api {
    let not_served = v3::not_served::answer;
    let (mut managed, mut public) = (Router::new(), Router::new());
    let mut calls = Router::new()
        .route("/api", any(not_served))
        .route("/api/{*rest}", any(not_served));
    for endpoint in endpoints {
        let path = format!("/api/v3/{}", endpoint.name);
        let handler = endpoint.handler.router;
        if let Audience::Operator(needed) = endpoint.audience {
            let admission = from_fn_with_state((state.clone(), needed), admission::admit);
            let handler = handler.layer(admission);
            managed = managed.route(&path, handler.fallback(not_served));
        } else if matches!(endpoint.asks, Asks::Nothing) {
            public = public.route(&path, handler.fallback(not_served));
        } else {
            calls = calls.route(&path, handler.fallback(not_served));
        }
    }
    Api {
        managed,
        calls,
        public,
    }
}

/// The routes outside `/api/v3` but those of the published documents and the console.
fn pages(state: &AppState) -> Router<AppState> {
    let reports = get(receipts::handle).post(receipts::handle);
    let pages = Router::new()
        .route("/receipts/{end}", reports.clone())
        .route("/receipts/{end}/", reports)
        .route(owner::PATH, get(owner::handle))
        .fallback(not_found::answer);
    match &state.development {
        Some(development) => pages.merge(dev::routes(Arc::clone(development))),
        None => pages,
    }
}

/// The first segments below which everything has an answer. An application may have such an id, and its documents come
/// before that answer.
const WHOLE: [&str; 2] = ["api", "docs"];

/// The routes of published documents.
fn documents(published: Vec<Published>) -> Router<AppState> {
    let mut router = Router::new();
    for document in published {
        if document.path.contains("{appId}") {
            for id in WHOLE {
                let path = document.path.replace("{appId}", id);
                router = router.route(&path, document.handler.clone());
            }
        }
        router = router.route(document.path, document.handler);
    }
    router
}

/// Everything that the listener of the console serves, in production.
pub fn of_console(state: AppState) -> Site {
    let is_https = state.sessions.is_https();
    let routes = console::routes(&state)
        .route("/", get(async || Redirect::to(console::ROOT)))
        .fallback(not_found::answer)
        .with_state(state);
    Site::of_the_world(routes, is_https)
}

/// The routes of the console, in development only: in production it has a listener of its own.
fn console(state: &AppState) -> Router<AppState> {
    match state.development {
        Some(_) => console::routes(state),
        None => Router::new(),
    }
}

#[cfg(test)]
mod tests {
    use countersign_api::Fault;

    use super::*;
    use crate::http::document::endpoint::{Answers, Shape};

    fn shapes(endpoint: Endpoint) -> Vec<Shape> {
        let asked = match endpoint.asks {
            Asks::Body(shape) | Asks::KeyedBody(shape) => Some(shape),
            Asks::Nothing | Asks::Query(_) => None,
        };
        let answered = match endpoint.answers {
            Answers::Data(shape)
            | Answers::Found(shape)
            | Answers::DataOrCsv(shape)
            | Answers::Bare(shape) => Some(shape),
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
    fn every_act_of_the_console_is_one_of_the_api_too() {
        let names: Vec<_> = endpoints().iter().map(|endpoint| endpoint.name).collect();
        for (address, twin) in console::acts() {
            match twin {
                Some(twin) => assert!(names.contains(&twin), "{address} names {twin}"),
                None => assert!(
                    address.starts_with("/console/me")
                        || ["/console/confirm", "/console/sign-out"].contains(&address),
                    "{address}"
                ),
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
