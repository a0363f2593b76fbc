//! Timelines of messages as the wire shows them.

use countersign_api::{AttemptDto, CheckDto, MessageDto, ReceiptDto, VerdictDto};
use countersign_core::code::check::CheckRecord;
use countersign_core::limit::Mode;
use countersign_core::message::Timeline;
use countersign_core::receipt::{Delivery, ReceiptRecord};
use countersign_core::send::attempt::Attempt;
use countersign_core::send::outcome::Outcome;
use serde_json::{Value, json};

/// Shows a timeline to an operator, its number masked.
pub(crate) fn dto(timeline: Timeline) -> MessageDto {
    let verdicts = timeline.verdicts.into_iter().map(|verdict| VerdictDto {
        allowed: verdict.refused_until.is_none(),
        enforced: verdict.mode == Mode::Enforce,
        mode: verdict.mode.as_str().to_owned(),
        rule: verdict.rule.into_owned(),
    });
    MessageDto {
        message_id: timeline.id.to_string(),
        request_id: timeline.request_id.to_string(),
        app_id: timeline.app.as_str().to_owned(),
        channel: timeline.channel.as_str().to_owned(),
        to: timeline.phone.masked(),
        decided_at: timeline.decided_at.to_string(),
        verdicts: verdicts.collect(),
        attempts: timeline.attempts.into_iter().map(attempt).collect(),
        delivery: Delivery::of(timeline.receipts.iter().map(|receipt| receipt.status))
            .map(|delivery| delivery.as_str().to_owned()),
        receipts: timeline.receipts.into_iter().map(receipt).collect(),
        gave_back: timeline.gave_back,
        checks: timeline.checks.into_iter().map(check).collect(),
        code: timeline.code.as_str().to_owned(),
    }
}

fn receipt(receipt: ReceiptRecord) -> ReceiptDto {
    ReceiptDto {
        at: receipt.at.to_string(),
        provider: receipt.provider,
        status: receipt.status.as_str().to_owned(),
        detail: receipt.vendor_code,
    }
}

fn check(check: CheckRecord) -> CheckDto {
    CheckDto {
        at: check.at.to_string(),
        request_id: check.request_id.to_string(),
        door: check.caller.as_str().to_owned(),
        right: check.right,
    }
}

fn attempt(attempt: Attempt) -> AttemptDto {
    let (outcome, provider_message_id, detail) = match attempt.outcome {
        Outcome::Accepted {
            provider_message_id,
        } => ("accepted", provider_message_id, None),
        Outcome::NotAccepted(why) => (why.kind.as_str(), None, why.vendor_code),
        Outcome::Unknown { cause } => ("unknown", None, Some(cause)),
    };
    AttemptDto {
        provider: attempt.provider,
        started_at: attempt.started_at.to_string(),
        ended_at: attempt.ended_at.to_string(),
        outcome: outcome.to_owned(),
        provider_message_id,
        detail,
    }
}

/// An example of a timeline.
pub(crate) fn example() -> Value {
    json!({
            "messageId": "01a1ffdc-fcf5-7981-820b-5bfb6088c457",
            "requestId": "01a1ffdc-fced-71fb-9054-27b7b939e8d2",
            "appId": "dev-app",
            "channel": "CHANNEL_LOGIN",
            "to": "+86188****8888",
            "decidedAt": "2026-11-21T20:00:00.000Z",
            "verdicts": [{"rule": "minute", "allowed": true, "enforced": true, "mode": "enforce"}],
            "attempts": [{
                "provider": "aliyun", "outcome": "accepted", "providerMessageId": "900619746936498440^0",
                "startedAt": "2026-11-21T20:00:00.001Z", "endedAt": "2026-11-21T20:00:00.002Z",
            }],
            "receipts": [{
                "at": "2026-11-21T20:00:04.000Z", "provider": "aliyun", "status": "delivered", "detail": "DELIVERED",
            }],
            "delivery": "delivered",
            "gaveBack": false,
            "checks": [{
                "at": "2026-11-21T20:00:30.000Z", "requestId": "01a1ffdc-fcf5-7981-820b-5bfb6088c458",
                "door": "application", "right": true,
            }],
            "code": "used",
    })
}
