//! Keeps a start short: how far back the log must be read, and what of the older part still counts.
//!
//! A start reads the messages behind the horizon again. The horizon follows the present at the
//! distance of [`REPLAY`], longer than any code lives and any provider takes. When it passes a
//! message, the hits of that message which still count (an hourly or a daily limit) are carried into
//! a table of their own, in the same transaction; so whatever the length of a window, a start knows
//! it, and reads no more than the last minutes of the log and what is alive.

use std::time::Duration;

use countersign_core::id::MessageId;
use countersign_core::time::Timestamp;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, Row, Transaction, params};

use super::hits::{self, LoggedHit};
use super::live::Live;
use crate::seal::Digest;

/// How much of the log a start reads again at least: the longest life of a code (10 minutes) and
/// room for the slowest provider.
pub(crate) const REPLAY: Duration = Duration::from_secs(11 * 60);

/// How often to look, where the last look found nothing left to do.
const PAUSE: Duration = Duration::from_secs(1);

/// Where the horizon stands.
pub(crate) struct Horizon {
    message: MessageId,
    next_look: Timestamp,
}

impl Horizon {
    pub(crate) fn read(log: &Connection) -> rusqlite::Result<Self> {
        let message = log.query_row("SELECT message FROM replay_horizon", [], |row| row.get(0))?;
        Ok(Self {
            message: MessageId::from_bytes(message),
            next_look: Timestamp::default(),
        })
    }

    /// The first message that a start must read.
    pub(crate) fn message(&self) -> MessageId {
        self.message
    }

    /// Moves on by at most `step` messages, and never past one without an outcome.
    pub(crate) fn advance(
        &mut self,
        log: &mut Connection,
        now: Timestamp,
        step: usize,
    ) -> rusqlite::Result<()> {
        let goal = MessageId::first_at(now.before(REPLAY));
        if now < self.next_look || goal <= self.message {
            return Ok(());
        }
        let transaction = log.transaction()?;
        let reached = self.carry(&transaction, goal, now, step)?.unwrap_or(goal);
        if reached == goal || reached == self.message {
            self.next_look = now.after(PAUSE);
        }
        transaction
            .prepare_cached("DELETE FROM carried_hit WHERE until <= ?")?
            .execute([now.as_millis()])?;
        transaction
            .prepare_cached("UPDATE replay_horizon SET message = ?")?
            .execute([reached.as_bytes()])?;
        transaction.commit()?;
        self.message = reached;
        Ok(())
    }

    /// Carries what still counts; answers the first message not passed, if there is one.
    fn carry(
        &self,
        log: &Transaction<'_>,
        goal: MessageId,
        now: Timestamp,
        step: usize,
    ) -> rusqlite::Result<Option<MessageId>> {
        let mut select = log.prepare_cached(PASSED)?;
        let mut insert =
            log.prepare_cached("INSERT OR IGNORE INTO carried_hit VALUES (?, ?, ?, ?, ?)")?;
        let mut rows = select.query(params![self.message.as_bytes(), goal.as_bytes()])?;
        let mut passed = 0;
        while let Some(row) = rows.next()? {
            let message = MessageId::from_bytes(row.get("id")?);
            let pending = row.get_ref("ended_at")? == ValueRef::Null;
            if pending || passed == step {
                return Ok(Some(message));
            }
            passed += 1;
            for (hit, at) in counting_hits(row)? {
                let until = at.after(hit.window);
                if until > now {
                    insert.execute(params![
                        until.as_millis(),
                        message.as_bytes(),
                        hit.bucket.0,
                        at.as_millis(),
                        hit.weight,
                    ])?;
                }
            }
        }
        Ok(None)
    }
}

const PASSED: &str = "
    SELECT id, decided_at, hits, give_back, ended_at
    FROM message LEFT JOIN attempt ON attempt.message = message.id AND settles
    WHERE id >= ? AND id < ? ORDER BY id";

/// The hits that a message and its settlement left in the limits. The row has the columns `hits`,
/// `decided_at`, `give_back`, `ended_at`.
pub(crate) fn counting_hits(row: &Row<'_>) -> rusqlite::Result<Vec<(LoggedHit, Timestamp)>> {
    let hits = decode(row.get_ref("hits")?.as_blob()?)?;
    let decided_at = Timestamp::from_millis(row.get("decided_at")?);
    let give_back = row.get_ref("give_back")?.as_blob_or_null()?;
    let ended_at = row.get::<_, Option<i64>>("ended_at")?.unwrap_or_default();
    let ended_at = Timestamp::from_millis(ended_at);
    let kept = hits
        .into_iter()
        .filter(|hit| give_back.is_none() || !hit.refundable);
    let instead = decode(give_back.unwrap_or_default())?;
    Ok(kept
        .map(|hit| (hit, decided_at))
        .chain(instead.into_iter().map(|hit| (hit, ended_at)))
        .collect())
}

/// Hits that cannot be read are no reason to forget a limit: whoever asks fails.
fn decode(bytes: &[u8]) -> rusqlite::Result<Vec<LoggedHit>> {
    hits::decode(bytes).ok_or_else(|| {
        let why = "the log holds hits that cannot be read";
        rusqlite::Error::FromSqlConversionFailure(0, rusqlite::types::Type::Blob, why.into())
    })
}

/// Brings the carried hits back to life.
pub(crate) fn restore_carried(
    log: &Connection,
    live: &mut Live,
    now: Timestamp,
) -> rusqlite::Result<()> {
    let mut select =
        log.prepare("SELECT until, bucket, at, weight FROM carried_hit WHERE until > ?")?;
    let mut rows = select.query([now.as_millis()])?;
    while let Some(row) = rows.next()? {
        let at = Timestamp::from_millis(row.get("at")?);
        let hit = LoggedHit {
            bucket: Digest(row.get("bucket")?),
            window: at.until(Timestamp::from_millis(row.get("until")?)),
            weight: row.get("weight")?,
            refundable: false,
        };
        live.add_hit(&hit, at);
    }
    Ok(())
}
