//! `GET /api/v3/list-staff` (management).

use countersign_api::{Fault, PersonDto};
use serde_json::json;

use crate::http::document::endpoint::{Answers, Asks, Audience, Endpoint, Shape};
use crate::http::management::{Call, get};
use crate::http::wire::staff;
use crate::operator::Permission;

pub(crate) fn endpoint() -> Endpoint {
    Endpoint {
        name: "list-staff",
        handler: get(list),
        summary: "List the people who work with the console",
        about: "Everybody who can sign in to the console, and everybody who is invited to.",
        audience: Audience::Operator(Permission::ReadStaff),
        asks: Asks::Nothing,
        answers: Answers::Data(Shape::list_of::<PersonDto>(json!([
            {"personId": staff::EXAMPLE, "name": "Lin", "role": "owner", "status": "active",
                "secondFactor": true, "recoveryCodesLeft": 10,
                "createdAt": "2026-11-21T20:00:00.000Z"},
            {"personId": "4e5f60718293a4b5", "role": "support", "applications": ["shop"],
                "status": "invited", "invitationExpires": "2026-11-21T21:00:00.000Z",
                "secondFactor": false, "createdAt": "2026-11-21T20:00:00.000Z"},
        ]))),
        faults: &[],
    }
}

async fn list(Call { state, .. }: Call) -> Result<Vec<PersonDto>, Fault> {
    let setup = state.manage.setup();
    Ok(setup
        .people
        .values()
        .map(|person| staff::dto(person))
        .collect())
}
