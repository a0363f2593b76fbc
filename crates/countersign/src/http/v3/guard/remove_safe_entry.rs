//! `POST /api/v3/remove-safe-entry` (management).

use axum::extract::State;
use axum::response::Response;
use countersign_api::{Fault, RemoveSafeEntryRequest};
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
        name: "remove-safe-entry",
        handler: post(handle),
        summary: "Take an entry off the safe list",
        about: "Ends an entry of the safe list at once.",
        audience: Audience::Operator(Permission::ManageSetup),
        asks: Asks::Body(Shape::of::<RemoveSafeEntryRequest>(
            json!({"id": "0a1b2c3d4e5f6071"}),
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
    let RemoveSafeEntryRequest { id } = body.json()?;
    Ok(state.manage.remove_safe_entry(by, id).await?)
}
