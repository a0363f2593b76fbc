//! `GET /api/v3/list-messages` (management): timelines, newest first, numbers masked.
//!
//! `messageId` and `requestId` pick one; `limit` (1 to 1000, default 50) and `before` (the last
//! `messageId` of the page before) go through all; `decidedBefore` begins at a time.

use countersign_api::{Fault, FieldProblem, MessageDto};
use countersign_core::id::{MessageId, RequestId};
use countersign_core::ports::records::TimelineQuery;
use serde_json::json;

use crate::http::document::endpoint::{Answers, Asks, Audience, Endpoint, Shape};
use crate::http::management::{Call, get};
use crate::http::request::query;
use crate::http::wire::message;
use crate::operator::Permission;

pub(crate) fn endpoint() -> Endpoint {
    let uuid = || json!({"type": "string", "format": "uuid"});
    Endpoint {
        name: "list-messages",
        handler: get(list),
        summary: "List messages",
        about: "Timelines of messages, newest first, numbers masked: the verdict of each limit, each call to a \
            provider and what it reported afterwards, the checks of its code, and what the code is good for now.",
        audience: Audience::Operator(Permission::ReadMessages),
        asks: Asks::Query(vec![
            ("messageId", "Only this message.", uuid()),
            ("requestId", "Only what this request led to.", uuid()),
            (
                "before",
                "Only messages older than this one: the last `messageId` of the page before.",
                uuid(),
            ),
            (
                "decidedBefore",
                "Only messages decided on before this time.",
                json!({"type": "string", "format": "date-time"}),
            ),
            (
                "limit",
                "At most so many.",
                json!({"type": "integer", "minimum": 1, "maximum": 1000, "default": 50}),
            ),
        ]),
        answers: Answers::Data(shape()),
        faults: &[&["badId", "badLimit", "badTime"]],
    }
}

/// The shape of a list of timelines.
pub(super) fn shape() -> Shape {
    Shape::list_of::<MessageDto>(json!([message::example()]))
}

async fn list(call: Call) -> Result<Vec<MessageDto>, Fault> {
    let Call { state, query, .. } = call;
    let timelines = state.manage.messages(parse(&query)?).await?;
    Ok(timelines.into_iter().map(message::dto).collect())
}

pub(super) fn parse(query: &str) -> Result<TimelineQuery, Fault> {
    let mut parsed = TimelineQuery {
        limit: 50,
        ..TimelineQuery::default()
    };
    for (name, value) in query::pairs(query) {
        let id =
            || MessageId::parse(value).ok_or_else(|| query::wrong(name, FieldProblem::NotAUuid));
        match name {
            "messageId" => parsed.message = Some(id()?),
            "requestId" => {
                let id = RequestId::parse(value);
                parsed.request =
                    Some(id.ok_or_else(|| query::wrong(name, FieldProblem::NotAUuid))?);
            }
            "before" => parsed.before = Some(id()?),
            "decidedBefore" => parsed.decided_before = Some(query::time(name, value)?),
            "limit" => parsed.limit = query::limit(name, value)?,
            _ => {}
        }
    }
    Ok(parsed)
}
