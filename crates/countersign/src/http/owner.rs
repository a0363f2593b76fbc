//! `GET /owner/proof?nonce=...`: proves to the command line that this process wrote the note in its data folder.
//!
//! Anyone may ask. The answer tells nothing to those who do not know the token of the note already.

use axum::extract::{RawQuery, State};
use axum::http::StatusCode;

use super::state::AppState;
use crate::config::owner::OwnerProof;

/// The path of the endpoint.
pub(crate) const PATH: &str = "/owner/proof";

/// The number of characters of a nonce: 32 bytes in hexadecimal digits.
const NONCE: usize = 64;

/// Answers the proof in hexadecimal digits, or HTTP 400 to a nonce of another form.
pub(super) async fn handle(
    State(state): State<AppState>,
    RawQuery(query): RawQuery,
) -> Result<String, StatusCode> {
    let query = query.unwrap_or_default();
    let nonce = query.strip_prefix("nonce=").unwrap_or_default();
    if nonce.len() != NONCE || !nonce.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Err(StatusCode::BAD_REQUEST);
    }
    let proof = OwnerProof::of(&state.operator_token, nonce);
    proof
        .map(OwnerProof::to_hex)
        .map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)
}
