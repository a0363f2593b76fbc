//! `POST /api/v3/get-management-token`: exchanges an access key for a token, which most official SDKs then show.

use axum::extract::State;
use axum::response::Response;
use countersign_api::{Fault, ManagementToken, ManagementTokenRequest};
use serde_json::json;

use crate::http::document::endpoint::{Answers, Asks, Audience, Endpoint, Shape, post};
use crate::http::proof::access_key;
use crate::http::request::body::Body;
use crate::http::request::context::Context;
use crate::http::state::AppState;
use crate::token::{MANAGEMENT_LIFE, MintError};

pub(crate) fn endpoint() -> Endpoint {
    Endpoint {
        name: "get-management-token",
        handler: post(handle),
        summary: "Exchange an access key for a token",
        about: "Answers a token for management calls, good for two hours, or until its access key is deleted. To be \
            shown as `Authorization: Bearer <token>`, or without `Bearer`. The official SDKs for Python, Java, Go and \
            PHP ask for it by themselves.",
        audience: Audience::Anyone,
        asks: Asks::Body(Shape::of::<ManagementTokenRequest>(
            json!({"accessKeyId": "dev-access-key", "accessKeySecret": "dev-access-key-secret"}),
        )),
        answers: Answers::Data(Shape::of::<ManagementToken>(
            json!({"access_token": "eyJ0eXAiOiJhdCtqd3QiLCJhbGciOi...", "expires_in": 7200}),
        )),
        faults: &[&["unauthorized"]],
    }
}

pub(crate) async fn handle(State(state): State<AppState>, cx: Context, body: Body) -> Response {
    let result = exchange(&state, body).await;
    cx.answer_with(result)
}

async fn exchange(state: &AppState, body: Body) -> Result<ManagementToken, Fault> {
    let body: ManagementTokenRequest = body.json()?;
    let setup = state.setup();
    let key = access_key::find(&setup, &body.access_key_id, |secret| {
        access_key::same_secret(secret, &body.access_key_secret)
    });
    let key = key.ok_or(Fault::Unauthorized)?.clone();
    let minted = state.tokens.mint_management(key, state.clock.now());
    let access_token = minted.await.map_err(|error| match error {
        MintError::Overloaded => Fault::Unavailable,
        MintError::Entropy(_) | MintError::Signing => {
            tracing::error!(%error, "no management token");
            Fault::Internal
        }
    })?;
    Ok(ManagementToken {
        access_token,
        expires_in: MANAGEMENT_LIFE.as_secs(),
    })
}
