//! `GET /oidc/.well-known/jwks.json` and `GET /{appId}/oidc/.well-known/jwks.json`: the public keys that
//! verify tokens: at the first address those for RS256, at that of an application those for ES256 too.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use countersign_api::JsonWebKeySet;
use countersign_core::application::AppId;
use serde_json::{Value, json};

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
        data: Shape::of::<JsonWebKeySet>(json!({"keys": [rsa()]})),
        missing: None,
    }
}

pub(crate) fn of_application() -> Published {
    Published {
        path: "/{appId}/oidc/.well-known/jwks.json",
        name: "jwks-of-application",
        handler: get(handle_of_application),
        summary: "Keys of verification tokens, asked for by application",
        about: ABOUT_APPLICATION,
        data: Shape::of::<JsonWebKeySet>(json!({"keys": [rsa(), ec()]})),
        missing: Some(UNKNOWN),
    }
}

const ABOUT: &str = "The public keys that verify verification tokens (RS256): first the one that signs now. A new key is \
    here eleven minutes before it signs, so an answer may be kept for ten; an old one stays until its last tokens have \
    ended. The same for all applications. Those for ES256 are at the address of an application only: some readers \
    want every key here to be RSA.";

const ABOUT_APPLICATION: &str = "The public keys that verify the verification tokens of an application: first those \
    for RS256 that all applications have, then those for ES256, which sign for applications that chose it. Of each, \
    the one that signs now is the first. A new key is here eleven minutes before it signs, so an answer may be kept \
    for ten.";

const UNKNOWN: &str = "there is no application with this id";

fn rsa() -> Value {
    json!({
        "kty": "RSA", "kid": "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs", "use": "sig", "alg": "RS256",
        "n": "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc", "e": "AQAB",
    })
}

fn ec() -> Value {
    json!({
        "kty": "EC", "kid": "oKIywvGUpTVTyxMQ3bwIIeQUudfr_CkLMjCE19ECD-U", "use": "sig", "alg": "ES256", "crv": "P-256",
        "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU", "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
    })
}

async fn handle(State(state): State<AppState>) -> Response {
    answer(&state.tokens.keys().published(state.clock.now()))
}

fn answer(keys: &JsonWebKeySet) -> Response {
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
        let keys = state.tokens.keys();
        answer(&keys.published_to_application(state.clock.now()))
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
