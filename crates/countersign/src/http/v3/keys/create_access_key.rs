//! `POST /api/v3/create-access-key` (management): the secret is shown this once.

use countersign_api::{CreatedAccessKey, Fault};
use serde_json::json;

use crate::http::document::endpoint::{Answers, Asks, Audience, Endpoint, Shape};
use crate::http::management::{Call, post};
use crate::operator::Permission;

pub(crate) fn endpoint() -> Endpoint {
    Endpoint {
        name: "create-access-key",
        handler: post(create),
        summary: "Create an access key",
        about: "Makes an access key, with which a program may manage from anywhere. Its secret is shown this once.",
        audience: Audience::Operator(Permission::ManageKeys),
        asks: Asks::Nothing,
        answers: Answers::Data(Shape::of::<CreatedAccessKey>(json!({
            "accessKeyId": "0a1b2c3d4e5f60718293a4b5",
            "accessKeySecret": "b1c6553b72e1094e5e8a4f12038e457596c6553b72e1094e5e8a4f12038e4575",
            "createdAt": "2026-11-21T20:00:00.000Z",
        }))),
        faults: &[],
    }
}

async fn create(call: Call) -> Result<CreatedAccessKey, Fault> {
    let Call { state, cx, by, .. } = call;
    let key = state.manage.create_access_key(by).await?;
    tracing::warn!(request_id = %cx.request_id, made = key.id, "an access key is made");
    Ok(CreatedAccessKey {
        access_key_id: key.id,
        access_key_secret: key.secret.reveal().to_owned(),
        created_at: key.created_at.to_string(),
    })
}
