//! `POST /api/v3/create-application` (management): the secret is shown this once.

use axum::extract::State;
use axum::response::Response;
use countersign_api::{CreateApplicationRequest, CreatedApplication, Fault};
use countersign_core::application::Application;
use countersign_core::entropy::Entropy;
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
        }))),
        faults: &[faults::APPLICATION, &["applicationExists"]],
    }
}

pub(crate) async fn handle(
    State(state): State<AppState>,
    cx: Context,
    _: Operator,
    body: Body,
) -> Response {
    let result = create(&state, body).await;
    cx.answer_with(result)
}

async fn create(state: &AppState, body: Body) -> Result<CreatedApplication, Fault> {
    let body: CreateApplicationRequest = body.json()?;
    let (web_host, hash) = (
        body.web_host.as_deref().unwrap_or_default(),
        body.android_app_hash.as_deref().unwrap_or_default(),
    );
    let name = application::name(&body.app_name)?;
    let id = match body.app_id.as_deref() {
        Some(id) if !id.is_empty() => id.to_owned(),
        _ => random_hex::<12>(&*state.entropy)?,
    };
    let secret = random_hex::<16>(&*state.entropy)?;
    let new = Application {
        id: application::id(&id)?,
        name,
        origins: application::origins(&body.allowed_origins.unwrap_or_default())?,
        web_host: application::web_host(web_host)?,
        android_app_hash: application::android_app_hash(hash)?,
        created_at: state.store.now(),
    };
    let edit = state.edit().await?;
    if edit.setup().application(&new.id).is_some() {
        return Err(Fault::ApplicationExists);
    }
    let to_blame = application::field_to_blame(Some(web_host), Some(hash));
    template::check((&new).into()).map_err(|why| application::too_long(why, to_blame))?;
    let created = Arc::new(new);
    let record = ApplicationRecord {
        secret: state.setup_store.secret_mac(&created.id, &secret),
        application: Arc::clone(&created),
    };
    let made = edit.make(Change::Put(Setting::Application(record))).await;
    made.map_err(|_| Fault::Unavailable)?;
    Ok(CreatedApplication {
        app_id: created.id.as_str().to_owned(),
        app_name: created.name.as_str().to_owned(),
        app_secret: secret,
    })
}

fn random_hex<const BYTES: usize>(entropy: &dyn Entropy) -> Result<String, Fault> {
    let mut bytes = [0; BYTES];
    entropy.fill(&mut bytes).map_err(|_| Fault::Unavailable)?;
    Ok(hex::encode(bytes))
}
