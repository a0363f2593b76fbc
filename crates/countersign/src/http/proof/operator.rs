//! Who may manage: whoever shows the token from the data folder, or proves an access key.

use countersign_api::Fault;
use subtle::ConstantTimeEq;

use crate::http::request::context::Context;
use crate::http::state::AppState;

/// Proof that the caller may manage.
pub(crate) struct Operator;

impl Operator {
    /// Looks for `Authorization: Bearer <token>` with the token from the data folder, else at what was found out
    /// about an access key [before](crate::http::proof::admission).
    pub(crate) fn of(cx: &Context, state: &AppState) -> Result<Self, Fault> {
        let token = cx.authorization().and_then(|shown| {
            let (scheme, token) = shown.split_once(' ')?;
            scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
        });
        let token = token.unwrap_or_default().as_bytes();
        if bool::from(token.ct_eq(state.operator_token.as_bytes())) {
            return Ok(Self);
        }
        cx.access_key().map(|_| Self)
    }
}
