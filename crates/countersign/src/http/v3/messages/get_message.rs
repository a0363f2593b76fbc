//! `GET /api/v3/get-message?messageId=...` (management): one timeline.

use countersign_api::{Fault, FieldProblem, MessageDto};
use serde_json::json;

use super::list_messages;
use crate::http::document::endpoint::{Answers, Asks, Audience, Endpoint, Shape};
use crate::http::management::{Call, get};
use crate::http::request::malformed::malformed;
use crate::http::wire::message;
use crate::operator::Permission;

pub(crate) fn endpoint() -> Endpoint {
    Endpoint {
        name: "get-message",
        handler: get(show),
        summary: "Show a message",
        about: "The timeline of one message, its number masked.",
        audience: Audience::Operator(Permission::ReadMessages),
        asks: Asks::Query(vec![(
            "messageId",
            "The message.",
            json!({"type": "string", "format": "uuid"}),
        )]),
        answers: Answers::Data(Shape::of::<MessageDto>(message::example())),
        faults: &[&["fieldMissing", "badId", "unknownSetting"]],
    }
}

async fn show(call: Call) -> Result<MessageDto, Fault> {
    let Call {
        state,
        access,
        query,
        ..
    } = call;
    let missing = || malformed(Some("messageId".to_owned()), FieldProblem::Required);
    let message = list_messages::parse(&query)?.among.message;
    let message = message.ok_or_else(missing)?;
    let found = state.manage.message(&access.applications, message);
    Ok(message::dto(found.await?))
}
