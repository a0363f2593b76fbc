//! `POST /api/v3/set-guard-block` (management).

use std::time::Duration;

use countersign_api::{Fault, GuardBlockDto, SetGuardBlockRequest};
use serde_json::json;

use crate::http::document::endpoint::{Answers, Asks, Audience, Endpoint, Shape};
use crate::http::document::faults;
use crate::http::management::{Call, post};
use crate::http::wire::guard;
use crate::manage::Note;
use crate::operator::Permission;

pub(crate) fn endpoint() -> Endpoint {
    Endpoint {
        name: "set-guard-block",
        handler: post(set),
        summary: "Block a range of numbers",
        about: "Stops all sends to a range of numbers, for an application or for all, in place of a block that stands \
            there. It holds in every mode of the guard, for all but numbers and networks on the safe list. In mode \
            `monitor` sends pass, and are counted and told as watched; a block that a limit begins takes its place.",
        audience: Audience::Operator(Permission::ManageSetup),
        asks: Asks::Body(Shape::of::<SetGuardBlockRequest>(json!({
            "kind": "prefix", "value": "+1415555", "seconds": 21_600, "note": "pumping",
        }))),
        answers: Answers::Data(Shape::of::<GuardBlockDto>(guard::block_example())),
        faults: &[faults::SCOPE, &["badSetting", "noteTooLong", "badVersion"]],
    }
}

async fn set(call: Call) -> Result<GuardBlockDto, Fault> {
    let body: SetGuardBlockRequest = call.body.json()?;
    let note = Note::new("note", body.note.unwrap_or_default())?;
    let area = guard::area(body.app_id.as_deref(), &body.kind, &body.value)?;
    let mode = guard::mode_of_block(body.mode.as_deref())?;
    let length = body.seconds.map(Duration::from_secs);
    let block = call
        .state
        .manage
        .block_area(call.by, area, mode, length, note)
        .await?;
    Ok(guard::block(&block, &call.state.manage))
}
