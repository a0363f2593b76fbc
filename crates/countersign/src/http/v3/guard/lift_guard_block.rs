//! `POST /api/v3/lift-guard-block` (management).

use axum::extract::State;
use axum::response::Response;
use countersign_api::{Fault, LiftGuardBlockRequest};
use countersign_core::audit::Author;
use serde_json::json;

use crate::http::document::endpoint::{Answers, Asks, Audience, Endpoint, Shape, post};
use crate::http::document::faults;
use crate::http::proof::operator::Operator;
use crate::http::request::body::Body;
use crate::http::request::context::Context;
use crate::http::state::AppState;
use crate::http::wire::guard;
use crate::operator::Permission;

pub(crate) fn endpoint() -> Endpoint {
    Endpoint {
        name: "lift-guard-block",
        handler: post(handle),
        summary: "Lift a block",
        about: "Ends the block of a range at once. Sends of before are no evidence for another block, and the next \
            one is as short as the first.",
        audience: Audience::Operator(Permission::ManageSetup),
        asks: Asks::Body(Shape::of::<LiftGuardBlockRequest>(json!({
            "appId": "shop", "kind": "prefix", "value": "+1415555",
        }))),
        answers: Answers::Nothing,
        faults: &[faults::SCOPE, &["unknownSetting"]],
    }
}

pub(crate) async fn handle(
    State(state): State<AppState>,
    cx: Context,
    operator: Operator,
    body: Body,
) -> Response {
    let result = lift(&state, operator.author(), body).await;
    cx.answer(result)
}

async fn lift(state: &AppState, by: Author, body: Body) -> Result<(), Fault> {
    let body: LiftGuardBlockRequest = body.json()?;
    let area = guard::area(body.app_id.as_deref(), &body.kind, &body.value)?;
    Ok(state.manage.lift_block(by, area).await?)
}
