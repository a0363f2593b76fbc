//! `GET /api/v3/list-signing-keys` (management).

use axum::extract::State;
use axum::response::Response;
use countersign_api::{Fault, SigningKeyDto};
use serde_json::json;

use crate::http::document::endpoint::{Answers, Asks, Audience, Endpoint, Shape, get};
use crate::http::proof::operator::Operator;
use crate::http::request::context::Context;
use crate::http::state::AppState;
use crate::operator::Permission;

pub(crate) fn endpoint() -> Endpoint {
    Endpoint {
        name: "list-signing-keys",
        handler: get(handle),
        summary: "List the keys of verification tokens",
        about: "The keys that are published: the one that signs, the next one, and those that were replaced.",
        audience: Audience::Operator(Permission::ManageKeys),
        asks: Asks::Nothing,
        answers: Answers::Data(Shape::list_of::<SigningKeyDto>(json!([{
            "kid": "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs", "state": "signing",
            "createdAt": "2026-11-21T20:00:00.000Z", "signsFrom": "2026-11-21T20:00:00.000Z",
        }]))),
        faults: &[],
    }
}

pub(crate) async fn handle(State(state): State<AppState>, cx: Context, _: Operator) -> Response {
    cx.answer_with(list(&state))
}

fn list(state: &AppState) -> Result<Vec<SigningKeyDto>, Fault> {
    Ok(state.manage.signing_keys())
}
