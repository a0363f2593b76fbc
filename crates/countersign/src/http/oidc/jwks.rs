//! `GET /oidc/.well-known/jwks.json` and `GET /{appId}/oidc/.well-known/jwks.json`: the public keys that
//! verify tokens. All applications have the same.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use countersign_api::JsonWebKeySet;
use countersign_core::application::AppId;
use serde_json::json;

use crate::http::document::endpoint::{Published, Shape};
use crate::http::state::AppState;
use crate::token::MAX_AGE;

pub(crate) fn of_service() -> Published {
    Published {
        path: "/oidc/.well-known/jwks.json",
        name: "jwks",
        handler: get(handle),
        summary: "Keys of verification tokens",
        about: ABOUT,
        data: shape(),
        missing: None,
    }
}

pub(crate) fn of_application() -> Published {
    Published {
        path: "/{appId}/oidc/.well-known/jwks.json",
        name: "jwks-of-application",
        handler: get(handle_of_application),
        summary: "Keys of verification tokens, asked for by application",
        about: ABOUT,
        data: shape(),
        missing: Some(UNKNOWN),
    }
}

const ABOUT: &str = "The public keys that verify verification tokens (RS256): first the one that signs now. A new key is \
    here eleven minutes before it signs, so an answer may be kept for ten; an old one stays until its last tokens have \
    ended. The same for all applications.";

const UNKNOWN: &str = "there is no application with this id";

fn shape() -> Shape {
    Shape::of::<JsonWebKeySet>(json!({"keys": [{
        "kty": "RSA", "kid": "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs", "use": "sig", "alg": "RS256",
        "n": "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc", "e": "AQAB",
    }]}))
}

async fn handle(State(state): State<AppState>) -> Response {
    let keys = state.tokens.keys().published(state.clock.now());
    let kept = format!("public, max-age={}", MAX_AGE.as_secs());
    ([(header::CACHE_CONTROL, kept)], Json(keys)).into_response()
}

async fn handle_of_application(State(state): State<AppState>, uri: Uri) -> Response {
    let app_id = uri.path().split('/').nth(1).unwrap_or_default();
    let found = match AppId::parse(app_id) {
        Ok(id) => state.setup().application(&id).is_some(),
        Err(_) => false,
    };
    if found {
        handle(State(state)).await
    } else {
        refusal(StatusCode::NOT_FOUND, UNKNOWN)
    }
}

fn refusal(status: StatusCode, error: &str) -> Response {
    let mut answer = (status, Json(json!({"error": error}))).into_response();
    let no_store = HeaderValue::from_static("no-store");
    answer.headers_mut().insert(header::CACHE_CONTROL, no_store);
    answer
}
