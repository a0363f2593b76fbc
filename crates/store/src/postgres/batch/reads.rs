//! The first round trip of a batch: it locks and reads the rows, and then reads the clock.
//!
//! A row that exists is locked and read by one statement: PostgreSQL reads what it has waited for anew. Rows are locked in the
//! order of [`Place`], and no statement changes a key, so that the order of the keys that were read is that of the locks.
//!
//! A row of a number, a scope or a bucket that is missing is not made here: most sends are about numbers that nothing is known
//! of, and a row that is made empty would be written twice. It counts like an empty one, and the batch inserts it with what came
//! of it (`writes.rs`). Where somebody else has inserted it meanwhile, that fails, and nothing of the batch is left.

use std::collections::BTreeSet;

use countersign_core::id::MessageId;
use tokio_postgres::types::ToSql;
use tokio_postgres::{Error, Row, Statement};
use uuid::Uuid;

use super::place::{Columns, Place};
use super::rows::Rows;
use crate::postgres::clock::time;
use crate::postgres::connect::Connected;
use crate::postgres::days::Days;
use crate::postgres::row::guesses::{self, PART, PARTS};
use crate::postgres::steady::Reading;
use crate::postgres::words::Failure;
use crate::seal::Key;

/// Begins a transaction, and keeps the generation of keys until its end.
const BEGIN: &str = "BEGIN; SELECT hold_generation()";
const LOCK_CALLS: &str = "SELECT lock_places($1, '{}', '{}', '{}', '{}', false)";
const LOCK_HEAD: &str = "SELECT lock_places('{}', '{}', '{}', '{}', '{}', $1)";
const DEPLOYMENT: &str = "
    SELECT now AS machine, ahead(clock_ahead, clock_since, now) AS ahead, clock_ahead, clock_since, dead_before, held_until,
           (SELECT max(number) FROM key_generation) AS generation
    FROM deployment, (SELECT machine_clock() AS now) AS machine";
const CALLS: &str = "SELECT id, ends FROM keyed_call WHERE id = ANY ($1)";
const MESSAGES: &str = "
    SELECT id, settled_at IS NOT NULL AS settled FROM message WHERE id = ANY ($1) AND id {days} ORDER BY id FOR UPDATE";
/// The numbers, the scopes and the buckets, in this order: the kind of the row, its key and time, what it counts, and its content.
const ROWS: &str = "
    SELECT 'n' AS kind, key, at, in_a_row::bigint AS amount, ''::bytea AS content
    FROM (SELECT key, at, in_a_row FROM number WHERE key = ANY ($1) ORDER BY key < 0, key FOR UPDATE) AS number
    UNION ALL
    SELECT 'c', key, at, 0, codes
    FROM (SELECT key, at, codes FROM code WHERE key = ANY ($2) ORDER BY key < 0, key FOR UPDATE) AS code
    UNION ALL
    SELECT 'b', key, at, span, hits
    FROM (SELECT key, at, span, hits FROM bucket WHERE key = ANY ($3) ORDER BY key < 0, key FOR UPDATE) AS bucket";
const HEAD: &str = "SELECT seq, hash FROM audit_head WHERE $1";

/// Prepares the statements of this round trip.
pub(super) async fn prepare(session: &Connected) -> Result<(), Error> {
    for sql in [
        LOCK_CALLS,
        CALLS,
        ROWS,
        LOCK_HEAD,
        HEAD,
        guesses::READ,
        DEPLOYMENT,
    ] {
        session.prepared(sql).await?;
    }
    Ok(())
}

/// Begins a transaction, and locks and reads the rows of these places. The statements go out together: each sees what was
/// committed until it began, so the clock is read after the locks.
pub(super) async fn lock_and_read(
    session: &Connected,
    places: &BTreeSet<Place>,
    guesses: &BTreeSet<Key>,
) -> Result<Rows, Failure> {
    let columns = Columns::of(places);
    let apps: Vec<_> = guesses.iter().map(|app| app.column()).collect();
    let prepared = |sql| session.prepared(sql);
    let (lock_calls, calls) = (prepared(LOCK_CALLS).await?, prepared(CALLS).await?);
    let (lock_head, head) = (prepared(LOCK_HEAD).await?, prepared(HEAD).await?);
    let messages = session
        .prepared_for(Days::of(&columns.messages), MESSAGES)
        .await?;
    let of_keys = prepared(ROWS).await?;
    let guesses = prepared(guesses::READ).await?;
    let deployment = prepared(DEPLOYMENT).await?;
    let has_calls = !columns.calls.is_empty();
    let has_messages = !columns.messages.is_empty();
    let keys = [&columns.numbers, &columns.scopes, &columns.buckets];
    let has_keys = keys.iter().any(|keys| !keys.is_empty());
    let keys = keys.map(|keys| keys as &(dyn ToSql + Sync));
    let client = &session.client;
    #[rustfmt::skip]
    let (begun, calls_locked, calls, messages, of_keys, head_locked, head, guesses, deployment) = futures_util::join!(
        client.batch_execute(BEGIN),
        ask(session, &lock_calls, [&columns.calls], has_calls),
        ask(session, &calls, [&columns.calls], has_calls),
        ask(session, &messages, [&columns.messages], has_messages),
        ask(session, &of_keys, keys, has_keys),
        ask(session, &lock_head, [&true], columns.audited),
        ask(session, &head, [&true], columns.audited),
        ask(session, &guesses, [&apps, &PART, &PARTS], !apps.is_empty()),
        client.query_one(&deployment, &[]),
    );
    begun?;
    calls_locked?;
    head_locked?;
    let mut rows = of_deployment(&deployment?)?;
    for row in calls? {
        let id: &[u8] = row.try_get("id")?;
        let ends = time(&row, "ends")?;
        id.try_into()
            .into_iter()
            .for_each(|id| rows.calls.read(id, ends));
    }
    for row in messages? {
        let id: Uuid = row.try_get("id")?;
        rows.messages.read(
            MessageId::from_bytes(*id.as_bytes()),
            row.try_get("settled")?,
        );
    }
    for row in of_keys? {
        read(&row, &mut rows)?;
    }
    for row in guesses? {
        let (wrong, right) = (row.try_get("wrong_guesses")?, row.try_get("right_guesses")?);
        rows.guesses.read(key(&row)?, wrong, right);
    }
    for row in head? {
        rows.audit.read(row.try_get("seq")?, row.try_get("hash")?);
    }
    Ok(rows)
}

/// Asks for rows, unless the batch is about none.
async fn ask<const N: usize>(
    session: &Connected,
    statement: &Statement,
    arguments: [&(dyn ToSql + Sync); N],
    is_wanted: bool,
) -> Result<Vec<Row>, Error> {
    match is_wanted {
        true => session.client.query(statement, &arguments).await,
        false => Ok(Vec::new()),
    }
}

/// Takes a number, a scope or a bucket.
fn read(row: &Row, rows: &mut Rows) -> Result<(), Failure> {
    let (key, at, amount) = (key(row)?, time(row, "at")?, row.try_get("amount")?);
    let content = row.try_get("content")?;
    let (place, read) = match row.try_get("kind")? {
        "n" => (Place::Number(key), rows.numbers.read(key, at, amount)),
        "c" => (Place::Scope(key), rows.codes.read(key, at, content)),
        _ => (
            Place::Bucket(key),
            rows.buckets.read(key, at, amount, content),
        ),
    };
    rows.found.insert(place);
    read.ok_or(Failure::Unreadable)
}

fn of_deployment(row: &Row) -> Result<Rows, Error> {
    let generation: i32 = row.try_get("generation")?;
    Ok(Rows {
        reading: Reading::of(row)?,
        generation: generation.unsigned_abs(),
        dead_before: time(row, "dead_before")?,
        held_until: time(row, "held_until")?,
        ..Rows::default()
    })
}

fn key(row: &Row) -> Result<Key, Error> {
    row.try_get("key").map(Key::of_column)
}
