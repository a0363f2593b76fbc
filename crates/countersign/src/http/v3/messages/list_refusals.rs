//! `GET /api/v3/list-refusals` (management): the sends that limits refused lately, newest first, numbers masked.
//!
//! `requestId` picks one; `limit` (1 to 1000, default 50) says how many.

use countersign_api::{Fault, FieldProblem, RefusalDto};
use countersign_core::id::RequestId;
use countersign_core::ports::refusals::RefusalQuery;
use serde_json::json;

use crate::http::document::endpoint::{Answers, Asks, Audience, Endpoint, Shape};
use crate::http::management::{Call, get};
use crate::http::request::query;
use crate::http::wire::refusal;
use crate::operator::Permission;

pub(crate) fn endpoint() -> Endpoint {
    Endpoint {
        name: "list-refusals",
        handler: get(list),
        summary: "List refused sends",
        about: "The sends that limits refused lately, newest first, numbers masked: which limit refused, what it had \
            counted, and from when on it would allow the send. The newest 10,000 are kept in memory, and end with \
            the process.",
        audience: Audience::Operator(Permission::ReadMessages),
        asks: Asks::Query(vec![
            (
                "requestId",
                "Only the send of this request.",
                json!({"type": "string", "format": "uuid"}),
            ),
            (
                "limit",
                "At most so many.",
                json!({"type": "integer", "minimum": 1, "maximum": 1000, "default": 50}),
            ),
        ]),
        answers: Answers::Data(shape()),
        faults: &[&["badId", "badLimit"]],
    }
}

/// The shape of a list of refused sends.
pub(super) fn shape() -> Shape {
    Shape::list_of::<RefusalDto>(refusal::example())
}

async fn list(call: Call) -> Result<Vec<RefusalDto>, Fault> {
    let Call {
        state,
        access,
        query,
        ..
    } = call;
    let mut query = parse(&query)?;
    query.within = access.applications;
    let found = state.manage.refusals(query).await?;
    Ok(refusal::list(found))
}

fn parse(query: &str) -> Result<RefusalQuery, Fault> {
    let mut parsed = RefusalQuery {
        limit: 50,
        ..RefusalQuery::default()
    };
    for (name, value) in query::pairs(query) {
        match name {
            "requestId" => {
                let id = RequestId::parse(value);
                parsed.request =
                    Some(id.ok_or_else(|| query::wrong(name, FieldProblem::NotAUuid))?);
            }
            "limit" => parsed.limit = query::limit(name, value)?,
            _ => {}
        }
    }
    Ok(parsed)
}
