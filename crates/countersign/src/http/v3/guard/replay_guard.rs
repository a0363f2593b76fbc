//! `POST /api/v3/replay-guard` (management).

use countersign_api::{Fault, ReplayGuardRequest, ReplayedGuard};
use serde_json::json;

use crate::http::document::endpoint::{Answers, Asks, Audience, Endpoint, Shape};
use crate::http::management::{Call, post};
use crate::http::wire::guard;
use crate::operator::Permission;

/// The days that are replayed where the request does not say.
const DAYS: u64 = 30;

pub(crate) fn endpoint() -> Endpoint {
    Endpoint {
        name: "replay-guard",
        handler: post(replay),
        summary: "Try a draft of limits on the record",
        about: "Tries each limit of a draft, by itself, and a guard that watches nothing first, on the messages of the \
            last days: how many sends each would have refused, to how many numbers, and how many of these numbers \
            verified that code or a later one, and what the sends cost by the price file of now. Nothing is changed. The \
            record has no addresses of callers, so limits by them are not tried, nor are limits on money without prices.",
        audience: Audience::Operator(Permission::ReadMessages),
        asks: Asks::Body(Shape::of::<ReplayGuardRequest>(json!({
            "rules": "[[limits]]\nname = \"prefix\"\nby = [\"prefix\"]\nwindow_seconds = 3600\nmax = 30\n",
            "days": 30,
        }))),
        answers: Answers::Data(Shape::of::<ReplayedGuard>(json!({
            "from": "2026-10-22T20:00:00.000Z", "to": "2026-11-21T20:00:00.000Z", "isWhole": true,
            "sends": 120_000, "refused": 410,
            "rules": [
                {"rule": "prefix", "isTried": true, "refused": 410, "numbers": 388, "verified": 2,
                    "cost": [{"currency": "CNY", "amount": 184_500}]},
                {"rule": "guard-conversion", "isTried": true, "refused": 0, "numbers": 0, "verified": 0, "cost": []},
                {"rule": "guard-block", "isTried": true, "refused": 0, "numbers": 0, "verified": 0, "cost": []},
            ],
        }))),
        faults: &[&["badSetting", "badVersion"]],
    }
}

async fn replay(call: Call) -> Result<ReplayedGuard, Fault> {
    let Call { state, body, .. } = call;
    let body: ReplayGuardRequest = body.json()?;
    let days = body.days.unwrap_or(DAYS);
    let replayed = state.manage.replay(&body.rules, days).await?;
    Ok(guard::replayed(replayed))
}
