//! `POST /api/v3/remove-test-number` (management): the number is like any other from then on.

use axum::extract::State;
use axum::response::Response;
use countersign_api::{Fault, RemoveTestNumberRequest};
use countersign_core::audit::Author;
use serde_json::json;

use crate::http::document::endpoint::{Answers, Asks, Audience, Endpoint, Shape, post};
use crate::http::proof::operator::Operator;
use crate::http::request::body::Body;
use crate::http::request::context::Context;
use crate::http::state::AppState;
use crate::operator::Permission;

pub(crate) fn endpoint() -> Endpoint {
    Endpoint {
        name: "remove-test-number",
        handler: post(handle),
        summary: "Remove a test number",
        about: "Ends a number for tests at once: its messages go to a vendor again.",
        audience: Audience::Operator(Permission::ManageSetup),
        asks: Asks::Body(Shape::of::<RemoveTestNumberRequest>(
            json!({"testNumberId": "0a1b2c3d4e5f6071"}),
        )),
        answers: Answers::Nothing,
        faults: &[&["unknownSetting"]],
    }
}

pub(crate) async fn handle(
    State(state): State<AppState>,
    cx: Context,
    operator: Operator,
    body: Body,
) -> Response {
    let result = remove(&state, operator.author(), body).await;
    cx.answer(result)
}

async fn remove(state: &AppState, by: Author, body: Body) -> Result<(), Fault> {
    let RemoveTestNumberRequest { test_number_id } = body.json()?;
    let removed = state.manage.remove_test_number(by, test_number_id).await;
    Ok(removed?)
}
