//! `POST /api/v3/end-staff-sessions` (management).

use countersign_api::{EndStaffSessionsRequest, Fault};
use serde_json::json;

use crate::http::document::endpoint::{Answers, Asks, Audience, Endpoint, Shape};
use crate::http::management::{Call, post};
use crate::http::wire::staff;
use crate::manage::EndedSessions;
use crate::operator::Permission;

pub(crate) fn endpoint() -> Endpoint {
    Endpoint {
        name: "end-staff-sessions",
        handler: post(end),
        summary: "Sign a person out of the console",
        about: "Ends one session of a person, or all of them: the person has to sign in anew, on every node at once.",
        audience: Audience::Operator(Permission::ManageStaff),
        asks: Asks::Body(Shape::of::<EndStaffSessionsRequest>(
            json!({"personId": staff::EXAMPLE, "sessionId": "0f1e2d3c4b5a6978"}),
        )),
        answers: Answers::Nothing,
        faults: &[&["unknownSetting"]],
    }
}

async fn end(call: Call) -> Result<(), Fault> {
    let body: EndStaffSessionsRequest = call.body.json()?;
    let person = staff::known(&call.state, &staff::id(&body.person_id)?)?;
    let which = match body.session_id {
        Some(session) => EndedSessions::One(session),
        None => EndedSessions::All,
    };
    Ok(call
        .state
        .manage
        .end_sessions(call.by, &person, which)
        .await?)
}
