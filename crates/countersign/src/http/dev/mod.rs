//! The pages and endpoints that exist in development only.

mod inbox;
mod outbox;
pub(crate) mod phone;
mod start;

use std::sync::Arc;

use axum::Router;
use axum::routing::get;
use countersign_providers::development::outbox::Outbox;

use super::page::assets;
use super::state::AppState;
use crate::first_calls::FirstCalls;

/// The parts that a service has in development only.
#[derive(Debug)]
pub struct Development {
    /// The development phone.
    pub outbox: Arc<Outbox>,
    /// The first calls that its pages show.
    pub calls: FirstCalls,
    /// The word that starts this program from a shell.
    pub program: &'static str,
}

/// The routes of development: `/`, `/dev/outbox`, and the assets of both pages.
pub(super) fn routes(development: Arc<Development>) -> Router<AppState> {
    Router::new()
        .route("/", get(start::handle))
        .route("/dev/outbox", get(outbox::handle))
        .merge(assets::routes())
        .with_state(development)
}
