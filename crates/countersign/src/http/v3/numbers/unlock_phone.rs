//! `POST /api/v3/unlock-phone` (management): forgets the wrong guesses about a number, on record.

use countersign_api::{Fault, UnlockPhoneRequest};
use serde_json::json;

use crate::http::document::endpoint::{Answers, Asks, Audience, Endpoint, Shape};
use crate::http::document::faults;
use crate::http::management::{Call, post};
use crate::http::wire::fault;
use crate::manage::Note;
use crate::operator::Permission;

pub(crate) fn endpoint() -> Endpoint {
    Endpoint {
        name: "unlock-phone",
        handler: post(unlock),
        summary: "Unlock a number",
        about: "Forgets the wrong guesses about a number, over all applications and channels, so that its codes can \
            be checked again. Codes that wrong guesses have killed stay dead. `list-unlocks` has every such act.",
        audience: Audience::Operator(Permission::UnlockNumbers),
        asks: Asks::Body(Shape::of::<UnlockPhoneRequest>(
            json!({"phoneNumber": "18800008888", "note": "the owner called"}),
        )),
        answers: Answers::Nothing,
        faults: &[faults::PHONE, faults::ASSUMED, &["noteTooLong"]],
    }
}

async fn unlock(call: Call) -> Result<(), Fault> {
    let body: UnlockPhoneRequest = call.body.json()?;
    let note = Note::new("note", body.note.unwrap_or_default())?;
    let phone = fault::number(&body.phone_number, body.phone_country_code.as_deref())?;
    Ok(call
        .state
        .manage
        .unlock(call.by, call.cx.request_id, phone, note)
        .await?)
}
