//! `POST /api/v3/reset-staff` (management): the link is shown this once.

use countersign_api::{Fault, InvitedPerson, PersonRequest};
use serde_json::json;

use crate::http::document::endpoint::{Answers, Asks, Audience, Endpoint, Shape};
use crate::http::management::{Call, post};
use crate::http::wire::staff;
use crate::operator::Permission;

pub(crate) fn endpoint() -> Endpoint {
    Endpoint {
        name: "reset-staff",
        handler: post(reset),
        summary: "Let a person choose password and second factor anew",
        about: "Takes away the password and the second factor of a person, ends every session, and makes a link like that \
            of an invitation: for somebody who has lost both the app and the recovery codes.",
        audience: Audience::Operator(Permission::ManageStaff),
        asks: Asks::Body(Shape::of::<PersonRequest>(
            json!({"personId": staff::EXAMPLE}),
        )),
        answers: Answers::Data(Shape::of::<InvitedPerson>(staff::invited_example())),
        faults: &[&["unknownSetting", "badSetting"]],
    }
}

async fn reset(call: Call) -> Result<InvitedPerson, Fault> {
    let PersonRequest { person_id } = call.body.json()?;
    staff::check_console(&call.state)?;
    let id = staff::id(&person_id)?;
    let invited = call.state.manage.reset_person(call.by, id).await?;
    tracing::warn!(request_id = %call.cx.request_id, person = %invited.person.id, "a person of the console is reset");
    Ok(staff::invited(&call.state, &invited))
}
