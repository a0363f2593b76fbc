//! The second round trip of a batch: it writes the rows that were changed, and commits.

use std::collections::BTreeSet;
use std::time::Duration;

use countersign_core::code::Code;
use countersign_core::time::Timestamp;
use futures_util::future::join_all;
use tokio_postgres::Statement;
use tokio_postgres::error::SqlState;
use tokio_postgres::types::ToSql;
use uuid::Uuid;

use super::place::{Columns, Place};
use super::rows::Rows;
use super::rule_sets::RuleSets;
use super::undone::Undone;
use crate::limits_at_rest;
use crate::outcome_at_rest::outcome_columns;
use crate::postgres::connect::Connected;
use crate::postgres::mark;
use crate::postgres::row::audit;
use crate::postgres::row::bucket::PackedBucket;
use crate::postgres::row::call::DecidedCall;
use crate::postgres::row::code::PackedCodes;
use crate::postgres::row::event::{self, EventColumns, EventRow};
use crate::postgres::row::guesses::{self, NewGuesses};
use crate::postgres::row::message::{NewMessage, Outcome};
use crate::postgres::row::number;
use crate::postgres::words::Failure;
use crate::seal::Key;

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
    WHERE message.id = new.id";

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

type Values = Vec<Box<dyn ToSql + Sync + Send>>;

/// The statements that write a batch, in order.
#[derive(Default)]
pub(super) struct Writes(Vec<(&'static str, Values)>);

/// Writes what was changed, and commits. The statements go out together: where one fails, the commit is none.
pub(super) async fn write_and_commit(session: &Connected, writes: Writes) -> Result<(), Undone> {
    let mut prepared: Vec<(&str, Statement, Values)> = Vec::with_capacity(writes.0.len());
    for (sql, values) in writes.0 {
        let statement = session.prepared(sql).await.map_err(Undone::certainly)?;
        prepared.push((sql, statement, values));
    }
    let client = &session.client;
    let written = prepared.iter().map(|(sql, statement, values)| async move {
        let values: Vec<_> = values.iter().map(|value| &**value as _).collect();
        let written = client.execute(statement, &values).await;
        written.map_err(|error| undone(sql, error))
    });
    let (written, committed) =
        futures_util::join!(join_all(written), client.batch_execute("COMMIT"));
    for written in written {
        written?;
    }
    committed.map_err(Undone::maybe)
}

/// Returns what a statement means for its batch that has failed.
fn undone(sql: &str, error: tokio_postgres::Error) -> Undone {
    let inserts = [NEW_NUMBERS, NEW_CODES, NEW_BUCKETS].contains(&sql);
    // A statement that the database has refused aborts the transaction. Where the session was lost, the commit may have arrived.
    match error.code() {
        Some(code) if inserts && *code == SqlState::UNIQUE_VIOLATION => Undone::overtaken(error),
        Some(_) => Undone::certainly(error),
        None => Undone::maybe(error),
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
        let mut writes = Self::default();
        let now = rows.reading.time();
        let late = now.after(ON_ITS_WAY);
        let until = rows.until.map_or(late, |until| until.min(late));
        writes.0.push((IN_TIME, vec![Box::new(until.as_millis())]));
        if let Some((lane, commits)) = rows.mark {
            let values: Values = vec![Box::new(lane), Box::new(commits)];
            writes.0.push((mark::COUNT, values));
        }
        writes.guesses(&rows.guesses.added());
        writes.changed(&mut rows, now);
        writes.calls(std::mem::take(&mut rows.calls.decided));
        writes.messages(&std::mem::take(&mut rows.messages.new), rule_sets);
        writes.rule_sets(&rule_sets.not_on_record());
        writes.outcomes(std::mem::take(&mut rows.messages.outcomes));
        writes.events(std::mem::take(&mut rows.events));
        writes.0.extend(audit::writes(&rows.audit.new));
        writes
    }

    fn changed(&mut self, rows: &mut Rows, now: Timestamp) {
        let place = |key| Place::Number(Key::of_column(key));
        let numbers = rows.numbers.changed().into_iter();
        let (known, new): (Vec<_>, Vec<_>) =
            numbers.partition(|row| rows.found.contains(&place(row.0)));
        self.numbers(number::WRITE, &known);
        self.numbers(NEW_NUMBERS, &new);
        let place = |key| Place::Scope(Key::of_column(key));
        let codes = rows.codes.changed(now).into_iter();
        let (known, new): (Vec<_>, Vec<_>) =
            codes.partition(|row| rows.found.contains(&place(row.key)));
        self.codes(CODES, known);
        self.codes(NEW_CODES, new);
        let place = |key| Place::Bucket(Key::of_column(key));
        let buckets = rows.buckets.changed(now).into_iter();
        let (known, new): (Vec<_>, Vec<_>) =
            buckets.partition(|row| rows.found.contains(&place(row.key)));
        self.buckets(BUCKETS, known);
        self.buckets(NEW_BUCKETS, new);
    }

    fn numbers(&mut self, sql: &'static str, rows: &[(i64, i64, i32)]) {
        if !rows.is_empty() {
            let keys = column(rows, |row| row.0);
            let times = column(rows, |row| row.1);
            let counts = column(rows, |row| row.2);
            self.0.push((sql, vec![keys, times, counts]));
        }
    }

    fn codes(&mut self, sql: &'static str, rows: Vec<PackedCodes>) {
        if !rows.is_empty() {
            let keys = column(&rows, |row| row.key);
            let times = column(&rows, |row| row.at);
            let packed: Vec<_> = rows.into_iter().map(|row| row.codes).collect();
            self.0.push((sql, vec![keys, times, Box::new(packed)]));
        }
    }

    fn buckets(&mut self, sql: &'static str, rows: Vec<PackedBucket>) {
        if !rows.is_empty() {
            let keys = column(&rows, |row| row.key);
            let times = column(&rows, |row| row.at);
            let spans = column(&rows, |row| row.span);
            let hits: Vec<_> = rows.into_iter().map(|row| row.hits).collect();
            self.0.push((sql, vec![keys, times, spans, Box::new(hits)]));
        }
    }

    fn guesses(&mut self, guesses: &[NewGuesses]) {
        if !guesses.is_empty() {
            let apps = column(guesses, |row| row.app);
            let parts = column(guesses, |row| row.part);
            let wrong = column(guesses, |row| row.wrong);
            let right = column(guesses, |row| row.right);
            self.0.push((guesses::ADD, vec![apps, parts, wrong, right]));
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
        self.0.push((CALLS, values));
    }

    fn rule_sets(&mut self, sets: &[(i64, String)]) {
        if !sets.is_empty() {
            let ids = column(sets, |set| set.0);
            let texts = column(sets, |set| set.1.clone());
            self.0.push((RULE_SETS, vec![ids, texts]));
        }
    }

    fn messages(&mut self, messages: &[NewMessage], rule_sets: &mut RuleSets) {
        if messages.is_empty() {
            return;
        }
        let sets: Vec<_> = messages
            .iter()
            .map(|message| rule_sets.id_of(&message.limits))
            .collect();
        let code = |message: &NewMessage| message.code;
        let values: Values = vec![
            column(messages, |message| uuid(message.id.as_bytes())),
            column(messages, |message| uuid(message.request_id.as_bytes())),
            column(messages, |message| message.facts.decided_at.as_millis()),
            column(messages, |message| message.app.as_str().to_owned()),
            column(messages, |message| message.channel),
            column(messages, |message| message.sealed_phone.clone()),
            column(messages, |message| message.number.column()),
            column(messages, |message| message.facts.scope.column()),
            column(messages, |message| {
                code(message).map_or(Vec::new(), |code| code.mac.to_vec())
            }),
            column(messages, |message| ends(message).as_millis()),
            column(messages, |message| {
                code(message).map_or(0, |code| i16::from(code.tries_left))
            }),
            column(messages, |message| {
                code(message).map_or(0, |code| i16::from(code.keeps))
            }),
            column(messages, |message| {
                let again = message.again.as_ref();
                again.map(|again| uuid(again.message.as_bytes()))
            }),
            Box::new(sets),
            column(messages, |message| message.facts.buckets()),
            column(messages, |message| message.facts.charges()),
            column(messages, |message| {
                limits_at_rest::refusals_to_column(&message.refusals)
            }),
            column(messages, |message| column_of(message.price)),
        ];
        self.0.push((MESSAGES, values));
    }

    fn outcomes(&mut self, outcomes: Vec<Outcome>) {
        if outcomes.is_empty() {
            return;
        }
        let values: Values = vec![
            column(&outcomes, |outcome| uuid(outcome.message.as_bytes())),
            column(&outcomes, |outcome| outcome.at.as_millis()),
            column(&outcomes, |outcome| outcome.gave_back),
            column(&outcomes, |outcome| outcome.cost.map(column_of)),
        ];
        self.0.push((OUTCOMES, values));
        let attempts = outcomes.iter().flat_map(|outcome| {
            let places = outcome.attempts.iter().zip(0_i16..);
            places.map(|(attempt, place)| (outcome.message, place, attempt))
        });
        let attempts: Vec<_> = attempts.collect();
        let values: Values = vec![
            column(&attempts, |(message, ..)| uuid(message.as_bytes())),
            column(&attempts, |(_, place, _)| *place),
            column(&attempts, |(.., attempt)| attempt.provider.clone()),
            column(&attempts, |(.., attempt)| attempt.started_at.as_millis()),
            column(&attempts, |(.., attempt)| attempt.ended_at.as_millis()),
            column(&attempts, |(.., attempt)| {
                outcome_columns(&attempt.outcome).0.to_owned()
            }),
            column(&attempts, |(.., attempt)| {
                owned(outcome_columns(&attempt.outcome).1)
            }),
            column(&attempts, |(.., attempt)| {
                owned(outcome_columns(&attempt.outcome).2)
            }),
            column(&attempts, |(.., attempt)| {
                owned(outcome_columns(&attempt.outcome).3)
            }),
        ];
        self.0.push((ATTEMPTS, values));
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
        self.0.push((event::INSERT, values));
    }
}

/// Returns one column of these rows.
fn column<R, T>(rows: &[R], value: impl Fn(&R) -> T) -> Box<dyn ToSql + Sync + Send>
where
    Vec<T>: ToSql + Sync + Send + 'static,
{
    Box::new(rows.iter().map(value).collect::<Vec<T>>())
}

fn uuid(bytes: &[u8; 16]) -> Uuid {
    Uuid::from_bytes(*bytes)
}

/// Returns an amount as it is kept; PostgreSQL has no unsigned numbers.
fn column_of(amount: u64) -> i64 {
    i64::try_from(amount).unwrap_or(i64::MAX)
}

fn owned(text: Option<&str>) -> Option<String> {
    text.map(str::to_owned)
}

/// Returns the end of the life of the code that a message brings.
fn ends(message: &NewMessage) -> Timestamp {
    let own = message.code.as_ref().map(Code::expires_at);
    let again = message.again.as_ref().map(|again| again.expires_at);
    own.or(again).unwrap_or_default()
}
