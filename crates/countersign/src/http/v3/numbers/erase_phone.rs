//! `POST /api/v3/erase-phone` (management): takes a number out of everything that is kept.

use std::sync::Arc;

use countersign_api::{ErasePhoneRequest, ErasedPhone, Fault};
use countersign_core::ports::erasure::{Erased, Erasure};
use serde_json::json;

use crate::http::document::endpoint::{Answers, Asks, Audience, Endpoint, Shape};
use crate::http::document::faults;
use crate::http::management::{Call, post};
use crate::http::wire::fault;
use crate::manage::Note;
use crate::operator::Permission;

pub(crate) fn endpoint() -> Endpoint {
    Endpoint {
        name: "erase-phone",
        handler: post(erase),
        summary: "Erase a number",
        about: "Takes a number out of messages, checks, unlocks, refused sends and the index, and overwrites the bytes. Its \
            live codes die. Counts stay, and so do limits and wrong guesses under keys from which no number can be read: \
            an erasure opens no minute. Backups that were made before, and vendors, are out of reach.",
        audience: Audience::Operator(Permission::EraseNumbers),
        asks: Asks::Body(Shape::of::<ErasePhoneRequest>(
            json!({"phoneNumber": "18800008888", "note": "request 4711"}),
        )),
        answers: Answers::Data(Shape::of::<ErasedPhone>(json!({
            "messages": 2, "checks": 1, "unlocks": 0, "refusals": 0, "inbox": 0, "outOfReach": ["backups", "vendors"],
        }))),
        faults: &[faults::PHONE, faults::ASSUMED, &["noteTooLong"]],
    }
}

async fn erase(call: Call) -> Result<ErasedPhone, Fault> {
    let body: ErasePhoneRequest = call.body.json()?;
    let note = Note::new("note", body.note.unwrap_or_default())?;
    let phone = fault::number(&body.phone_number, body.phone_country_code.as_deref())?;
    let erasure = Erasure {
        request_id: call.cx.request_id,
        phone,
    };
    let manage = Arc::clone(&call.state.manage);
    let erase = async move { manage.erase(call.by, erasure, &note).await };
    let Erased {
        messages,
        checks,
        unlocks,
        refusals,
        inbox,
    } = call.state.to_its_end(erase).await??;
    Ok(ErasedPhone {
        messages,
        checks,
        unlocks,
        refusals,
        inbox,
        out_of_reach: ["backups", "vendors"].map(str::to_owned).into(),
    })
}
