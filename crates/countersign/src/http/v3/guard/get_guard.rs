//! `GET /api/v3/get-guard` (management).

use countersign_api::{Fault, GuardDto};
use serde_json::{Value, json};

use crate::http::document::endpoint::{Answers, Asks, Audience, Endpoint, Shape};
use crate::http::management::{Call, get};
use crate::http::wire::guard;
use crate::operator::Permission;

pub(crate) fn endpoint() -> Endpoint {
    Endpoint {
        name: "get-guard",
        handler: get(show),
        summary: "Show the guard and its blocks",
        about: "The guard against SMS pumping: whether it monitors or refuses, and its blocks, the newest first. A \
            send to a blocked range is refused (429, apiCode 2990005; `list-refusals` names `guard-block`). The guard \
            blocks a range of an application where at most 5 of its newest 50 codes were verified: for 1 hour, then \
            6, then 24, then until an operator lifts the block.",
        audience: Audience::Operator(Permission::ReadService),
        asks: Asks::Nothing,
        answers: Answers::Data(Shape::of::<GuardDto>(example())),
        faults: &[],
    }
}

/// A guard as documents show it.
pub(super) fn example() -> Value {
    json!({
        "mode": "enforce", "modeLater": "enforce", "changedFrom": null, "modeVersion": 0, "watchesUntil": null, "blocks": [guard::block_example()],
    })
}

async fn show(Call { state, .. }: Call) -> Result<GuardDto, Fault> {
    Ok(guard::guard(&state.manage))
}
