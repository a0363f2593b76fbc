//! Older days, filled quickly with copies of the messages of today.
//!
//! A copy has an id, a request, a time and a number of its own, and the limits, the code and the attempt of its original. Its number is
//! sealed for the original, so no search shows it. Everything that a search has to find its way through is there.

use std::ops::Range;

use anyhow::ensure;
use tokio_postgres::Client;

use crate::say::note;

/// The most messages that a day gets where growth is measured.
pub(super) const DAY: u64 = 1_000_000;

/// Moves an id by `$1` days into the past.
const MOVED: &str = "
    CREATE FUNCTION countersign.moved(id uuid, days bigint) RETURNS uuid LANGUAGE sql IMMUTABLE AS $$
        SELECT (lpad(to_hex(('x' || substr(digits, 1, 12))::bit(48)::bigint - days * 86400000), 12, '0')
                || substr(digits, 13))::uuid
        FROM replace(id::text, '-', '') AS digits $$";

const MESSAGES: &str = "
    INSERT INTO message
        (id, request_id, decided_at, app, channel, phone, number, scope, code_mac, code_ends, code_tries, code_keeps, code_of,
         rule_set, buckets, refusals, price, settled_at, gave_back, cost)
    SELECT moved(id, $1), moved(request_id, $1), decided_at - $1 * 86400000, app, channel, phone,
           ('x' || left(md5(number::text || $1), 16))::bit(64)::bigint, scope, code_mac, code_ends - $1 * 86400000, code_tries,
           code_keeps, code_of, rule_set, buckets, refusals, price, settled_at - $1 * 86400000, gave_back, cost
    FROM message WHERE id >= first_id($2) ORDER BY id LIMIT $3";

const ATTEMPTS: &str = "
    INSERT INTO attempt
    SELECT moved(message, $1), place, provider, started_at - $1 * 86400000, ended_at - $1 * 86400000, outcome, kind, detail,
           provider_message_id
    FROM attempt WHERE message >= first_id($2) ORDER BY message, place LIMIT $3";

/// Adds so many messages, at most `a_day` to each of the days before today and before those in `filled`, and returns the days with
/// messages then. Today must have `a_day`.
pub(crate) async fn older_days(
    client: &Client,
    (mut messages, a_day): (u64, u64),
    filled: Range<i64>,
) -> anyhow::Result<Range<i64>> {
    client
        .batch_execute("SET search_path = countersign")
        .await?;
    if filled.is_empty() {
        client.batch_execute(MOVED).await?;
    }
    let today = "SELECT max(decided_at) / 86400000 FROM message";
    let today: i64 = client.query_one(today, &[]).await?.try_get(0)?;
    let mut day = filled.end.max(1);
    while messages > 0 {
        note(format!("copies, {day} days before today ..."));
        let some = messages.min(a_day);
        let make = "SELECT make_day($1)";
        client.execute(make, &[&(today - day)]).await?;
        for copy in [MESSAGES, ATTEMPTS] {
            let limit = i64::try_from(some)?;
            let copied = client.execute(copy, &[&day, &today, &limit]).await?;
            ensure!(copied == some, "today has too few messages to copy");
        }
        messages -= some;
        day += 1;
    }
    client
        .batch_execute("ANALYZE message, attempt; CHECKPOINT")
        .await?;
    Ok(1..day)
}
