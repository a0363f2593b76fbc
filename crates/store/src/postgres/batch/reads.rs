//! The first round trip of a batch: it locks the rows, and then reads them and the clock.

use std::collections::BTreeSet;

use countersign_core::id::MessageId;
use tokio_postgres::types::ToSql;
use tokio_postgres::{Error, Row, Statement};
use uuid::Uuid;

use super::place::{Columns, Place};
use super::rows::Rows;
use crate::postgres::clock::time;
use crate::postgres::connect::Connected;
use crate::postgres::row::guesses::{self, PART, PARTS};
use crate::postgres::steady::Reading;
use crate::postgres::words::Failure;
use crate::seal::Key;

const LOCK: &str = "SELECT lock_rows($1, $2, $3, $4, $5, $6)";
const DEPLOYMENT: &str = "
    SELECT now AS machine, ahead(clock_ahead, clock_since, now) AS ahead, clock_ahead, clock_since, dead_before, held_until
    FROM deployment, (SELECT machine_clock() AS now) AS machine";
const CALLS: &str = "SELECT id, ends FROM keyed_call WHERE id = ANY ($1)";
const MESSAGES: &str =
    "SELECT id, settled_at IS NOT NULL AS settled FROM message WHERE id = ANY ($1)";
const NUMBERS: &str = "SELECT key, at, in_a_row FROM number WHERE key = ANY ($1)";
const CODES: &str = "SELECT key, at, codes FROM code WHERE key = ANY ($1)";
const BUCKETS: &str = "SELECT key, at, span, hits FROM bucket WHERE key = ANY ($1)";
const HEAD: &str = "SELECT seq, hash FROM audit_head WHERE $1";

/// Prepares the statements of this round trip.
pub(super) async fn prepare(session: &Connected) -> Result<(), Error> {
    for sql in [
        LOCK,
        DEPLOYMENT,
        CALLS,
        MESSAGES,
        NUMBERS,
        CODES,
        BUCKETS,
        guesses::READ,
        HEAD,
    ] {
        session.prepared(sql).await?;
    }
    Ok(())
}

/// Begins a transaction, locks the rows of these places, and reads them. The statements go out together: each sees what was
/// committed until it began, so the reads see what the locks waited for.
pub(super) async fn lock_and_read(
    session: &Connected,
    places: &BTreeSet<Place>,
    guesses: &BTreeSet<Key>,
) -> Result<Rows, Failure> {
    let columns = Columns::of(places);
    let apps: Vec<_> = guesses.iter().map(|app| app.column()).collect();
    let lock = session.prepared(LOCK).await?;
    let deployment = session.prepared(DEPLOYMENT).await?;
    let calls = session.prepared(CALLS).await?;
    let messages = session.prepared(MESSAGES).await?;
    let numbers = session.prepared(NUMBERS).await?;
    let codes = session.prepared(CODES).await?;
    let buckets = session.prepared(BUCKETS).await?;
    let guesses = session.prepared(guesses::READ).await?;
    let head = session.prepared(HEAD).await?;
    let arguments = columns.arguments();
    let client = &session.client;
    let (begun, locked, deployment, calls, messages, numbers, codes, buckets, guesses, head) = futures_util::join!(
        client.batch_execute("BEGIN"),
        client.execute(&lock, &arguments),
        client.query_one(&deployment, &[]),
        ask(session, &calls, &columns.calls, !columns.calls.is_empty()),
        ask(
            session,
            &messages,
            &columns.messages,
            !columns.messages.is_empty()
        ),
        ask(
            session,
            &numbers,
            &columns.numbers,
            !columns.numbers.is_empty()
        ),
        ask(session, &codes, &columns.scopes, !columns.scopes.is_empty()),
        ask(
            session,
            &buckets,
            &columns.buckets,
            !columns.buckets.is_empty()
        ),
        guesses_of(session, &guesses, &apps),
        ask(session, &head, &true, columns.audited),
    );
    begun?;
    locked?;
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
    for row in numbers? {
        rows.numbers
            .read(key(&row)?, time(&row, "at")?, row.try_get("in_a_row")?);
    }
    for row in codes? {
        let read = rows
            .codes
            .read(key(&row)?, time(&row, "at")?, row.try_get("codes")?);
        read.ok_or(Failure::Unreadable)?;
    }
    for row in buckets? {
        let (at, span) = (time(&row, "at")?, row.try_get("span")?);
        let read = rows
            .buckets
            .read(key(&row)?, at, span, row.try_get("hits")?);
        read.ok_or(Failure::Unreadable)?;
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

/// Asks for the rows of a kind, unless the batch is about none.
async fn ask(
    session: &Connected,
    statement: &Statement,
    keys: &(dyn ToSql + Sync),
    is_wanted: bool,
) -> Result<Vec<Row>, Error> {
    match is_wanted {
        true => session.client.query(statement, &[keys]).await,
        false => Ok(Vec::new()),
    }
}

/// Asks for the guesses at the codes of these applications.
async fn guesses_of(
    session: &Connected,
    statement: &Statement,
    apps: &Vec<i64>,
) -> Result<Vec<Row>, Error> {
    match apps.is_empty() {
        true => Ok(Vec::new()),
        false => {
            session
                .client
                .query(statement, &[apps, &PART, &PARTS])
                .await
        }
    }
}

fn of_deployment(row: &Row) -> Result<Rows, Error> {
    Ok(Rows {
        reading: Reading::of(row)?,
        dead_before: time(row, "dead_before")?,
        held_until: time(row, "held_until")?,
        ..Rows::default()
    })
}

fn key(row: &Row) -> Result<Key, Error> {
    row.try_get("key").map(Key::of_column)
}
