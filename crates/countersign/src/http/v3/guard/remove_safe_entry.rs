//! `POST /api/v3/remove-safe-entry` (management).

use countersign_api::{Fault, RemoveSafeEntryRequest};
use serde_json::json;

use crate::http::document::endpoint::{Answers, Asks, Audience, Endpoint, Shape};
use crate::http::management::{Call, post};
use crate::operator::Permission;

pub(crate) fn endpoint() -> Endpoint {
    Endpoint {
        name: "remove-safe-entry",
        handler: post(remove),
        summary: "Take an entry off the safe list",
        about: "Ends an entry of the safe list at once.",
        audience: Audience::Operator(Permission::ManageSetup),
        asks: Asks::Body(Shape::of::<RemoveSafeEntryRequest>(
            json!({"id": "0a1b2c3d4e5f6071"}),
        )),
        answers: Answers::Nothing,
        faults: &[&["unknownSetting"]],
    }
}

async fn remove(call: Call) -> Result<(), Fault> {
    let RemoveSafeEntryRequest { id } = call.body.json()?;
    Ok(call.state.manage.remove_safe_entry(call.by, id).await?)
}
