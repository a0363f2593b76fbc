//! `POST /api/v3/delete-access-key` (management): from then on neither the key nor a token made with it is good.

use countersign_api::{DeleteAccessKeyRequest, Fault};
use serde_json::json;

use crate::http::document::endpoint::{Answers, Asks, Audience, Endpoint, Shape};
use crate::http::management::{Call, post};
use crate::operator::Permission;

pub(crate) fn endpoint() -> Endpoint {
    Endpoint {
        name: "delete-access-key",
        handler: post(delete),
        summary: "Delete an access key",
        about: "Ends an access key, and the management tokens that were made with it, at once.",
        audience: Audience::Operator(Permission::ManageKeys),
        asks: Asks::Body(Shape::of::<DeleteAccessKeyRequest>(
            json!({"accessKeyId": "0a1b2c3d4e5f60718293a4b5"}),
        )),
        answers: Answers::Nothing,
        faults: &[&["unknownAccessKey"]],
    }
}

async fn delete(call: Call) -> Result<(), Fault> {
    let DeleteAccessKeyRequest { access_key_id } = call.body.json()?;
    call.state
        .manage
        .delete_access_key(call.by, access_key_id.clone())
        .await?;
    tracing::warn!(request_id = %call.cx.request_id, deleted = access_key_id, "an access key is deleted");
    Ok(())
}
