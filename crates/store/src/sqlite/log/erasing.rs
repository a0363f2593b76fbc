//! The changes by which a number goes from the log: each is one small commit of the writer.
//!
//! A row keeps its place and its size, and its parts that tell of the number are overwritten: what counts messages still
//! counts it. Hits that still count are carried before, like those of rows that go.

use countersign_core::id::RequestId;
use countersign_core::phone::Country;
use countersign_core::time::Timestamp;
use rusqlite::{Connection, OptionalExtension as _, params};

use super::event::EventRow;
use super::keyed;
use super::pruning;
use super::rule_set::RuleSets;
use crate::erased::{self, ERASED};
use crate::seal::CallId;
use crate::sqlite::writer::horizon;

/// The number of rows that are changed in one commit.
pub(crate) const PIECE: usize = 256;

/// A step of an erasure.
#[derive(Debug)]
pub(crate) enum Erasing {
    /// Puts the erasure on record, so that a start goes on with it. The number is sealed under the request.
    Begin {
        request: RequestId,
        at: Timestamp,
        sealed: Vec<u8>,
    },
    /// Takes the number from these messages, each with its country.
    Messages {
        rows: Vec<(i64, Option<Country>)>,
        now: Timestamp,
    },
    /// Takes the number from these events.
    Events { rows: Vec<i64>, now: Timestamp },
    /// Lets these calls with an idempotency key go.
    Calls { ids: Vec<CallId> },
    /// Takes the number from the record of the erasure.
    Blank { request: RequestId },
    /// Ends the erasure. Its record stays, as a receipt.
    End { request: RequestId, now: Timestamp },
}

impl Erasing {
    pub(crate) fn write(&self, log: &Connection, rule_sets: &RuleSets) -> rusqlite::Result<()> {
        match self {
            Erasing::Begin {
                request,
                at,
                sealed,
            } => log
                .execute(
                    "INSERT INTO erasure VALUES (?, ?, ?, NULL)",
                    params![request.as_bytes(), at.as_millis(), sealed],
                )
                .map(drop),
            Erasing::Messages { rows, now } => rows
                .iter()
                .try_for_each(|(seq, country)| message(log, *seq, *country, rule_sets, *now)),
            Erasing::Events { rows, now } => rows.iter().try_for_each(|seq| event(log, *seq, *now)),
            Erasing::Calls { ids } => keyed::forget(log, ids),
            Erasing::Blank { request } => log
                .execute(
                    "UPDATE erasure SET phone = zeroblob(length(phone)) WHERE request = ?",
                    [request.as_bytes()],
                )
                .map(drop),
            Erasing::End { request, now } => log
                .execute(
                    "UPDATE erasure SET phone = x'', ended_at = ? WHERE request = ?",
                    params![now.as_millis(), request.as_bytes()],
                )
                .map(drop),
        }
    }
}

/// An erasure that has not come to its end.
pub(crate) struct Unfinished {
    pub(crate) request: RequestId,
    /// The sealed number; zeros once it has gone from everything else.
    pub(crate) sealed: Vec<u8>,
}

/// Returns the erasures that have not come to their end.
pub(crate) fn unfinished(log: &Connection) -> rusqlite::Result<Vec<Unfinished>> {
    log.prepare("SELECT request, phone FROM erasure WHERE ended_at IS NULL ORDER BY at")?
        .query_map([], |row| {
            Ok(Unfinished {
                request: RequestId::from_bytes(row.get(0)?),
                sealed: row.get(1)?,
            })
        })?
        .collect()
}

fn message(
    log: &Connection,
    seq: i64,
    country: Option<Country>,
    rule_sets: &RuleSets,
    now: Timestamp,
) -> rusqlite::Result<()> {
    let found = log
        .prepare_cached(
            "SELECT seq, decided_at, rule_set, buckets, scope, price, phone FROM message WHERE seq = ?",
        )?
        .query_row([seq], |row| {
            pruning::carry(log, row, rule_sets, now)?;
            Ok(row.get_ref("phone")?.as_blob()?.to_vec())
        })
        .optional()?;
    let Some(phone) = found.filter(|phone| !erased::is_erased(phone)) else {
        return Ok(());
    };
    log.prepare_cached(
        "UPDATE message SET phone = ?2, phone_key = ?3, scope = ?3, code_mac = zeroblob(length(code_mac)),
             code_sealed = CASE WHEN code_sealed IS NOT NULL THEN zeroblob(length(code_sealed)) END,
             buckets = zeroblob(length(buckets))
         WHERE seq = ?1",
    )?
    .execute(params![seq, erased::remains(phone.len(), country), ERASED.column()])?;
    // What a give-back counts instead was carried too.
    log.prepare_cached(
        "UPDATE attempt SET give_back = zeroblob(length(give_back))
         WHERE id BETWEEN 16 * ?1 AND 16 * ?1 + 15 AND give_back IS NOT NULL",
    )?
    .execute([seq])?;
    Ok(())
}

fn event(log: &Connection, seq: i64, now: Timestamp) -> rusqlite::Result<()> {
    let horizon: i64 = log
        .prepare_cached("SELECT seq FROM event_horizon")?
        .query_row([], |row| row.get(0))?;
    if seq >= horizon {
        let passed = log
            .prepare_cached(
                "SELECT seq, id, at, kind, door, phone, scope, messages, hits, older FROM code_event WHERE seq = ?",
            )?
            .query_row([seq], EventRow::read)
            .optional()?;
        if let Some(passed) = passed {
            horizon::carry(&passed, log, now)?;
        }
    }
    log.prepare_cached(
        "UPDATE code_event SET phone = NULL, scope = NULL, hits = x'', sealed = NULL, older = NULL WHERE seq = ?",
    )?
    .execute([seq])?;
    Ok(())
}
