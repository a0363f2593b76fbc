//! `POST /api/v3/set-staff-role` (management).

use countersign_api::{Fault, SetStaffRoleRequest};
use serde_json::json;

use crate::http::document::endpoint::{Answers, Asks, Audience, Endpoint, Shape};
use crate::http::management::{Call, post};
use crate::http::wire::staff;
use crate::operator::Permission;

pub(crate) fn endpoint() -> Endpoint {
    Endpoint {
        name: "set-staff-role",
        handler: post(set),
        summary: "Give a person another role",
        about: "Says what a person may do, and with which applications. Every session of the person ends. The last owner who \
            can sign in keeps the role; owners and operators need a second factor.",
        audience: Audience::Operator(Permission::ManageStaff),
        asks: Asks::Body(Shape::of::<SetStaffRoleRequest>(
            json!({"personId": staff::EXAMPLE, "role": "auditor"}),
        )),
        answers: Answers::Nothing,
        faults: &[&["unknownSetting", "settingInUse", "badSetting"]],
    }
}

async fn set(call: Call) -> Result<(), Fault> {
    let body: SetStaffRoleRequest = call.body.json()?;
    let (id, role) = (staff::id(&body.person_id)?, staff::role(&body.role)?);
    let applications = staff::applications(body.applications)?;
    call.state
        .manage
        .set_person_role(call.by, id, role, applications)
        .await?;
    tracing::warn!(request_id = %call.cx.request_id, person = body.person_id, role = body.role, "a person of the console has another role");
    Ok(())
}
