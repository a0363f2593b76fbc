//! `POST /api/v3/reveal-phone` (management): the whole number of a message, on record.

use countersign_api::{Fault, FieldProblem, RevealPhoneRequest, RevealedPhone};
use countersign_core::id::MessageId;
use serde_json::json;

use crate::http::document::endpoint::{Answers, Asks, Audience, Endpoint, Shape};
use crate::http::management::{Call, post};
use crate::http::request::malformed::malformed;
use crate::manage::Note;
use crate::operator::Permission;

pub(crate) fn endpoint() -> Endpoint {
    Endpoint {
        name: "reveal-phone",
        handler: post(reveal),
        summary: "Show the whole number of a message",
        about: "Every other answer masks numbers. Who sees a whole one gives a reason, which is kept on the audit record with \
            the act.",
        audience: Audience::Operator(Permission::RevealNumbers),
        asks: Asks::Body(Shape::of::<RevealPhoneRequest>(json!({
            "messageId": "01a1ffdc-fcf5-7981-820b-5bfb6088c457", "reason": "the owner called",
        }))),
        answers: Answers::Data(Shape::of::<RevealedPhone>(
            json!({"phoneNumber": "+8618800008888"}),
        )),
        faults: &[&["badId", "fieldMissing", "noteTooLong", "unknownSetting"]],
    }
}

async fn reveal(call: Call) -> Result<RevealedPhone, Fault> {
    let Call {
        state,
        by,
        access,
        body,
        ..
    } = call;
    let RevealPhoneRequest { message_id, reason } = body.json()?;
    let wrong = |field: &str, problem| malformed(Some(field.to_owned()), problem);
    let message =
        MessageId::parse(&message_id).ok_or_else(|| wrong("messageId", FieldProblem::NotAUuid))?;
    if reason.trim().is_empty() {
        return Err(wrong("reason", FieldProblem::Required));
    }
    let reason = Note::new("reason", reason)?;
    let phone = state
        .manage
        .reveal(by, &access.applications, message, reason);
    let phone = phone.await?;
    Ok(RevealedPhone {
        phone_number: phone.e164().to_owned(),
    })
}
