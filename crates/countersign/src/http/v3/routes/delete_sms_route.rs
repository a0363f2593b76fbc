//! `POST /api/v3/delete-sms-route` (management).

use axum::extract::State;
use axum::response::Response;
use countersign_api::{DeleteSmsRouteRequest, Fault};
use countersign_core::audit::Author;
use serde_json::json;

use crate::http::document::endpoint::{Answers, Asks, Audience, Endpoint, Shape, post};
use crate::http::document::faults;
use crate::http::proof::operator::Operator;
use crate::http::request::body::Body;
use crate::http::request::context::Context;
use crate::http::state::AppState;
use crate::http::wire::route;
use crate::operator::Permission;

pub(crate) fn endpoint() -> Endpoint {
    Endpoint {
        name: "delete-sms-route",
        handler: post(handle),
        summary: "Delete a route",
        about: "Numbers that it was for go by the next nearest route, or are not served.",
        audience: Audience::Operator(Permission::ManageSetup),
        asks: Asks::Body(Shape::of::<DeleteSmsRouteRequest>(json!({"country": "CN"}))),
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
    let result = delete(&state, operator.author(), body).await;
    cx.answer(result)
}

async fn delete(state: &AppState, by: Author, body: Body) -> Result<(), Fault> {
    let body: DeleteSmsRouteRequest = body.json()?;
    let scope = route::scope(body.app_id.as_deref(), body.country.as_deref())?;
    Ok(state.manage.delete_route(by, scope).await?)
}
