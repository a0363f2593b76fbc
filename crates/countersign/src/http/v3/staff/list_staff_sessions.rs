//! `GET /api/v3/list-staff-sessions` (management).

use countersign_api::{Fault, StaffSessionDto};
use countersign_core::staff::session::Session;
use serde_json::json;

use crate::http::document::endpoint::{Answers, Asks, Audience, Endpoint, Shape};
use crate::http::management::{Call, get};
use crate::http::request::query;
use crate::http::wire::staff;
use crate::operator::Permission;

pub(crate) fn endpoint() -> Endpoint {
    Endpoint {
        name: "list-staff-sessions",
        handler: get(list),
        summary: "List where a person is signed in to the console",
        about: "The sessions of a person, the one that was used last first. A session ends 30 minutes after the last page, \
            and 12 hours after it began.",
        audience: Audience::Operator(Permission::ReadStaff),
        asks: Asks::Query(vec![(
            "personId",
            "The id of the person, as `list-staff` shows it.",
            json!({"type": "string", "pattern": "^[0-9a-f]{16}$"}),
        )]),
        answers: Answers::Data(Shape::list_of::<StaffSessionDto>(json!([{
            "sessionId": "0f1e2d3c4b5a6978", "begun": "2026-11-21T20:00:00.000Z",
            "seen": "2026-11-21T20:05:00.000Z", "from": "192.0.2.1", "browser": "Mozilla/5.0",
        }]))),
        faults: &[&["unknownSetting"]],
    }
}

async fn list(Call { state, query, .. }: Call) -> Result<Vec<StaffSessionDto>, Fault> {
    let asked = query::pairs(&query).find(|(name, _)| *name == "personId");
    let (_, asked) = asked.unwrap_or_default();
    let person = staff::known(&state, &staff::id(asked)?)?;
    let sessions = state.manage.sessions_of(&person).await?;
    Ok(sessions.into_iter().map(dto).collect())
}

fn dto(session: Session) -> StaffSessionDto {
    StaffSessionDto {
        session_id: session.name(),
        begun: session.begun.to_string(),
        seen: session.seen.to_string(),
        from: session.from.map(|from| from.to_string()),
        browser: session.browser,
    }
}
