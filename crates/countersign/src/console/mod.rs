//! The console: the pages on which people manage a deployment.
//!
//! Every page and every act of a person is an [`Entry`], with the permission that it needs and the management
//! endpoint that does the same; [`entries`] lists them all. A request passes, in this order, the [`guard`] (is it from one of
//! our own pages?), the [`session`] (who asks?), the permission of its entry (may they?), and only then the page.
//!
//! Pages are templates over typed structs, made by the server. Each works without a script. Words are Rust
//! ([`words`]), in two languages. A page calls [`manage`](crate::manage), where the rules are, and no handler of the API.

mod assets;
mod attention;
mod browser;
mod chart;
mod cookie;
mod countries;
mod development;
mod entry;
mod form;
mod form_page;
mod guard;
mod handle;
mod headline;
mod keys;
mod language;
mod listing;
mod live;
mod mistakes;
mod once;
mod pages;
mod pill;
mod range;
mod session;
mod shell;
mod sign_in;
mod table_page;
mod template_scope;
mod told;
mod vendor_form;
mod waiting;
mod when;
mod words;

use std::sync::Arc;

use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::response::Redirect;
use axum::routing::get;

use self::entry::Entry;
pub use self::session::{SessionParts, Sessions};
use crate::http::AppState;

/// The address below which everything of the console is.
pub(crate) const ROOT: &str = "/console";

/// Every page and act of the console that needs somebody who is signed in, in the order of the navigation. `fresh` are the acts that
/// a stolen session could do the most harm with: they give a secret away or take one, or let sends pass that are refused now.
fn entries() -> Vec<Entry> {
    vec![
        pages::overview::show().compressed(),
        pages::overview::table::show()
            .fresh()
            .on_page(pages::overview::PATH)
            .compressed(),
        pages::messages::list().compressed(),
        pages::messages::find(),
        pages::messages::table::show()
            .fresh()
            .on_page(pages::messages::PATH)
            .compressed(),
        pages::message::show(),
        pages::message::reveal(),
        pages::message::unlock(),
        pages::message::of_number(),
        pages::sms::show().compressed(),
        pages::providers::kinds::show(),
        pages::providers::edit::new(),
        pages::providers::edit::create().fresh_where(vendor_form::has_secret),
        pages::providers::edit::show(),
        pages::providers::edit::save().fresh_where(vendor_form::has_secret),
        pages::providers::test::show(),
        pages::providers::test::send(),
        pages::providers::delete::show(),
        pages::providers::delete::act(),
        pages::routes::edit::new(),
        pages::routes::edit::create().fresh_where(pages::routes::edit::opens_country),
        pages::routes::edit::show(),
        pages::routes::edit::save(),
        pages::routes::delete::show(),
        pages::routes::delete::act(),
        pages::routes::countries::show().compressed(),
        pages::routes::countries::find(),
        pages::routes::countries::one::show(),
        pages::routes::countries::one::decide()
            .fresh_where(pages::routes::countries::one::opens_country),
        pages::routes::countries::region::show(),
        pages::routes::countries::region::decide()
            .fresh_where(pages::routes::countries::region::opens_countries),
        pages::templates::show().compressed(),
        pages::templates::edit::show(),
        pages::templates::edit::save(),
        pages::templates::delete::show(),
        pages::templates::delete::act(),
        pages::limits::show().compressed(),
        pages::limits::edit::show(),
        pages::limits::edit::save().fresh_where(pages::limits::edit::loosens),
        pages::limits::edit::ask_reset(),
        pages::limits::edit::reset().fresh_where(pages::limits::edit::loosens_back),
        pages::limits::refusals::show().compressed(),
        pages::limits::refusals::find(),
        pages::limits::refusal::show(),
        pages::limits::refusal::unlock(),
        pages::limits::safe::show(),
        pages::limits::safe::add().fresh(),
        pages::limits::safe::ask_removal(),
        pages::limits::safe::remove().fresh(),
        pages::limits::guard::show(),
        pages::limits::guard::block().fresh_where(pages::limits::guard::lets_pass),
        pages::limits::mode::show(),
        pages::limits::mode::save().fresh_where(pages::limits::mode::loosens),
        pages::limits::lift::show(),
        pages::limits::lift::act().fresh(),
        pages::limits::replay::show(),
        pages::limits::replay::try_out(),
        pages::limits::adopt::act().fresh_where(pages::limits::adopt::loosens),
        pages::applications::show().compressed(),
        pages::applications::create::show(),
        pages::applications::create::act().fresh(),
        pages::applications::edit::show(),
        pages::applications::edit::save().fresh_where(pages::applications::edit::loosens),
        pages::applications::secret::show(),
        pages::applications::secret::act().fresh(),
        pages::applications::state::ask_disable(),
        pages::applications::state::disable(),
        pages::applications::state::ask_enable(),
        pages::applications::state::enable().fresh(),
        pages::applications::limits::show(),
        pages::applications::maximum::show(),
        pages::applications::maximum::save().fresh_where(pages::applications::maximum::loosens),
        pages::audit::show().compressed(),
        pages::audit::verify(),
        pages::audit::export::show()
            .fresh()
            .on_page(pages::audit::PATH),
        pages::settings::show(),
        pages::settings::signing_keys::show(),
        pages::settings::signing_keys::rotate().fresh(),
        pages::settings::test_numbers::show(),
        pages::settings::test_numbers::add().fresh(),
        pages::settings::test_numbers::ask_removal(),
        pages::settings::test_numbers::remove(),
        pages::settings::erasure::show(),
        pages::settings::erasure::erase().fresh(),
        pages::access_keys::show(),
        pages::access_keys::create().fresh(),
        pages::access_keys::made(),
        pages::access_keys::ask_deletion(),
        pages::access_keys::delete().fresh(),
        pages::staff::show().compressed(),
        pages::staff::invite().fresh(),
        pages::staff::set_role().fresh().on_page(pages::staff::PATH),
        pages::staff::reset().fresh().on_page(pages::staff::PATH),
        pages::staff::remove().fresh().on_page(pages::staff::PATH),
        pages::staff_sessions::show(),
        pages::staff_sessions::end(),
        pages::confirm::show(),
        pages::confirm::prove(),
        pages::me::show(),
        pages::me::set(),
        pages::me::proofs::change_password(),
        pages::me::proofs::renew_codes(),
        pages::me::factor::show().fresh(),
        pages::me::factor::replace().fresh(),
        pages::me::sessions::end(),
        pages::audit::own(),
        pages::codes::show(),
        live::show(),
        sign_in::leave(),
    ]
}

/// The entries that are there in development alone.
fn entries_of_development() -> Vec<Entry> {
    vec![pages::inbox::show(), pages::inbox::find()]
}

/// The address of every act, and the management endpoint that does the same, where there is one.
#[cfg(test)]
pub(crate) fn acts() -> impl Iterator<Item = (&'static str, Option<&'static str>)> {
    let entries = entries().into_iter().chain(entries_of_development());
    let acts = entries.filter(|entry| entry.method == axum::http::Method::POST);
    acts.map(|act| (act.path, act.twin))
}

/// The routes of the console.
pub(crate) fn routes(state: &AppState) -> Router<AppState> {
    let of_development = state
        .development
        .iter()
        .flat_map(|_| entries_of_development());
    let entries = entries().into_iter().chain(of_development);
    let router = entries.fold(Router::new(), |router, entry| {
        router.route(entry.path, entry.route(state))
    });
    router
        .route(ROOT, get(async || Redirect::to(pages::overview::PATH)))
        .merge(sign_in::routes())
        .layer(from_fn_with_state(
            Arc::clone(&state.sessions),
            guard::judge,
        ))
        .merge(assets::routes())
}
