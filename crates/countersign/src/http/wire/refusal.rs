//! Refused sends on the wire.

use countersign_api::RefusalDto;
use countersign_core::ports::refusals::{FoundRefusals, RefusedSend};
use serde_json::{Value, json};

/// The list of `found` refused sends.
pub(crate) fn list(found: FoundRefusals) -> Vec<RefusalDto> {
    found.refusals.into_iter().map(dto).collect()
}

fn dto(refused: RefusedSend) -> RefusalDto {
    let refusal = refused.refusal;
    RefusalDto {
        request_id: refused.request_id.to_string(),
        at: refusal.at.to_string(),
        app_id: refused.app.as_str().to_owned(),
        channel: refused.channel.as_str().to_owned(),
        to: refused.phone.masked(),
        address: refused.caller.map(|caller| caller.to_string()),
        limit: refusal.limit.into_owned(),
        mode: refusal.mode.as_str().to_owned(),
        currency: refusal
            .counts
            .currency()
            .map(|currency| currency.to_string()),
        count: refusal.count,
        max: refusal.max,
        next_allowed_at: refusal.until.map(|until| until.to_string()),
    }
}

/// A list as documents show it.
pub(crate) fn example() -> Value {
    json!([{
        "requestId": "01a1ffdc-fcf5-7981-820b-5bfb6088c457", "at": "2026-11-21T20:00:00.000Z",
        "appId": "shop", "channel": "CHANNEL_LOGIN", "to": "+86188****8888", "address": "192.0.2.7", "limit": "minute",
        "mode": "enforce", "count": 1, "max": 1, "nextAllowedAt": "2026-11-21T20:00:42.000Z",
    }])
}
