//! `POST /api/v3/update-application` (management).

use axum::extract::State;
use axum::response::Response;
use countersign_api::{ApplicationDto, Fault, UpdateApplicationRequest};
use countersign_core::audit::Author;
use countersign_core::ports::setup::SetupVersion;
use serde_json::json;

use crate::http::document::endpoint::{Answers, Asks, Audience, Endpoint, Shape, post};
use crate::http::document::faults;
use crate::http::proof::operator::Operator;
use crate::http::request::body::Body;
use crate::http::request::context::Context;
use crate::http::state::AppState;
use crate::http::wire::application;
use crate::operator::Permission;

pub(crate) fn endpoint() -> Endpoint {
    Endpoint {
        name: "update-application",
        handler: post(handle),
        summary: "Change an application",
        about: "Changes what is given and leaves the rest; an empty webHost or androidAppHash removes it. \
            With `ifVersion`, only if that is its version. Messages sent from then on show it.",
        audience: Audience::Operator(Permission::ManageSetup),
        asks: Asks::Body(Shape::of::<UpdateApplicationRequest>(json!({
            "appId": "shop", "webHost": "login.shop.example", "androidAppHash": "FA+9qCX9VSu", "ifVersion": 7,
        }))),
        answers: Answers::Data(Shape::of::<ApplicationDto>(json!({
            "appId": "shop", "appName": "Shop", "allowedOrigins": ["https://shop.example"],
            "webHost": "login.shop.example", "androidAppHash": "FA+9qCX9VSu",
            "createdAt": "2026-11-21T20:00:00.000Z", "version": 8,
        }))),
        faults: &[
            faults::APPLICATION,
            faults::IF_VERSION,
            &["unknownApplication"],
        ],
    }
}

pub(crate) async fn handle(
    State(state): State<AppState>,
    cx: Context,
    operator: Operator,
    body: Body,
) -> Response {
    let result = update(&state, operator.author(), body).await;
    cx.answer_with(result)
}

async fn update(state: &AppState, by: Author, body: Body) -> Result<ApplicationDto, Fault> {
    let body: UpdateApplicationRequest = body.json()?;
    let id = application::id(&body.app_id)?;
    let change = application::change(&body)?;
    let if_version = body.if_version.map(SetupVersion::new);
    let updated = state.manage.update_application(by, id, change, if_version);
    let updated = updated.await?;
    Ok(application::dto(&updated, state.clock.now()))
}
