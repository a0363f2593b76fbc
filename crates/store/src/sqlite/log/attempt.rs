//! The rows of the attempts at a message: calls to providers, and the effect of their outcome on the message's
//! hits.

use std::sync::Arc;

use countersign_core::send::attempt::{self, Attempt};
use countersign_core::send::settle::GiveBack;
use countersign_core::time::Timestamp;
use rusqlite::{Connection, Row, Statement, params};

use super::rule_set::unreadable;
use crate::hit::{self, LoggedHit};
use crate::outcome_at_rest::{outcome_columns, outcome_from_columns};

/// The attempts at one message, to be appended.
#[derive(Debug)]
pub(crate) struct SettlementRow {
    /// The row of the message.
    pub(crate) seq: i64,
    pub(crate) attempts: Vec<Attempt>,
    pub(crate) give_back: GiveBack,
    /// The hits that count instead of those that a counted give-back gives back.
    pub(crate) give_back_hits: Arc<[LoggedHit]>,
    /// What a message that may have been sent costs, where limits count money; `None` leaves the reserved price.
    pub(crate) cost: Option<u64>,
}

impl SettlementRow {
    /// Makes a settlement that leaves every hit of the message as it is.
    pub(crate) fn without_give_back(seq: i64, attempts: Vec<Attempt>) -> Self {
        Self {
            seq,
            attempts,
            give_back: GiveBack::No,
            give_back_hits: Arc::new([]),
            cost: None,
        }
    }

    /// Lets the message cost so much in place of the reserved price.
    pub(crate) fn costing(self, cost: u64) -> Self {
        Self {
            cost: Some(cost),
            ..self
        }
    }

    pub(crate) const INSERT: &str =
        "INSERT OR IGNORE INTO attempt VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";

    /// Runs [`SettlementRow::INSERT`] for each attempt. Idempotent: a settlement that is on record stays as it
    /// is.
    pub(crate) fn insert(&self, insert: &mut Statement<'_>) -> rusqlite::Result<()> {
        let attempts = self.attempts.get(..MOST_ATTEMPTS);
        let attempts = attempts.unwrap_or(&self.attempts);
        let decisive = attempt::decisive(attempts);
        for ((n, attempt), number) in attempts.iter().enumerate().zip(0_i64..) {
            let settles = Some(n) == decisive;
            let (outcome, kind, detail, provider_message_id) = outcome_columns(&attempt.outcome);
            insert.execute(params![
                first_attempt(self.seq) + number,
                attempt.provider,
                attempt.started_at.as_millis(),
                attempt.ended_at.as_millis(),
                outcome,
                kind,
                detail,
                provider_message_id,
                settles,
                settles.then(|| self.give_back_column()).flatten(),
                self.cost.filter(|_| settles).map(hit::weight_column),
            ])?;
        }
        Ok(())
    }

    /// Returns the column `give_back`: NULL, or the hits that count instead.
    fn give_back_column(&self) -> Option<Vec<u8>> {
        match self.give_back {
            GiveBack::No => None,
            GiveBack::Counted => Some(hit::encode(&self.give_back_hits)),
            GiveBack::Uncounted => Some(Vec::new()),
        }
    }
}

/// The maximum number of attempts at a message. The log reserves this many ids for each message.
const MOST_ATTEMPTS: usize = 16;

/// Returns the id of the first attempt of the message with this `seq`. The other attempts follow it.
pub(crate) fn first_attempt(seq: i64) -> i64 {
    seq * 16
}

/// Returns the `seq` of the message that an attempt belongs to.
pub(crate) fn message_of(attempt: i64) -> i64 {
    attempt / 16
}

/// Reads the attempts at the message `seq`, in order.
pub(crate) fn read(log: &Connection, seq: i64) -> rusqlite::Result<Vec<Attempt>> {
    log.prepare_cached("SELECT * FROM attempt WHERE id >= ? AND id < ? ORDER BY id")?
        .query_map([first_attempt(seq), first_attempt(seq + 1)], of_row)?
        .collect()
}

/// Reads an attempt.
pub(crate) fn of_row(row: &Row<'_>) -> rusqlite::Result<Attempt> {
    Ok(Attempt {
        provider: row.get("provider")?,
        started_at: Timestamp::from_millis(row.get("started_at")?),
        ended_at: Timestamp::from_millis(row.get("ended_at")?),
        outcome: outcome_from_columns(
            row.get_ref("outcome")?.as_str()?,
            row.get_ref("kind")?.as_str_or_null()?,
            row.get("detail")?,
            row.get("provider_message_id")?,
        ),
    })
}

/// Reads the column `give_back`. The start fails on unreadable hits, since skipping them would forget a limit.
pub(crate) fn give_back(column: Option<&[u8]>) -> rusqlite::Result<(GiveBack, Vec<LoggedHit>)> {
    match column {
        None => Ok((GiveBack::No, Vec::new())),
        Some([]) => Ok((GiveBack::Uncounted, Vec::new())),
        Some(hits) => {
            let hits = hit::decode(hits);
            let unreadable = || unreadable("the log holds hits that cannot be read");
            Ok((GiveBack::Counted, hits.ok_or_else(unreadable)?))
        }
    }
}
