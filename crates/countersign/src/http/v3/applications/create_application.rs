//! `POST /api/v3/create-application` (management): the secret is shown this once.

use axum::extract::State;
use axum::response::Response;
use countersign_api::{CreateApplicationRequest, CreatedApplication, Fault};
use countersign_core::audit::Author;
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
        name: "create-application",
        handler: post(handle),
        summary: "Create an application",
        about: "Makes an application and its secret, which is shown this once.",
        audience: Audience::Operator(Permission::ManageSetup),
        asks: Asks::Body(Shape::of::<CreateApplicationRequest>(json!({
            "appName": "Shop", "allowedOrigins": ["https://shop.example"], "webHost": "shop.example",
        }))),
        answers: Answers::Data(Shape::of::<CreatedApplication>(json!({
            "appId": "shop", "appName": "Shop", "appSecret": "c6553b72e1094e5e8a4f12038e457596",
            "version": 7,
        }))),
        faults: &[faults::APPLICATION, &["applicationExists"]],
    }
}

pub(crate) async fn handle(
    State(state): State<AppState>,
    cx: Context,
    operator: Operator,
    body: Body,
) -> Response {
    let result = create(&state, operator.author(), body).await;
    cx.answer_with(result)
}

async fn create(state: &AppState, by: Author, body: Body) -> Result<CreatedApplication, Fault> {
    let body: CreateApplicationRequest = body.json()?;
    let created = state
        .manage
        .create_application(by, application::new(&body)?);
    let created = created.await?;
    Ok(CreatedApplication {
        app_id: created.application.id.as_str().to_owned(),
        app_name: created.application.name.as_str().to_owned(),
        notice: application::notice(&created.application),
        app_secret: created.secret,
        version: created.version.number(),
    })
}
