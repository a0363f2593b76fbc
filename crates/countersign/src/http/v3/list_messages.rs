//! `GET /api/v3/list-messages` (management): timelines, newest first, numbers masked.
//!
//! `messageId` and `requestId` pick one; `limit` (1 to 1000, default 50) and `before` (the last
//! `messageId` of the page before) go through all; `decidedBefore` begins at a time.

use crate::http::endpoint::{Answers, Asks, Caller, Endpoint, Shape};
use crate::http::openapi;
use axum::extract::{RawQuery, State};
use axum::response::Response;
use axum::routing::get;
use countersign_api::{
    AttemptDto, CheckDto, Fault, FieldProblem, MessageDto, ReceiptDto, VerdictDto,
};
use countersign_core::code::check::CheckRecord;
use countersign_core::id::{MessageId, RequestId};
use countersign_core::limit::Mode;
use countersign_core::message::{Attempt, Timeline};
use countersign_core::ports::store::TimelineQuery;
use countersign_core::receipt::{Delivery, ReceiptRecord};
use countersign_core::send::outcome::Outcome;
use countersign_core::time::Timestamp;
use serde_json::{Value, json};

use crate::http::body;
use crate::http::context::Context;
use crate::http::operator::Operator;
use crate::http::state::AppState;

pub(crate) fn endpoint() -> Endpoint {
    let uuid = || json!({"type": "string", "format": "uuid"});
    Endpoint {
        method: "GET",
        name: "list-messages",
        handler: get(handle),
        summary: "List messages",
        about: "Timelines of messages, newest first, numbers masked: the verdict of each limit, each call to a \
            provider and what it reported afterwards, the checks of its code, and what the code is good for now.",
        caller: Caller::Operator,
        asks: Asks::Query(vec![
            ("messageId", "Only this message.", uuid()),
            ("requestId", "Only what this request led to.", uuid()),
            (
                "before",
                "Only messages older than this one: the last `messageId` of the page before.",
                uuid(),
            ),
            (
                "decidedBefore",
                "Only messages decided on before this time.",
                json!({"type": "string", "format": "date-time"}),
            ),
            (
                "limit",
                "At most so many.",
                json!({"type": "integer", "minimum": 1, "maximum": 1000, "default": 50}),
            ),
        ]),
        answers: Answers::Data(shape()),
        faults: &["badId", "badLimit", "badTime"],
    }
}

/// Timelines, as they are answered with.
pub(super) fn shape() -> Shape {
    Shape {
        schema: json!({"type": "array", "items": openapi::schema("MessageDto")}),
        example: json!([example()]),
    }
}

/// A timeline, as it is answered with.
pub(super) fn example() -> Value {
    json!({
            "messageId": "01a1ffdc-fcf5-7981-820b-5bfb6088c457",
            "requestId": "01a1ffdc-fced-71fb-9054-27b7b939e8d2",
            "appId": "dev-app",
            "channel": "CHANNEL_LOGIN",
            "to": "+86188****8888",
            "decidedAt": "2026-11-21T20:00:00.000Z",
            "verdicts": [{"rule": "minute", "allowed": true, "enforced": true}],
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

pub(crate) async fn handle(
    State(state): State<AppState>,
    cx: Context,
    RawQuery(query): RawQuery,
) -> Response {
    let result = list(&state, &cx, &query.unwrap_or_default()).await;
    cx.answer_with(result)
}

async fn list(state: &AppState, cx: &Context, query: &str) -> Result<Vec<MessageDto>, Fault> {
    Operator::of(cx, state)?;
    let query = parse(query)?;
    let timelines = state
        .store
        .timelines(query)
        .await
        .map_err(|_| Fault::Unavailable)?;
    Ok(timelines.into_iter().map(message).collect())
}

pub(super) fn parse(query: &str) -> Result<TimelineQuery, Fault> {
    let mut parsed = TimelineQuery {
        limit: 50,
        ..TimelineQuery::default()
    };
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let id = || MessageId::parse(value).ok_or_else(|| wrong(name, FieldProblem::NotAUuid));
        match name {
            "messageId" => parsed.message = Some(id()?),
            "requestId" => {
                let id = RequestId::parse(value);
                parsed.request = Some(id.ok_or_else(|| wrong(name, FieldProblem::NotAUuid))?);
            }
            "before" => parsed.before = Some(id()?),
            "decidedBefore" => {
                // The plus sign of a time zone may come as one, or encoded.
                let time = Timestamp::parse(&value.replace("%3A", ":").replace("%2B", "+"));
                let time = time.ok_or_else(|| wrong(name, FieldProblem::NotATime))?;
                parsed.decided_before = Some(time);
            }
            "limit" => {
                let limit = value
                    .parse()
                    .ok()
                    .filter(|limit| (1..=1000).contains(limit));
                parsed.limit = limit.ok_or_else(|| wrong(name, FieldProblem::NotALimit))?;
            }
            _ => {}
        }
    }
    Ok(parsed)
}

fn wrong(field: &str, problem: FieldProblem) -> Fault {
    body::malformed(Some(field.to_owned()), problem)
}

/// A timeline as the operator sees it.
pub(super) fn message(timeline: Timeline) -> MessageDto {
    let verdicts = timeline.verdicts.into_iter().map(|verdict| VerdictDto {
        allowed: verdict.refused_until.is_none(),
        enforced: verdict.mode == Mode::Enforce,
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
        door: check.door.as_str().to_owned(),
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
