//! `GET /api/v3/list-fullest-buckets` (management).

use std::collections::BTreeSet;

use countersign_api::{Fault, FieldProblem, FullBucket, FullestBuckets, LimitNow, SharedPart};
use countersign_core::limit::{BucketUse, Shared};
use countersign_core::tally::Span;
use countersign_core::time::Timestamp;
use serde_json::json;

use crate::http::document::endpoint::{Answers, Asks, Audience, Endpoint, Shape};
use crate::http::management::{Call, get};
use crate::http::request::query;
use crate::manage::LimitsNow;
use crate::operator::Permission;

pub(crate) fn endpoint() -> Endpoint {
    Endpoint {
        name: "list-fullest-buckets",
        handler: get(list),
        summary: "List the fullest buckets of limits",
        about: "What each limit counts now, and how many sends it has refused since a time (by default since the day began, UTC). \
            The store keeps keyed digests of buckets, so the newest 500 messages and the newest 1,000 refused sends name the \
            buckets, three of each limit at most, and the store counts these exactly: a bucket that none of them is in is not \
            listed. Messages keep no address, so limits by address show callers that were refused; limits on money show none \
            (`list-sms-limits` tells quotas). Numbers are masked.",
        audience: Audience::Operator(Permission::ReadService),
        asks: Asks::Query(vec![(
            "since",
            "Refused sends from here on.",
            json!({"type": "string", "format": "date-time"}),
        )]),
        answers: Answers::Data(Shape::of::<FullestBuckets>(json!({
            "since": "2026-11-21T00:00:00.000Z", "refusedFrom": null,
            "limits": [{
                "name": "app-number-hour", "refused": 2,
                "buckets": [{
                    "shared": [
                        {"part": "application", "value": "shop"}, {"part": "number", "value": "+86188****8888"},
                    ],
                    "count": 8, "max": 8,
                }],
            }],
        }))),
        faults: &[&["badTime"]],
    }
}

async fn list(call: Call) -> Result<FullestBuckets, Fault> {
    let manage = &call.state.manage;
    let mut since = Span::Day.start(manage.now());
    for (name, value) in query::pairs(&call.query) {
        if name == "since" {
            let read = Timestamp::parse(value);
            since = read.ok_or_else(|| query::wrong(name, FieldProblem::NotATime))?;
        }
    }
    let now = manage.limits_now(&call.access.applications, since).await?;
    let names: BTreeSet<_> = now.buckets.keys().chain(now.refused.keys()).collect();
    let limits = names.into_iter().map(|name| limit(name, &now)).collect();
    Ok(FullestBuckets {
        since: since.to_string(),
        refused_from: now.refused_from.map(|from| from.to_string()),
        limits,
    })
}

fn limit(name: &str, now: &LimitsNow) -> LimitNow {
    let buckets = now.buckets.get(name).into_iter().flatten();
    LimitNow {
        name: name.to_owned(),
        refused: now.refused.get(name).copied().unwrap_or_default(),
        buckets: buckets.map(bucket).collect(),
    }
}

fn bucket(used: &BucketUse) -> FullBucket {
    let part = |shared: &Shared| SharedPart {
        part: shared.part.as_str().to_owned(),
        value: shared.value.clone(),
    };
    FullBucket {
        shared: used.shared.iter().map(part).collect(),
        count: used.count,
        max: used.max,
    }
}
