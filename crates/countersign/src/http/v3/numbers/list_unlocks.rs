//! `GET /api/v3/list-unlocks` (management): who was unlocked, when and why.

use countersign_api::{Fault, FieldProblem, UnlockDto};
use countersign_core::code::check::UnlockRecord;
use countersign_core::id::RequestId;
use serde_json::json;

use crate::http::document::endpoint::{Answers, Asks, Audience, Endpoint, Shape};
use crate::http::management::{Call, get};
use crate::http::request::malformed::malformed;
use crate::operator::Permission;

pub(crate) fn endpoint() -> Endpoint {
    Endpoint {
        name: "list-unlocks",
        handler: get(list),
        summary: "List unlocks",
        about: "The acts of `unlock-phone`, 1,000 at most, newest first, numbers masked.",
        audience: Audience::Operator(Permission::ReadMessages),
        asks: Asks::Query(vec![(
            "before",
            "Only acts before this one: the last `requestId` of the page before.",
            json!({"type": "string", "format": "uuid"}),
        )]),
        answers: Answers::Data(Shape::list_of::<UnlockDto>(json!([{
            "at": "2026-11-21T20:00:00.000Z", "requestId": "01a1ffdc-fced-71fb-9054-27b7b939e8d2",
            "to": "+86188****8888", "note": "the owner called",
        }]))),
        faults: &[&["badId"]],
    }
}

async fn list(call: Call) -> Result<Vec<UnlockDto>, Fault> {
    let Call { state, query, .. } = call;
    let unlocks = state.manage.unlocks(before(&query)?).await?;
    Ok(unlocks.into_iter().map(unlock).collect())
}

fn before(query: &str) -> Result<Option<RequestId>, Fault> {
    let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    let Some((name, value)) = pairs.find(|(name, _)| *name == "before") else {
        return Ok(None);
    };
    let wrong = || malformed(Some(name.to_owned()), FieldProblem::NotAUuid);
    RequestId::parse(value).map(Some).ok_or_else(wrong)
}

fn unlock(unlock: UnlockRecord) -> UnlockDto {
    UnlockDto {
        at: unlock.at.to_string(),
        request_id: unlock.request_id.to_string(),
        to: unlock.phone.masked(),
        note: unlock.note,
    }
}
