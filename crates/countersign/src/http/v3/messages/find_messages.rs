//! `POST /api/v3/find-messages` (management): timelines of one number, newest first. The number is in
//! a body, since proxies log addresses.

use countersign_api::{Fault, FieldProblem, FindMessagesRequest, MessageDto};
use countersign_core::id::MessageId;
use serde_json::json;

use super::list_messages;
use crate::http::document::endpoint::{Answers, Asks, Audience, Endpoint, Shape};
use crate::http::document::faults;
use crate::http::management::{Call, post};
use crate::http::request::malformed::malformed;
use crate::http::wire::{fault, message};
use crate::operator::Permission;

pub(crate) fn endpoint() -> Endpoint {
    Endpoint {
        name: "find-messages",
        handler: post(find),
        summary: "Find the messages to a number",
        about: "The newest 50 timelines of messages to a number, over all applications and channels, newest first.",
        audience: Audience::Operator(Permission::ReadMessages),
        asks: Asks::Body(Shape::of::<FindMessagesRequest>(
            json!({"phoneNumber": "18800008888"}),
        )),
        answers: Answers::Data(list_messages::shape()),
        faults: &[faults::PHONE, faults::ASSUMED, &["badId"]],
    }
}

async fn find(call: Call) -> Result<Vec<MessageDto>, Fault> {
    let Call {
        state,
        access,
        body,
        ..
    } = call;
    let body: FindMessagesRequest = body.json()?;
    let phone = fault::number(&body.phone_number, body.phone_country_code.as_deref())?;
    let not_an_id = || malformed(Some("before".to_owned()), FieldProblem::NotAUuid);
    let before = body.before.as_deref().filter(|before| !before.is_empty());
    let before = before.map(|before| MessageId::parse(before).ok_or_else(not_an_id));
    let within = &access.applications;
    let found = state.manage.messages_to(within, phone, before.transpose()?);
    let found = found.await?;
    Ok(found.into_iter().map(message::dto).collect())
}
