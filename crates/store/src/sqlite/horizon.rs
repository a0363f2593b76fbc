//! Keeps a start short: how far back the events of codes must be read, and what of the older ones still counts.
//!
//! A start reads the events behind the horizon again. The horizon follows the present at the distance of
//! [`REPLAY`], longer than any code lives. When it passes an event, what of it counts for longer is carried into
//! tables of their own, in the same transaction: its hits, and the wrong guesses in a row, which no time ends.

use std::time::Duration;

use countersign_core::id::RequestId;
use countersign_core::time::Timestamp;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, Row, Transaction, params};

use super::events::Kind;
use super::hits::{self, LoggedHit};
use super::live::Live;
use super::rule_sets::unreadable;
use crate::seal::Key;

/// How much of the log a start reads again at least: the longest life of a code (10 minutes) and
/// room for the slowest provider.
pub(crate) const REPLAY: Duration = Duration::from_secs(11 * 60);

/// How often to look, where the last look found nothing left to do.
const PAUSE: Duration = Duration::from_secs(1);

/// How many events are passed at once: a commit of their own, for which others wait.
pub(super) const STEP: u32 = 2_048;

/// Where the horizon stands.
pub(crate) struct Horizon {
    event: i64,
    next_look: Timestamp,
}

impl Horizon {
    pub(crate) fn read(log: &Connection) -> rusqlite::Result<Self> {
        log.query_row("SELECT seq FROM event_horizon", [], |row| {
            Ok(Self {
                event: row.get(0)?,
                next_look: Timestamp::default(),
            })
        })
    }

    /// The first event that a start must read.
    pub(crate) fn event(&self) -> i64 {
        self.event
    }

    /// Moves on by at most `step` events.
    pub(crate) fn advance(
        &mut self,
        log: &mut Connection,
        now: Timestamp,
        step: u32,
    ) -> rusqlite::Result<()> {
        if now < self.next_look {
            return Ok(());
        }
        let (old, mut passed) = (now.before(REPLAY), Vec::new());
        {
            let mut select = log.prepare_cached(PASSED)?;
            let mut rows = select.query(params![self.event, step])?;
            while let Some(row) = rows.next()? {
                let event = logged_event(row)?;
                if event.at >= old {
                    break;
                }
                passed.push(event);
            }
        }
        if u32::try_from(passed.len()).is_ok_and(|passed| passed < step) {
            self.next_look = now.after(PAUSE);
        }
        let Some(last) = passed.last() else {
            return Ok(());
        };
        let transaction = log.transaction()?;
        for event in &passed {
            event.carry(&transaction, now)?;
        }
        transaction
            .prepare_cached("DELETE FROM carried_hit WHERE until <= ?")?
            .execute([now.as_millis()])?;
        transaction
            .prepare_cached("UPDATE event_horizon SET seq = ?")?
            .execute([last.seq + 1])?;
        let reached = last.seq + 1;
        transaction.commit()?;
        self.event = reached;
        Ok(())
    }
}

/// An event in the log, as far as a start needs it.
pub(super) struct LoggedEvent {
    pub(super) seq: i64,
    pub(super) id: RequestId,
    pub(super) at: Timestamp,
    pub(super) kind: Kind,
    pub(super) phone: Option<Key>,
    pub(super) scope: Key,
    /// Whether there were codes to compare with.
    pub(super) compared: bool,
    pub(super) hits: Vec<LoggedHit>,
}

pub(super) fn logged_event(row: &Row<'_>) -> rusqlite::Result<LoggedEvent> {
    let kind = Kind::from_columns(
        row.get_ref("kind")?.as_str()?,
        row.get_ref("door")?.as_str_or_null()?,
    );
    let key = |column| row.get::<_, Option<i64>>(column);
    Ok(LoggedEvent {
        seq: row.get("seq")?,
        id: RequestId::from_bytes(row.get("id")?),
        at: Timestamp::from_millis(row.get("at")?),
        kind: kind.ok_or_else(|| unreadable("the log holds an event of an unknown kind"))?,
        phone: key("phone")?.map(Key::of_column),
        scope: Key::of_column(key("scope")?.unwrap_or_default()),
        compared: row.get_ref("messages")? != ValueRef::Null,
        hits: decode(row.get_ref("hits")?.as_blob()?)?,
    })
}

impl LoggedEvent {
    /// Carries what still counts of it over the horizon.
    fn carry(&self, log: &Transaction<'_>, now: Timestamp) -> rusqlite::Result<()> {
        let phone = self.phone.map(Key::column).unwrap_or_default();
        match self.kind {
            Kind::Wrong(_) if self.compared => {
                log.prepare_cached(ONE_MORE)?.execute([phone])?;
            }
            Kind::Right(_) | Kind::Unlocked => {
                log.prepare_cached("DELETE FROM wrong_in_a_row WHERE phone = ?")?
                    .execute([phone])?;
            }
            Kind::Wrong(_) | Kind::TokenUsed => {}
        }
        for hit in &self.hits {
            if self.kind == Kind::Unlocked {
                log.prepare_cached("DELETE FROM carried_hit WHERE bucket = ? AND at <= ?")?
                    .execute(params![hit.bucket.column(), self.at.as_millis()])?;
                continue;
            }
            let until = self.at.after(hit.window);
            if until > now {
                log.prepare_cached("INSERT OR IGNORE INTO carried_hit VALUES (?, ?, ?, ?, ?)")?
                    .execute(params![
                        until.as_millis(),
                        self.seq,
                        hit.bucket.column(),
                        self.at.as_millis(),
                        hit.weight,
                    ])?;
            }
        }
        Ok(())
    }
}

const PASSED: &str = "
    SELECT seq, id, at, kind, door, phone, scope, messages, hits FROM code_event
    WHERE seq >= ? ORDER BY seq LIMIT ?";

const ONE_MORE: &str = "
    INSERT INTO wrong_in_a_row VALUES (?, 1) ON CONFLICT DO UPDATE SET guesses = guesses + 1";

/// Hits that cannot be read are no reason to forget a limit: whoever asks fails.
pub(super) fn decode(bytes: &[u8]) -> rusqlite::Result<Vec<LoggedHit>> {
    hits::decode(bytes).ok_or_else(|| unreadable("the log holds hits that cannot be read"))
}

/// Brings the wrong guesses in a row back.
pub(super) fn restore_in_a_row(log: &Connection, live: &mut Live) -> rusqlite::Result<()> {
    let mut select = log.prepare("SELECT phone, guesses FROM wrong_in_a_row")?;
    let mut rows = select.query([])?;
    while let Some(row) = rows.next()? {
        live.set_in_a_row(Key::of_column(row.get("phone")?), row.get("guesses")?);
    }
    Ok(())
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
            bucket: Key::of_column(row.get("bucket")?),
            window: at.until(Timestamp::from_millis(row.get("until")?)),
            weight: row.get("weight")?,
            refundable: false,
        };
        live.guesses.add(&hit, at);
    }
    Ok(())
}

#[cfg(test)]
mod tests;
