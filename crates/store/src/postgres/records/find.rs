//! Finds the messages that a query asks for. Each search goes by an index, and from day to day only until it has found
//! enough.

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

/// The longest time from the making of a request's id to that of its message. The body of a request may take ten seconds.
const REQUEST: Duration = Duration::from_secs(30);

/// A statement that selects messages. A message whose number was erased has the least key there is.
macro_rules! select {
    ($condition:literal) => {
        concat!(
            "SELECT id, request_id, decided_at, app, channel, phone, number, code_ends, code_tries, code_of, rule_set, refusals,
                    gave_back
             FROM message WHERE number > '-9223372036854775808'::bigint AND id < $1 AND decided_at < $2 AND ",
            $condition,
            " ORDER BY id DESC LIMIT $3"
        )
    };
}

const ALL: &str = select!("true");
const ONE: &str = select!("id = $4");
const OF_REQUEST: &str = select!("request_id = $4 AND id >= $5");
const OF_NUMBER: &str = select!("number = $4");

/// Returns the rows of the messages that `query` asks for, newest first.
pub(super) async fn messages(
    session: &Connected,
    query: &TimelineQuery,
    sealer: &Sealer,
) -> Result<Vec<Row>, Error> {
    let bounds = Bounds::of(query);
    if let Some(message) = query.message {
        return bounds.ask(session, ONE, &[&uuid(message)]).await;
    }
    if let Some(request) = query.request {
        let made = request.made_at();
        let since = first_id(made.before(Duration::from_secs(1)));
        let until = first_id(made.after(REQUEST));
        let request = of_request(request);
        let bounds = bounds.before(until);
        return bounds.ask(session, OF_REQUEST, &[&request, &since]).await;
    }
    let Some(phone) = &query.phone else {
        return bounds.ask(session, ALL, &[]).await;
    };
    let mut found = Vec::new();
    for key in sealer.keys(|each| each.phone(phone)).all() {
        found.extend(bounds.ask(session, OF_NUMBER, &[&key.column()]).await?);
    }
    found.sort_by_cached_key(|row| Reverse(row.try_get::<_, Uuid>("id").ok()));
    found.truncate(usize::from(query.limit));
    Ok(found)
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
        let bounds = Self {
            before: query.before.map_or(Uuid::max(), uuid),
            decided_before: query.decided_before.map_or(i64::MAX, Timestamp::as_millis),
            limit: query.limit.into(),
        };
        match query.decided_before {
            Some(time) => bounds.before(first_id(time.after(APART))),
            None => bounds,
        }
    }

    fn before(self, id: Uuid) -> Self {
        Self {
            before: self.before.min(id),
            ..self
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
