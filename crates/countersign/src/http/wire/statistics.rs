//! Statistics: how tallies look on the wire.

use countersign_api::{SmsCounts, SmsStatistics, SmsStatisticsRow, TimeStep};
use countersign_core::csv;
use countersign_core::ports::tallies::{By, Row, Tallies};
use countersign_core::send::outcome::RefusalKind;
use countersign_core::tally::{Histogram, STEPS, Tally};
use serde_json::{Value, json};

/// What rows may be about, and the names on the wire.
pub(crate) const BY: [(&str, By); 6] = [
    ("hour", By::Hour),
    ("day", By::Day),
    ("application", By::Application),
    ("channel", By::Channel),
    ("country", By::Country),
    ("provider", By::Provider),
];

/// Shows tallies to an operator.
pub(crate) fn dto(tallies: Tallies, by: By) -> SmsStatistics {
    let name = BY.into_iter().find(|(_, known)| *known == by);
    let rows = tallies
        .rows
        .into_iter()
        .map(|(row, tally)| SmsStatisticsRow {
            key: match row {
                Row::Span(at) => at.to_string(),
                Row::Named(name) => name,
            },
            counts: counts(&tally),
        });
    SmsStatistics {
        from: tallies.from.to_string(),
        to: tallies.to.to_string(),
        by: name.map_or_else(String::new, |(name, _)| name.to_owned()),
        counted_from: tallies.counted_from.map(|from| from.to_string()),
        total: counts(&tallies.total),
        rows: rows.collect(),
    }
}

fn counts(tally: &Tally) -> SmsCounts {
    let kinds = RefusalKind::ALL.into_iter().zip(tally.not_sent);
    let not_sent = kinds.filter(|(_, count)| *count > 0);
    SmsCounts {
        admitted: tally.admitted,
        accepted: tally.accepted,
        unknown: tally.unknown,
        not_sent: not_sent
            .map(|(kind, count)| (kind.as_str().to_owned(), count))
            .collect(),
        delivered: tally.delivered,
        failed: tally.failed,
        verified: tally.verified,
        seconds_to_verify: steps(&tally.to_verify, Histogram::TO_VERIFY.map(|ms| ms / 1_000)),
        vendor_milliseconds: steps(&tally.of_vendor, Histogram::OF_VENDOR),
    }
}

/// Shows the rows as comma-separated values, under a line with the names of the columns.
pub(crate) fn csv(statistics: &SmsStatistics) -> String {
    let mut table = String::new();
    let names = [
        &*statistics.by,
        "admitted",
        "accepted",
        "unknown",
        "notSent",
        "delivered",
        "failed",
        "verified",
    ];
    let kinds = || RefusalKind::ALL.into_iter().map(RefusalKind::as_str);
    let of_kinds = kinds().map(|kind| format!("notSent.{kind}"));
    let names = names.map(str::to_owned);
    csv::line(&mut table, names.into_iter().chain(of_kinds));
    for row in &statistics.rows {
        let counts = &row.counts;
        let of_kinds = kinds().map(|kind| counts.not_sent.get(kind).copied().unwrap_or_default());
        let all = [
            counts.admitted,
            counts.accepted,
            counts.unknown,
            counts.not_sent.values().sum(),
            counts.delivered,
            counts.failed,
            counts.verified,
        ];
        let numbers = all.into_iter().chain(of_kinds);
        let numbers = numbers.map(|number| number.to_string());
        csv::line(&mut table, std::iter::once(row.key.clone()).chain(numbers));
    }
    table
}

fn steps(histogram: &Histogram, bounds: [u64; STEPS - 1]) -> Vec<TimeStep> {
    let bounds = bounds.into_iter().map(Some).chain([None]);
    let steps = bounds.zip(histogram.steps());
    steps
        .map(|(up_to, count)| TimeStep {
            up_to,
            count: *count,
        })
        .collect()
}

/// An example of statistics.
pub(crate) fn example() -> Value {
    let counts = json!({
        "admitted": 3, "accepted": 2, "unknown": 0, "notSent": {"bad_number": 1}, "delivered": 2, "failed": 0,
        "verified": 1,
        "secondsToVerify": [{"upTo": 5, "count": 1}, {"upTo": null, "count": 0}],
        "vendorMilliseconds": [{"upTo": 50, "count": 2}, {"upTo": null, "count": 0}],
    });
    json!({
        "from": "2026-11-21T00:00:00.000Z", "to": "2026-11-22T00:00:00.000Z", "by": "day", "countedFrom": null,
        "total": counts, "rows": [{"key": "2026-11-21T00:00:00.000Z", "counts": counts}],
    })
}
