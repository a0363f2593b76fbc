//! `POST /api/v3/create-application` (management): the secret is shown this once.

use crate::http::endpoint::{Answers, Asks, Caller, Endpoint, Shape};
use crate::http::openapi;
use axum::extract::State;
use axum::response::Response;
use axum::routing::post;
use countersign_api::{CreateApplicationRequest, CreatedApplication, Fault, FieldProblem};
use countersign_core::application::{AppId, AppName, Origin};
use countersign_core::entropy::Entropy;
use countersign_core::ports::store::{NewApplication, StoreError};
use serde_json::json;

use crate::http::body::{self, Body};
use crate::http::context::Context;
use crate::http::operator::Operator;
use crate::http::state::AppState;

pub(crate) fn endpoint() -> Endpoint {
    Endpoint {
        method: "POST",
        name: "create-application",
        handler: post(handle),
        summary: "Create an application",
        about: "Makes an application and its secret, which is shown this once.",
        caller: Caller::Operator,
        asks: Asks::Body(Shape {
            schema: openapi::schema("CreateApplicationRequest"),
            example: json!({"appName": "Shop", "allowedOrigins": ["https://shop.example"]}),
        }),
        answers: Answers::Data(Shape {
            schema: openapi::schema("CreatedApplication"),
            example: json!({
                "appId": "shop", "appName": "Shop", "appSecret": "c6553b72e1094e5e8a4f12038e457596",
            }),
        }),
        faults: &[
            "fieldNotTexts",
            "badAppId",
            "badAppName",
            "badOrigin",
            "applicationExists",
        ],
    }
}

pub(crate) async fn handle(State(state): State<AppState>, cx: Context, body: Body) -> Response {
    let result = create(&state, &cx, body).await;
    cx.answer_with(result)
}

async fn create(state: &AppState, cx: &Context, body: Body) -> Result<CreatedApplication, Fault> {
    Operator::of(cx, state)?;
    let body: CreateApplicationRequest = body.json()?;
    let name =
        AppName::parse(&body.app_name).map_err(|_| wrong("appName", FieldProblem::NotAnAppName))?;
    let id = match body.app_id.as_deref() {
        Some(id) if !id.is_empty() => id.to_owned(),
        _ => random_hex::<12>(&*state.entropy)?,
    };
    let id = AppId::parse(&id).map_err(|_| wrong("appId", FieldProblem::NotAnAppId))?;
    let origins = origins(&body.allowed_origins.unwrap_or_default())?;
    let secret = random_hex::<16>(&*state.entropy)?;
    let new = NewApplication {
        id,
        name,
        origins,
        secret: secret.clone(),
    };
    let created = state
        .store
        .create_application(new)
        .await
        .map_err(|error| match error {
            StoreError::AppIdTaken => Fault::ApplicationExists,
            StoreError::Overloaded | StoreError::Unavailable(_) => Fault::Unavailable,
        })?;
    Ok(CreatedApplication {
        app_id: created.id.as_str().to_owned(),
        app_name: created.name.as_str().to_owned(),
        app_secret: secret,
    })
}

/// The most origins of one application.
const ORIGINS: usize = 20;

fn origins(texts: &[String]) -> Result<Vec<Origin>, Fault> {
    let origins: Result<Vec<_>, _> = texts.iter().map(|text| Origin::parse(text)).collect();
    let few = origins.ok().filter(|origins| origins.len() <= ORIGINS);
    few.ok_or(wrong("allowedOrigins", FieldProblem::NotAnOrigin))
}

fn wrong(field: &str, problem: FieldProblem) -> Fault {
    body::malformed(Some(field.to_owned()), problem)
}

fn random_hex<const BYTES: usize>(entropy: &dyn Entropy) -> Result<String, Fault> {
    let mut bytes = [0; BYTES];
    entropy.fill(&mut bytes).map_err(|_| Fault::Unavailable)?;
    Ok(hex::encode(bytes))
}
