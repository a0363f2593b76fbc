//! `POST /api/v3/update-application` (management).

use axum::extract::State;
use axum::response::Response;
use countersign_api::{ApplicationDto, Fault, UpdateApplicationRequest};
use countersign_core::application::Application;
use countersign_core::ports::setup::{ApplicationRecord, Change, Setting};
use countersign_core::template;
use serde_json::json;
use std::sync::Arc;

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
            Messages sent from then on show it.",
        audience: Audience::Operator(Permission::ManageSetup),
        asks: Asks::Body(Shape::of::<UpdateApplicationRequest>(json!({
            "appId": "shop", "webHost": "login.shop.example", "androidAppHash": "FA+9qCX9VSu",
        }))),
        answers: Answers::Data(Shape::of::<ApplicationDto>(json!({
            "appId": "shop", "appName": "Shop", "allowedOrigins": ["https://shop.example"],
            "webHost": "login.shop.example", "androidAppHash": "FA+9qCX9VSu",
            "createdAt": "2026-11-21T20:00:00.000Z",
        }))),
        faults: &[faults::APPLICATION, &["unknownApplication"]],
    }
}

pub(crate) async fn handle(
    State(state): State<AppState>,
    cx: Context,
    _: Operator,
    body: Body,
) -> Response {
    let result = update(&state, body).await;
    cx.answer_with(result)
}

async fn update(state: &AppState, body: Body) -> Result<ApplicationDto, Fault> {
    let body: UpdateApplicationRequest = body.json()?;
    let (web_host, hash) = (body.web_host.as_deref(), body.android_app_hash.as_deref());
    let id = application::id(&body.app_id)?;
    let name = body
        .app_name
        .as_deref()
        .map(application::name)
        .transpose()?;
    let origins = body
        .allowed_origins
        .as_deref()
        .map(application::origins)
        .transpose()?;
    let web_host_to_be = web_host.map(application::web_host).transpose()?;
    let hash_to_be = hash.map(application::android_app_hash).transpose()?;
    let edit = state.edit().await?;
    let setup = edit.setup();
    let before = setup
        .applications
        .get(&id)
        .ok_or(Fault::UnknownApplication)?;
    let old = Application::clone(&before.application);
    let updated = Arc::new(Application {
        name: name.unwrap_or(old.name),
        origins: origins.unwrap_or(old.origins),
        web_host: web_host_to_be.unwrap_or(old.web_host),
        android_app_hash: hash_to_be.unwrap_or(old.android_app_hash),
        ..old
    });
    let to_blame = application::field_to_blame(web_host, hash);
    template::check((&*updated).into()).map_err(|why| application::too_long(why, to_blame))?;
    let record = ApplicationRecord {
        application: Arc::clone(&updated),
        secret: before.secret,
    };
    let made = edit.make(Change::Put(Setting::Application(record))).await;
    made.map_err(|_| Fault::Unavailable)?;
    Ok(application::dto(&updated))
}
