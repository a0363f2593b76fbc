//! `POST /api/v3/reset-sms-limit` (management).

use axum::extract::State;
use axum::response::Response;
use countersign_api::{Fault, ResetSmsLimitRequest};
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
        name: "reset-sms-limit",
        handler: post(handle),
        summary: "Take the changes of a limit back",
        about: "Lets a limit be as the settings have it: what `set-sms-limit` changed holds no longer.",
        audience: Audience::Operator(Permission::ManageSetup),
        asks: Asks::Body(Shape::of::<ResetSmsLimitRequest>(
            json!({"name": "number-day"}),
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
    let result = reset(&state, operator.author(), body).await;
    cx.answer(result)
}

async fn reset(state: &AppState, by: Author, body: Body) -> Result<(), Fault> {
    let body: ResetSmsLimitRequest = body.json()?;
    Ok(state.manage.reset_limit(by, body.name).await?)
}
