//! What limits count, and which codes can be checked.
//!
//! A log that is in use has it in no table: a start makes it of messages and events. So it is read out of the live state. A file
//! brings it as what is carried: a start adds what the log of its own says later.

use countersign_core::code::{self, Code};
use countersign_core::id::MessageId;
use countersign_core::time::Timestamp;
use rusqlite::{Connection, params};

use crate::hit::weight_column;
use crate::moving::MoveError;
use crate::moving::ends::Take;
use crate::moving::hex::Bytes;
use crate::moving::row::{self, Bucket, Counts, Number, Row};
use crate::sqlite::log::find;
use crate::sqlite::memory::{Counted, KeptCode, Live};

/// Reads the buckets that count at `now`.
pub(super) fn buckets(live: &Live, now: Timestamp, mut take: Take<'_>) -> Result<(), MoveError> {
    let sends = live.counted_sends(now).into_iter();
    let sends = sends.map(|counted| bucket(counted, Counts::Sends));
    let guesses = live.counted_guesses(now).into_iter();
    let guesses = guesses.map(|counted| bucket(counted, Counts::Guesses));
    let mut buckets: Vec<_> = sends.chain(guesses).collect();
    buckets.sort_unstable_by_key(|bucket| bucket.key);
    buckets.into_iter().map(Row::Bucket).try_for_each(&mut take)
}

fn bucket(counted: Counted, counts: Counts) -> Bucket {
    let hits = counted.hits.iter();
    Bucket {
        key: counted.bucket.column(),
        span: i64::try_from(counted.span.as_millis()).unwrap_or(i64::MAX),
        hits: hits.map(|hit| (hit.at.as_millis(), hit.weight)).collect(),
        counts,
    }
}

/// Reads the numbers with wrong guesses in a row.
pub(super) fn numbers(live: &Live, mut take: Take<'_>) -> Result<(), MoveError> {
    let numbers = live.all_in_a_row().into_iter();
    let mut numbers: Vec<_> = numbers
        .map(|(key, in_a_row)| (key.column(), in_a_row))
        .collect();
    numbers.sort_unstable();
    let mut rows = numbers
        .into_iter()
        .map(|(key, in_a_row)| Row::Number(Number { key, in_a_row }));
    rows.try_for_each(&mut take)
}

/// Reads the codes that somebody may still check at `now`.
pub(super) fn codes(live: &Live, now: Timestamp, mut take: Take<'_>) -> Result<(), MoveError> {
    let scopes = live.all_codes().into_iter();
    let mut scopes: Vec<_> = scopes
        .filter(|(_, kept)| {
            let plain: Vec<Code> = kept.iter().map(|kept| kept.code).collect();
            !code::are_forgotten(&plain, now)
        })
        .map(|(scope, kept)| row::Codes {
            scope: scope.column(),
            codes: kept.into_iter().map(code_row).collect(),
        })
        .collect();
    scopes.sort_unstable_by_key(|codes| codes.scope);
    scopes.into_iter().map(Row::Code).try_for_each(&mut take)
}

fn code_row(kept: KeptCode) -> row::Code {
    let code = kept.code;
    row::Code {
        message: code.message.as_bytes()[..].into(),
        mac: code.mac[..].into(),
        decided_at: code.decided_at().as_millis(),
        ends: code.expires_at().as_millis(),
        tries_left: code.tries_left,
        keeps: code.keeps,
        used: code.used,
        sealed: kept.sealed.map(|sealed| sealed.as_bytes().into()),
    }
}

/// Carries the hits of a bucket.
pub(super) fn put_bucket(log: &Connection, bucket: &Bucket) -> rusqlite::Result<()> {
    let tables = [
        (bucket.counts != Counts::Guesses, INTO_SENDS),
        (bucket.counts != Counts::Sends, INTO_GUESSES),
    ];
    for (_, insert) in tables.iter().filter(|(counts, _)| *counts) {
        let mut insert = log.prepare_cached(insert)?;
        for (at, weight) in &bucket.hits {
            let until = at.saturating_add(bucket.span);
            insert.execute(params![until, bucket.key, at, weight_column(*weight)])?;
        }
    }
    Ok(())
}

// The rows of imports are those of no message and no event.
const INTO_SENDS: &str = "INSERT INTO carried_send VALUES (?1, 0, ?2, ?3, ?4)";
const INTO_GUESSES: &str = "INSERT INTO carried_hit VALUES (?1, 0, ?2, ?3, ?4)";

/// Carries the wrong guesses in a row about a number.
pub(super) fn put_number(log: &Connection, number: &Number) -> rusqlite::Result<()> {
    let mut insert = log.prepare_cached("INSERT INTO wrong_in_a_row VALUES (?, ?)")?;
    insert
        .execute(params![number.key, number.in_a_row])
        .map(drop)
}

/// Carries the codes of a scope. Their messages are there already.
pub(super) fn put_codes(log: &Connection, codes: &row::Codes) -> rusqlite::Result<()> {
    let seq_of = |bytes: &Bytes| match bytes.array().map(MessageId::from_bytes) {
        Some(id) => find::message(log, id),
        None => Ok(None),
    };
    let mut insert = log.prepare_cached("INSERT INTO carried_code VALUES (?, ?, ?)")?;
    let mut seal = log.prepare_cached("UPDATE message SET code_sealed = ?1 WHERE seq = ?2")?;
    for code in &codes.codes {
        insert.execute(params![code.message.0, code.tries_left, code.used])?;
        if let Some(sealed) = &code.sealed {
            seal.execute(params![sealed.0, seq_of(&code.message)?])?;
        }
    }
    Ok(())
}

/// Reads what [`put_bucket`] carried.
pub(super) fn carried_buckets(log: &Connection, take: Take<'_>) -> Result<(), MoveError> {
    // A bucket that is in both is read once.
    let mut select = log.prepare(
        "SELECT bucket, at, until - at AS span, weight FROM carried_send
         UNION SELECT bucket, at, until - at, weight FROM carried_hit ORDER BY bucket, at",
    )?;
    let mut rows = select.query([])?;
    let mut last: Option<Bucket> = None;
    while let Some(row) = rows.next()? {
        let key = row.get("bucket")?;
        let hit = (row.get("at")?, row.get::<_, i64>("weight")?.unsigned_abs());
        if let Some(bucket) = last.as_mut().filter(|bucket| bucket.key == key) {
            bucket.hits.push(hit);
            continue;
        }
        let next = Bucket {
            key,
            span: row.get("span")?,
            hits: vec![hit],
            counts: Counts::Either,
        };
        if let Some(bucket) = last.replace(next) {
            take(Row::Bucket(bucket))?;
        }
    }
    last.map_or(Ok(()), |bucket| take(Row::Bucket(bucket)))
}

/// Reads what [`put_number`] carried.
pub(super) fn carried_numbers(log: &Connection, take: Take<'_>) -> Result<(), MoveError> {
    let mut select = log.prepare("SELECT phone, guesses FROM wrong_in_a_row ORDER BY phone")?;
    let mut rows = select.query([])?;
    while let Some(row) = rows.next()? {
        let (key, in_a_row) = (row.get("phone")?, row.get("guesses")?);
        take(Row::Number(Number { key, in_a_row }))?;
    }
    Ok(())
}

/// Reads what [`put_codes`] carried.
pub(super) fn carried_codes(log: &Connection, take: Take<'_>) -> Result<(), MoveError> {
    let mut select = log.prepare(
        "SELECT scope, id, code_mac, decided_at, code_ends, tries_left, code_keeps, used, code_sealed
         FROM message JOIN carried_code ON carried_code.message = message.id ORDER BY scope, decided_at, id",
    )?;
    let mut rows = select.query([])?;
    let mut last: Option<row::Codes> = None;
    while let Some(row) = rows.next()? {
        let scope = row.get("scope")?;
        let sealed: Option<Vec<u8>> = row.get("code_sealed")?;
        let code = row::Code {
            message: Bytes(row.get("id")?),
            mac: Bytes(row.get("code_mac")?),
            decided_at: row.get("decided_at")?,
            ends: row.get("code_ends")?,
            tries_left: row.get("tries_left")?,
            keeps: row.get("code_keeps")?,
            used: row.get("used")?,
            sealed: sealed.map(Bytes),
        };
        if let Some(codes) = last.as_mut().filter(|codes| codes.scope == scope) {
            codes.codes.push(code);
            continue;
        }
        let codes = vec![code];
        if let Some(codes) = last.replace(row::Codes { scope, codes }) {
            take(Row::Code(codes))?;
        }
    }
    last.map_or(Ok(()), |codes| take(Row::Code(codes)))
}
