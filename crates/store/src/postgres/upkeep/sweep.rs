//! Removes the rows of buckets, numbers, codes and calls that count no more. A row that is missing counts like an empty one.
//!
//! These tables have no index but their key, so they are gone through from their first block to their last. A row that a batch
//! has locked is left for the next time.

use std::time::Duration;

use tokio::time::Instant;

use super::Place;
use crate::postgres::records::ask;
use crate::postgres::words::Failure;

/// The number of blocks that are looked through at once.
const BLOCKS: i64 = 64;

/// The time from the end of one round to the beginning of the next.
const ROUND: Duration = Duration::from_secs(600);

/// The time for which a row is kept that counts no more: by then no clock that was set back asks for its time.
const DAY: Duration = Duration::from_secs(24 * 3_600);

/// The age at which codes go, with the sealed ones among them. Every code is dead by then.
const HOUR: Duration = Duration::from_secs(3_600);

/// The time after the end of its idempotency key at which a call goes.
const CALL: Duration = Duration::from_secs(600);

/// A table, its rows that count no more at the time `$3`, and how long they are kept after that.
struct Swept {
    size: &'static str,
    sweep: &'static str,
    kept: Duration,
}

macro_rules! swept {
    ($table:literal, $over:literal, $kept:expr) => {
        Swept {
            size: concat!(
                "SELECT pg_relation_size('",
                $table,
                "') / current_setting('block_size')::bigint"
            ),
            sweep: concat!(
                "DELETE FROM ",
                $table,
                " WHERE ctid = ANY (ARRAY(SELECT ctid FROM ",
                $table,
                " WHERE ctid >= $1::text::tid AND ctid < $2::text::tid AND ",
                $over,
                " FOR UPDATE SKIP LOCKED))"
            ),
            kept: $kept,
        }
    };
}

static TABLES: [Swept; 4] = [
    swept!("bucket", "at + span < $3", DAY),
    swept!("number", "in_a_row = 0 AND at < $3", DAY),
    swept!("code", "at < $3", HOUR),
    swept!("keyed_call", "ends < $3", CALL),
];

/// How far a round has come.
#[derive(Default)]
pub(super) struct Sweep {
    /// The table that is gone through, and the next block of it.
    table: usize,
    block: i64,
    /// When the last round ended.
    ended: Option<Instant>,
}

impl Sweep {
    /// Looks through some blocks. Returns whether there was work.
    pub(super) async fn step(&mut self, place: &Place<'_>) -> Result<bool, Failure> {
        if self.ended.is_some_and(|ended| ended.elapsed() < ROUND) {
            return Ok(false);
        }
        let Some(swept) = TABLES.get(self.table) else {
            (self.table, self.ended) = (0, Some(Instant::now()));
            return Ok(false);
        };
        let rows = ask(place.session, swept.size, &[]).await?;
        let blocks: i64 = rows.first().ok_or(Failure::Unreadable)?.try_get(0)?;
        let end = self.block + BLOCKS;
        let (from, to) = (format!("({},0)", self.block), format!("({end},0)"));
        let before = place.now.before(swept.kept).as_millis();
        ask(place.session, swept.sweep, &[&from, &to, &before]).await?;
        match end < blocks {
            true => self.block = end,
            false => (self.table, self.block) = (self.table + 1, 0),
        }
        Ok(true)
    }
}
