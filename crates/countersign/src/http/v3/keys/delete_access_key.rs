//! `POST /api/v3/delete-access-key` (management): from then on neither the key nor a token made with it is good.

use axum::extract::State;
use axum::response::Response;
use countersign_api::{DeleteAccessKeyRequest, Fault};
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
        name: "delete-access-key",
        handler: post(handle),
        summary: "Delete an access key",
        about: "Ends an access key, and the management tokens that were made with it, at once.",
        audience: Audience::Operator(Permission::ManageKeys),
        asks: Asks::Body(Shape::of::<DeleteAccessKeyRequest>(
            json!({"accessKeyId": "0a1b2c3d4e5f60718293a4b5"}),
        )),
        answers: Answers::Nothing,
        faults: &[&["unknownAccessKey"]],
    }
}

pub(crate) async fn handle(
    State(state): State<AppState>,
    cx: Context,
    operator: Operator,
    body: Body,
) -> Response {
    let result = delete(&state, operator.author(), &cx, body).await;
    cx.answer(result)
}

async fn delete(state: &AppState, by: Author, cx: &Context, body: Body) -> Result<(), Fault> {
    let DeleteAccessKeyRequest { access_key_id } = body.json()?;
    state
        .manage
        .delete_access_key(by, access_key_id.clone())
        .await?;
    tracing::warn!(request_id = %cx.request_id, deleted = access_key_id, "an access key is deleted");
    Ok(())
}
