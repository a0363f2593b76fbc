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
        summary: "Replace the key of verification tokens",
        about: "Makes a key and publishes it. It begins to sign eleven minutes later, when every cache of the keys \
            knows it; the key that it replaces stays published until its last tokens have ended.",
        audience: Audience::Operator(Permission::ManageKeys),
        asks: Asks::Nothing,
        answers: Answers::Data(Shape::of::<RotatedSigningKey>(json!({
            "kid": "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs", "signsFrom": "2026-11-21T20:11:00.000Z",
        }))),
        faults: &[&["signingKeyWaits"]],
    }
}

async fn rotate(call: Call) -> Result<RotatedSigningKey, Fault> {
    let Call { state, by, .. } = call;
    let key = state.manage.rotate_signing_key(by).await?;
    Ok(RotatedSigningKey {
        kid: key.kid,
        signs_from: key.signs_from,
    })
}
