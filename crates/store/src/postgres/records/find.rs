//! Finds the messages that a query asks for. Each search goes by an index, and reads about as many rows as it returns, however many
//! there are: a page in the order of decisions, the messages to a number in the order of their ids. Of each day that may have some
//! it looks at one row at least.

use std::cmp::Reverse;
use std::time::Duration;

use countersign_core::id::{MessageId, RequestId};
use countersign_core::ports::records::TimelineQuery;
use countersign_core::time::Timestamp;
use tokio_postgres::types::ToSql;
use tokio_postgres::{Error, Row};
use uuid::Uuid;

use super::ask;
use crate::postgres::connect::Connected;
use crate::seal::Sealer;

/// The most by which the clock of a node is taken to differ from that of the database, or of another node.
pub(crate) const APART: Duration = Duration::from_secs(3_600);

/// A statement that selects messages. A message whose number was erased has the least key there is.
macro_rules! select {
    ($condition:literal) => {
        concat!(
            "SELECT id, request_id, decided_at, app, channel, phone, number, code_ends, code_tries, code_of, rule_set, refusals,
                    gave_back
             FROM message WHERE number > '-9223372036854775808'::bigint AND ",
            $condition
        )
    };
}

/// Goes by the index of times. The id tells the days that are too new, and must have no lower bound: the planner would take two
/// bounds for a short span, and go through all of it.
const PAGE: &str =
    select!("id < $1 AND (decided_at, id) < ($2, $3) ORDER BY decided_at DESC, id DESC LIMIT $4");
/// Goes by ids, from day to day only until it has found enough.
const PAGE_BY_ID: &str = select!("id < $1 AND decided_at < $2 ORDER BY id DESC LIMIT $3");
const OF_NUMBER: &str =
    select!("number = $4 AND id < $1 AND decided_at < $2 ORDER BY id DESC LIMIT $3");
const ONE: &str = select!("id = $1");
const OF_REQUEST: &str = select!("request_id = $1 AND id >= $2");

/// Whether every day has the index of times, and when the message was decided on with which the page before ended.
const START: &str = "
    SELECT coalesce((SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass('message_time')), false) AS has_times,
           (SELECT decided_at FROM message WHERE id = $1) AS decided_at";

/// Returns the rows of the messages that `query` asks for, newest first.
pub(super) async fn messages(
    session: &Connected,
    query: &TimelineQuery,
    sealer: &Sealer,
) -> Result<Vec<Row>, Error> {
    let bounds = Bounds::of(query);
    if let Some(message) = query.message {
        let found = ask(session, ONE, &[&uuid(message)]).await?;
        return bounds.those_before(found);
    }
    if let Some(request) = query.request {
        let since = first_id(request.made_at().before(Duration::from_secs(1)));
        let found = ask(session, OF_REQUEST, &[&of_request(request), &since]).await?;
        return bounds.those_before(found);
    }
    let Some(phone) = &query.phone else {
        return page(session, query, bounds).await;
    };
    let (mut found, keys) = (Vec::new(), sealer.keys(|each| each.phone(phone)));
    // The newest last: a message that goes over to newer keys meanwhile is found twice, and never missed.
    for key in keys.older.iter().rev().chain([&keys.newest]) {
        found.extend(bounds.ask(session, OF_NUMBER, &[&key.column()]).await?);
    }
    let id = |row: &Row| row.try_get::<_, Uuid>("id").ok();
    found.sort_by_cached_key(|row| Reverse(id(row)));
    found.dedup_by_key(|row| id(row));
    found.truncate(usize::from(query.limit));
    Ok(found)
}

/// Returns the rows of a page, in the order of decisions. Until every day has the index of times, after an upgrade, the order is
/// that of ids.
async fn page(
    session: &Connected,
    query: &TimelineQuery,
    bounds: Bounds,
) -> Result<Vec<Row>, Error> {
    let last = query.before.map_or(Uuid::nil(), uuid);
    let start = ask(session, START, &[&last]).await?;
    let start = start.first();
    let has_times = start.map(|row| row.try_get("has_times")).transpose()?;
    if !has_times.unwrap_or(false) {
        return bounds.ask(session, PAGE_BY_ID, &[]).await;
    }
    let known = start.map(|row| row.try_get("decided_at")).transpose()?;
    // A message that has gone still marks its moment.
    let made_at = query.before.map(|last| last.made_at().as_millis());
    let after_last = known.flatten().or(made_at).map(|time: i64| (time, last));
    let until = (bounds.decided_before, Uuid::nil());
    let (time, id) = after_last.map_or(until, |last| last.min(until));
    let newest = first_id(Timestamp::from_millis(time).after(APART));
    ask(session, PAGE, &[&newest, &time, &id, &bounds.limit]).await
}

/// The bounds of a search: the id and the time that everything found is before, and how many are looked for.
#[derive(Debug, Clone, Copy)]
struct Bounds {
    before: Uuid,
    decided_before: i64,
    limit: i64,
}

impl Bounds {
    fn of(query: &TimelineQuery) -> Self {
        let newest = query
            .decided_before
            .map_or(Uuid::max(), |time| first_id(time.after(APART)));
        Self {
            before: query.before.map_or(newest, |last| newest.min(uuid(last))),
            decided_before: query.decided_before.map_or(i64::MAX, Timestamp::as_millis),
            limit: query.limit.into(),
        }
    }

    async fn ask(
        &self,
        session: &Connected,
        sql: &'static str,
        more: &[&(dyn ToSql + Sync)],
    ) -> Result<Vec<Row>, Error> {
        let mut values: Vec<&(dyn ToSql + Sync)> =
            vec![&self.before, &self.decided_before, &self.limit];
        values.extend(more);
        ask(session, sql, &values).await
    }

    /// Returns those of a few rows that are within the bounds.
    fn those_before(&self, found: Vec<Row>) -> Result<Vec<Row>, Error> {
        let mut rows = Vec::new();
        for row in found {
            let (id, time): (Uuid, i64) = (row.try_get("id")?, row.try_get("decided_at")?);
            if id < self.before && time < self.decided_before {
                rows.push(row);
            }
        }
        Ok(rows)
    }
}

/// Returns the id of a message as the database has it.
pub(crate) fn uuid(message: MessageId) -> Uuid {
    Uuid::from_bytes(*message.as_bytes())
}

/// Returns the id of a request as the database has it.
pub(crate) fn of_request(request: RequestId) -> Uuid {
    Uuid::from_bytes(*request.as_bytes())
}

/// Returns the smallest id that could be made at `time`.
pub(crate) fn first_id(time: Timestamp) -> Uuid {
    uuid(MessageId::first_at(time))
}
