//! `POST /api/v3/delete-sms-provider` (management).

use axum::extract::State;
use axum::response::Response;
use countersign_api::{DeleteSmsProviderRequest, Fault};
use countersign_core::audit::Author;
use serde_json::json;

use crate::http::document::endpoint::{Answers, Asks, Audience, Endpoint, Shape, post};
use crate::http::proof::operator::Operator;
use crate::http::request::body::Body;
use crate::http::request::context::Context;
use crate::http::state::AppState;
use crate::http::wire::provider;
use crate::operator::Permission;

pub(crate) fn endpoint() -> Endpoint {
    Endpoint {
        name: "delete-sms-provider",
        handler: post(handle),
        summary: "Delete a vendor account",
        about: "Forgets a vendor account and its secrets. One that a route names stays until no route does. What it \
            reports from then on is not taken.",
        audience: Audience::Operator(Permission::ManageSetup),
        asks: Asks::Body(Shape::of::<DeleteSmsProviderRequest>(
            json!({"name": "aliyun"}),
        )),
        answers: Answers::Nothing,
        faults: &[&["badSetting", "unknownSetting", "settingInUse"]],
    }
}

pub(crate) async fn handle(
    State(state): State<AppState>,
    cx: Context,
    operator: Operator,
    body: Body,
) -> Response {
    let result = delete(&state, operator.author(), body).await;
    cx.answer(result)
}

async fn delete(state: &AppState, by: Author, body: Body) -> Result<(), Fault> {
    let body: DeleteSmsProviderRequest = body.json()?;
    let name = provider::name(&body.name, "name")?;
    Ok(state.manage.delete_provider(by, name).await?)
}
