//! `POST /api/v3/remove-staff` (management).

use countersign_api::{Fault, PersonRequest};
use serde_json::json;

use crate::http::document::endpoint::{Answers, Asks, Audience, Endpoint, Shape};
use crate::http::management::{Call, post};
use crate::http::wire::staff;
use crate::operator::Permission;

pub(crate) fn endpoint() -> Endpoint {
    Endpoint {
        name: "remove-staff",
        handler: post(remove),
        summary: "Remove a person from the console",
        about: "Removes a person, or takes an invitation back. Every session ends at once. The last owner who can sign in \
            cannot be removed.",
        audience: Audience::Operator(Permission::ManageStaff),
        asks: Asks::Body(Shape::of::<PersonRequest>(
            json!({"personId": staff::EXAMPLE}),
        )),
        answers: Answers::Nothing,
        faults: &[&["unknownSetting", "settingInUse"]],
    }
}

async fn remove(call: Call) -> Result<(), Fault> {
    let PersonRequest { person_id } = call.body.json()?;
    let id = staff::id(&person_id)?;
    call.state.manage.remove_person(call.by, id).await?;
    tracing::warn!(request_id = %call.cx.request_id, person = person_id, "a person is removed from the console");
    Ok(())
}
