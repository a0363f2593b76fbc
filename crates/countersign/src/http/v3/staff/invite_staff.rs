//! `POST /api/v3/invite-staff` (management): the link is shown this once.

use countersign_api::{Fault, InviteStaffRequest, InvitedPerson};
use serde_json::json;

use crate::http::document::endpoint::{Answers, Asks, Audience, Endpoint, Shape};
use crate::http::management::{Call, post};
use crate::http::wire::staff;
use crate::manage::NewPerson;
use crate::operator::Permission;

pub(crate) fn endpoint() -> Endpoint {
    Endpoint {
        name: "invite-staff",
        handler: post(invite),
        summary: "Invite somebody to work with the console",
        about: "Makes a link at which the person chooses a name and a password, and sets up an authenticator app, which \
            owners and operators need. The link is good once and for an hour; it is shown this once.",
        audience: Audience::Operator(Permission::ManageStaff),
        asks: Asks::Body(Shape::of::<InviteStaffRequest>(
            json!({"name": "Lin", "role": "operator"}),
        )),
        answers: Answers::Data(Shape::of::<InvitedPerson>(staff::invited_example())),
        faults: &[&["badSetting"]],
    }
}

async fn invite(call: Call) -> Result<InvitedPerson, Fault> {
    let body: InviteStaffRequest = call.body.json()?;
    let new = NewPerson {
        name: staff::name(body.name.as_deref())?,
        role: staff::role(&body.role)?,
        applications: staff::applications(body.applications)?,
    };
    staff::check_console(&call.state)?;
    let invited = call.state.manage.invite_person(call.by, new).await?;
    tracing::warn!(request_id = %call.cx.request_id, person = %invited.person.id, role = body.role, "somebody is invited to the console");
    Ok(staff::invited(&call.state, &invited))
}
