//! `POST /api/v3/add-safe-entry` (management).

use countersign_api::{AddSafeEntryRequest, Fault, SafeEntryDto};
use countersign_core::time::Timestamp;
use serde_json::json;

use crate::http::document::endpoint::{Answers, Asks, Audience, Endpoint, Shape};
use crate::http::document::faults;
use crate::http::management::{Call, post};
use crate::http::wire::guard;
use crate::http::wire::provider::bad;
use crate::manage::Note;
use crate::operator::Permission;

pub(crate) fn endpoint() -> Endpoint {
    Endpoint {
        name: "add-safe-entry",
        handler: post(add),
        summary: "Put a number, a range or a network on the safe list",
        about: "Until it expires, 90 days at most, the guard lets these sends pass, and its blocks too. For a number or \
            a range, limits on ranges of numbers do not count; for a network, limits on addresses do not. The \
            one-minute limit, the limits on a number and the quotas hold. An entry about the same sends is replaced.",
        audience: Audience::Operator(Permission::ManageSetup),
        asks: Asks::Body(Shape::of::<AddSafeEntryRequest>(json!({
            "kind": "number", "value": "18800008888", "expires": "2026-12-21T20:00:00Z",
            "note": "a tester abroad",
        }))),
        answers: Answers::Data(Shape::of::<SafeEntryDto>(guard::safe_example())),
        faults: &[
            faults::PHONE,
            faults::ASSUMED,
            &["badSetting", "noteTooLong"],
        ],
    }
}

async fn add(call: Call) -> Result<SafeEntryDto, Fault> {
    let body: AddSafeEntryRequest = call.body.json()?;
    let who = guard::safe(&body)?;
    let until = Timestamp::parse(&body.expires)
        .ok_or_else(|| bad("expires", "not a time such as 2026-12-21T20:00:00Z"))?;
    let note = Note::new("note", body.note.unwrap_or_default())?;
    let added = call
        .state
        .manage
        .add_safe_entry(call.by, who, until, note)
        .await?;
    Ok(guard::safe_entry(&added, call.state.manage.now()))
}
