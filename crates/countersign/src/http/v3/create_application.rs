//! `POST /api/v3/create-application` (management): the secret is shown this once.

use axum::extract::State;
use axum::response::Response;
use countersign_api::{CreateApplicationRequest, CreatedApplication, Fault, FieldProblem};
use countersign_core::application::{AppId, AppName};
use countersign_core::entropy::Entropy;
use countersign_core::ports::store::{NewApplication, StoreError};

use crate::http::body::{self, RawBody};
use crate::http::context::Context;
use crate::http::operator::Operator;
use crate::http::state::AppState;

pub(crate) async fn handle(State(state): State<AppState>, cx: Context, body: RawBody) -> Response {
    let result = create(&state, &cx, body).await;
    cx.answer_with(result)
}

async fn create(
    state: &AppState,
    cx: &Context,
    body: RawBody,
) -> Result<CreatedApplication, Fault> {
    Operator::of(cx, state)?;
    let body: CreateApplicationRequest = body::json(body)?;
    let name = AppName::parse(&body.app_name).map_err(|why| constraint("appName", &why))?;
    let id = match body.app_id.as_deref() {
        Some(id) if !id.is_empty() => id.to_owned(),
        _ => random_hex::<12>(&*state.entropy)?,
    };
    let id = AppId::parse(&id).map_err(|why| constraint("appId", &why))?;
    let secret = random_hex::<16>(&*state.entropy)?;
    let new = NewApplication {
        id,
        name,
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

fn constraint(field: &str, why: &dyn std::error::Error) -> Fault {
    Fault::Malformed {
        field: Some(field.to_owned()),
        problem: FieldProblem::Constraint(why.to_string()),
    }
}

fn random_hex<const BYTES: usize>(entropy: &dyn Entropy) -> Result<String, Fault> {
    let mut bytes = [0; BYTES];
    entropy.fill(&mut bytes).map_err(|_| Fault::Unavailable)?;
    Ok(hex::encode(bytes))
}
