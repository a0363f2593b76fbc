//! The second round trip of a batch: it writes the rows that were changed, and commits.

use std::collections::BTreeSet;
use std::sync::LazyLock;
use std::time::Duration;

use futures_util::future::join_all;
use tokio_postgres::Statement;
use tokio_postgres::error::SqlState;

use super::arguments::{self, Values, column, uuid};
use super::merged::merged;
use super::place::{Columns, Place};
use super::rows::Rows;
use super::rule_sets::RuleSets;
use super::undone::Undone;
use crate::postgres::connect::Connected;
use crate::postgres::days::Days;
use crate::postgres::mark;
use crate::postgres::row::audit;
use crate::postgres::row::call::DecidedCall;
use crate::postgres::row::event::{self, EventColumns, EventRow};
use crate::postgres::row::guesses::{self, NewGuesses};
use crate::postgres::row::message::Outcome;
use crate::postgres::row::number;
use crate::postgres::words::Failure;

/// The time that a batch may take from the reading of the clock to its writing, by the clock of the database.
const ON_ITS_WAY: Duration = Duration::from_secs(1);

const IN_TIME: &str = "SELECT in_time($1)";

const BUCKETS: &str = "
    UPDATE bucket SET at = new.at, span = new.span, hits = new.hits
    FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bytea[]) AS new (key, at, span, hits)
    WHERE bucket.key = new.key";

const CODES: &str = "
    UPDATE code SET at = new.at, codes = new.codes
    FROM unnest($1::bigint[], $2::bigint[], $3::bytea[]) AS new (key, at, codes)
    WHERE code.key = new.key";

/// The statements that insert the rows that were missing. Where one of them meets a row, somebody else has inserted it meanwhile.
const NEW_NUMBERS: &str = "
    INSERT INTO number (key, at, in_a_row) SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::integer[])";
const NEW_CODES: &str = "
    INSERT INTO code (key, at, codes) SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bytea[])";
const NEW_BUCKETS: &str = "
    INSERT INTO bucket (key, at, span, hits)
    SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bytea[])";

const MAKE_NUMBERS: &str =
    "INSERT INTO number (key) SELECT unnest($1::bigint[]) ON CONFLICT DO NOTHING";
const MAKE_CODES: &str =
    "INSERT INTO code (key) SELECT unnest($1::bigint[]) ON CONFLICT DO NOTHING";
const MAKE_BUCKETS: &str =
    "INSERT INTO bucket (key) SELECT unnest($1::bigint[]) ON CONFLICT DO NOTHING";

const RULE_SETS: &str = "
    INSERT INTO rule_set SELECT * FROM unnest($1::bigint[], $2::text[]) ON CONFLICT DO NOTHING";

const MESSAGES: &str = "
    INSERT INTO message (id, request_id, decided_at, app, channel, phone, number, scope, code_mac, code_ends, code_tries,
                         code_keeps, code_of, rule_set, buckets, charges, refusals, price)
    SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::bigint[], $4::text[], $5::text[], $6::bytea[], $7::bigint[], $8::bigint[],
                         $9::bytea[], $10::bigint[], $11::smallint[], $12::smallint[], $13::uuid[], $14::bigint[], $15::bytea[],
                         $16::bytea[], $17::bytea[], $18::bigint[])";

const OUTCOMES: &str = "
    UPDATE message SET settled_at = new.settled_at, gave_back = new.gave_back, cost = new.cost
    FROM unnest($1::uuid[], $2::bigint[], $3::boolean[], $4::bigint[]) AS new (id, settled_at, gave_back, cost)
    WHERE message.id = new.id AND message.id = ANY ($1) AND message.id {days}";

const ATTEMPTS: &str = "
    INSERT INTO attempt (message, place, provider, started_at, ended_at, outcome, kind, detail, provider_message_id)
    SELECT * FROM unnest($1::uuid[], $2::smallint[], $3::text[], $4::bigint[], $5::bigint[], $6::text[], $7::text[], $8::text[],
                         $9::text[])";

const CALLS: &str = "
    UPDATE keyed_call SET ends = new.ends, body = new.body, number = new.number, message = new.message,
                          finding = new.finding, answer = NULL
    FROM unnest($1::bytea[], $2::bigint[], $3::bytea[], $4::bigint[], $5::uuid[], $6::bytea[])
        AS new (id, ends, body, number, message, finding)
    WHERE keyed_call.id = new.id";

/// Writes the rows that are locked and those that were missing, and counts the commit, unless the batch comes too late. It goes
/// with every batch, also where some kinds of rows have none: an empty part costs less than a statement more.
static ROWS: LazyLock<String> = LazyLock::new(|| {
    let parts = [
        mark::COUNT,
        number::WRITE,
        NEW_NUMBERS,
        CODES,
        NEW_CODES,
        BUCKETS,
        NEW_BUCKETS,
        MESSAGES,
    ];
    merged(&parts, IN_TIME)
});

/// Writes outcomes, each with its attempts.
static SETTLED: LazyLock<String> = LazyLock::new(|| merged(&[ATTEMPTS], OUTCOMES));

/// The tables in which a row may be missing that somebody else inserts meanwhile.
const MAY_BE_MISSING: [&str; 3] = ["number", "code", "bucket"];

/// A statement, the days of the messages that it is about, where it names them, and its arguments.
type Written = (&'static str, Option<Days>, Values);

/// The statements that write a batch, in order.
#[derive(Default)]
pub(super) struct Writes(Vec<Written>);

/// Writes what was changed, and commits. The statements go out together: where one fails, the commit is none.
pub(super) async fn write_and_commit(session: &Connected, writes: Writes) -> Result<(), Undone> {
    let mut prepared: Vec<(Statement, Values)> = Vec::with_capacity(writes.0.len());
    for (sql, days, values) in writes.0 {
        let statement = match days {
            Some(days) => session.prepared_for(days, sql).await,
            None => session.prepared(sql).await,
        };
        prepared.push((statement.map_err(Undone::certainly)?, values));
    }
    let client = &session.client;
    let written = prepared.iter().map(|(statement, values)| async move {
        let values: Vec<_> = values.iter().map(|value| &**value as _).collect();
        let written = client.execute(statement, &values).await;
        written.map_err(undone)
    });
    let (written, committed) =
        futures_util::join!(join_all(written), client.batch_execute("COMMIT"));
    for written in written {
        written?;
    }
    committed.map_err(Undone::maybe)
}

/// Returns what a statement means for its batch that has failed.
fn undone(error: tokio_postgres::Error) -> Undone {
    // A statement that the database has refused aborts the transaction. Where the session was lost, the commit may have arrived.
    let Some(refused) = error.as_db_error() else {
        return Undone::maybe(error);
    };
    let is_there_already = *refused.code() == SqlState::UNIQUE_VIOLATION;
    let may_be_missing = |table| MAY_BE_MISSING.contains(&table);
    match is_there_already && refused.table().is_some_and(may_be_missing) {
        true => Undone::overtaken(error),
        false => Undone::certainly(error),
    }
}

/// Makes the rows of numbers, scopes and buckets that are missing, each kind in a commit of its own, so that nobody waits for
/// this while it waits for others.
pub(super) async fn make(session: &Connected, places: &BTreeSet<Place>) -> Result<(), Failure> {
    let columns = Columns::of(places);
    let kinds = [
        (MAKE_NUMBERS, columns.numbers),
        (MAKE_CODES, columns.scopes),
        (MAKE_BUCKETS, columns.buckets),
    ];
    for (sql, keys) in kinds {
        let make = session.prepared(sql).await?;
        session.client.execute(&make, &[&keys]).await?;
    }
    Ok(())
}

impl Writes {
    /// Returns the statements that write the rows that were changed.
    pub(super) fn of(mut rows: Rows, rule_sets: &mut RuleSets) -> Self {
        let now = rows.reading.time();
        let late = now.after(ON_ITS_WAY);
        let until = rows.until.map_or(late, |until| until.min(late));
        let (lane, commits) = rows.mark.unzip();
        let mut values: Values = vec![Box::new(lane), Box::new(commits)];
        values.extend(arguments::changed(&mut rows, now));
        values.extend(arguments::messages(&rows.messages.new, rule_sets));
        values.push(Box::new(until.as_millis()));
        let mut writes = Self(vec![(&ROWS, None, values)]);
        writes.guesses(&rows.guesses.added());
        writes.calls(std::mem::take(&mut rows.calls.decided));
        writes.rule_sets(&rule_sets.not_on_record());
        writes.outcomes(&rows.messages.outcomes);
        writes.events(std::mem::take(&mut rows.events));
        let audited = audit::writes(&rows.audit.new).into_iter();
        audited.for_each(|(sql, values)| writes.push(sql, values));
        writes
    }

    fn push(&mut self, sql: &'static str, values: Values) {
        self.0.push((sql, None, values));
    }

    fn guesses(&mut self, guesses: &[NewGuesses]) {
        if !guesses.is_empty() {
            let apps = column(guesses, |row| row.app);
            let parts = column(guesses, |row| row.part);
            let wrong = column(guesses, |row| row.wrong);
            let right = column(guesses, |row| row.right);
            self.push(guesses::ADD, vec![apps, parts, wrong, right]);
        }
    }

    fn calls(&mut self, calls: Vec<DecidedCall>) {
        if calls.is_empty() {
            return;
        }
        let values: Values = vec![
            column(&calls, |call| call.id.to_vec()),
            column(&calls, |call| call.ends.as_millis()),
            column(&calls, |call| call.body.to_vec()),
            column(&calls, |call| call.number.column()),
            column(&calls, |call| call.message.map(|id| uuid(id.as_bytes()))),
            column(&calls, |call| call.finding.clone()),
        ];
        self.push(CALLS, values);
    }

    fn rule_sets(&mut self, sets: &[(i64, String)]) {
        if !sets.is_empty() {
            let ids = column(sets, |set| set.0);
            let texts = column(sets, |set| set.1.clone());
            self.push(RULE_SETS, vec![ids, texts]);
        }
    }

    fn outcomes(&mut self, outcomes: &[Outcome]) {
        if !outcomes.is_empty() {
            let ids = outcomes
                .iter()
                .map(|outcome| uuid(outcome.message.as_bytes()));
            let ids: Vec<_> = ids.collect();
            let days = Days::of(&ids);
            let values = arguments::outcomes(outcomes, ids);
            self.0.push((&SETTLED, Some(days), values));
        }
    }

    fn events(&mut self, events: Vec<EventRow>) {
        if events.is_empty() {
            return;
        }
        let columns = EventColumns::of(events);
        let values: Values = vec![
            Box::new(columns.ids),
            Box::new(columns.times),
            Box::new(columns.kinds),
            Box::new(columns.callers),
            Box::new(columns.numbers),
            Box::new(columns.scopes),
            Box::new(columns.messages),
            Box::new(columns.sealed),
        ];
        self.push(event::INSERT, values);
    }
}
