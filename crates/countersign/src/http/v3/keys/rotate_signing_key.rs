//! `POST /api/v3/rotate-signing-key` (management).

use countersign_api::{Fault, RotatedSigningKey};
use serde_json::json;

use crate::http::document::endpoint::{Answers, Asks, Audience, Endpoint, Shape};
use crate::http::management::{Call, post};
use crate::operator::Permission;

pub(crate) fn endpoint() -> Endpoint {
    Endpoint {
        name: "rotate-signing-key",
        handler: post(rotate),
        summary: "Replace the keys of verification tokens",
        about: "Makes a key for RS256 and one for ES256, and publishes them. They begin to sign eleven minutes later, \
            when every cache of the keys knows them; those that they replace stay published until their last tokens \
            have ended.",
        audience: Audience::Operator(Permission::ManageKeys),
        asks: Asks::Nothing,
        answers: Answers::Data(Shape::of::<RotatedSigningKey>(json!({
            "kid": "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs",
            "es256Kid": "oKIywvGUpTVTyxMQ3bwIIeQUudfr_CkLMjCE19ECD-U", "signsFrom": "2026-11-21T20:11:00.000Z",
        }))),
        faults: &[&["signingKeyWaits"]],
    }
}

async fn rotate(call: Call) -> Result<RotatedSigningKey, Fault> {
    let Call { state, by, .. } = call;
    Ok(state.manage.rotate_signing_key(by).await?)
}
