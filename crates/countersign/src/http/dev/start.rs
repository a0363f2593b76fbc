//! `GET /`: the page on which a newcomer to a service in development begins.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::Response;

use super::Development;
use crate::first_calls::FirstCalls;
use crate::http::page;

/// The page: the first calls, the inbox, and the way from there.
#[derive(Template)]
#[template(path = "dev/start.html")]
struct StartPage<'a> {
    calls: &'a FirstCalls,
    program: &'static str,
}

pub(super) async fn handle(State(development): State<Arc<Development>>) -> Response {
    page::found(&StartPage {
        calls: &development.calls,
        program: development.program,
    })
}
