//! Keeps a start short: how far back the log must be read, and what of the older part still counts.
//!
//! A start reads the messages behind the horizon again. The horizon follows the present at the
//! distance of [`REPLAY`], longer than any code lives and any provider takes. When it passes a
//! message, the hits of that message which still count (an hourly or a daily limit) are carried into
//! a table of their own, in the same transaction; so whatever the length of a window, a start knows
//! it, and reads no more than the last minutes of the log and what is alive. The events of codes have a
//! horizon of their own, at the same distance; what is carried over it is their hits, and the wrong guesses
//! in a row.

use std::time::Duration;

use countersign_core::id::{MessageId, RequestId};
use countersign_core::time::Timestamp;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, Row, Transaction, params};

use super::events::Kind;
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
    event: RequestId,
    next_look: Timestamp,
}

impl Horizon {
    pub(crate) fn read(log: &Connection) -> rusqlite::Result<Self> {
        log.query_row("SELECT message, event FROM replay_horizon", [], |row| {
            Ok(Self {
                message: MessageId::from_bytes(row.get(0)?),
                event: RequestId::from_bytes(row.get(1)?),
                next_look: Timestamp::default(),
            })
        })
    }

    /// The first message that a start must read.
    pub(crate) fn message(&self) -> MessageId {
        self.message
    }

    /// The first event that a start must read.
    pub(crate) fn event(&self) -> RequestId {
        self.event
    }

    /// Moves on by at most `step` messages and events, and never past a message without an outcome.
    pub(crate) fn advance(
        &mut self,
        log: &mut Connection,
        now: Timestamp,
        step: usize,
    ) -> rusqlite::Result<()> {
        let goal = MessageId::first_at(now.before(REPLAY));
        let event_goal = RequestId::from_bytes(*goal.as_bytes());
        if now < self.next_look || (goal <= self.message && event_goal <= self.event) {
            return Ok(());
        }
        let transaction = log.transaction()?;
        let reached = self.carry(&transaction, goal, now, step)?.unwrap_or(goal);
        let event_reached = self
            .carry_events(&transaction, event_goal, now, step)?
            .unwrap_or(event_goal);
        let messages_rest = reached == goal || reached == self.message;
        if messages_rest && event_reached == event_goal {
            self.next_look = now.after(PAUSE);
        }
        transaction
            .prepare_cached("DELETE FROM carried_hit WHERE until <= ?")?
            .execute([now.as_millis()])?;
        transaction
            .prepare_cached("UPDATE replay_horizon SET message = ?, event = ?")?
            .execute([reached.as_bytes(), event_reached.as_bytes()])?;
        transaction.commit()?;
        self.message = reached;
        self.event = event_reached;
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

impl Horizon {
    /// The same for events.
    fn carry_events(
        &self,
        log: &Transaction<'_>,
        goal: RequestId,
        now: Timestamp,
        step: usize,
    ) -> rusqlite::Result<Option<RequestId>> {
        let mut select = log.prepare_cached(PASSED_EVENTS)?;
        let mut rows = select.query(params![self.event.as_bytes(), goal.as_bytes()])?;
        let mut passed = 0;
        while let Some(row) = rows.next()? {
            let event = logged_event(row)?;
            if passed == step {
                return Ok(Some(event.id));
            }
            passed += 1;
            event.carry(log, now)?;
        }
        Ok(None)
    }
}

/// An event in the log, as far as a start needs it.
pub(super) struct LoggedEvent {
    pub(super) id: RequestId,
    pub(super) at: Timestamp,
    pub(super) kind: Kind,
    pub(super) phone: Option<Digest>,
    /// Whether there were codes to compare with.
    pub(super) compared: bool,
    pub(super) hits: Vec<LoggedHit>,
}

pub(super) fn logged_event(row: &Row<'_>) -> rusqlite::Result<LoggedEvent> {
    let kind = Kind::from_columns(
        row.get_ref("kind")?.as_str()?,
        row.get_ref("door")?.as_str_or_null()?,
    );
    Ok(LoggedEvent {
        id: RequestId::from_bytes(row.get("id")?),
        at: Timestamp::from_millis(row.get("at")?),
        kind: kind.ok_or_else(|| unreadable("the log holds an event of an unknown kind"))?,
        phone: row.get::<_, Option<[u8; 16]>>("phone")?.map(Digest),
        compared: row.get_ref("messages")? != ValueRef::Null,
        hits: decode(row.get_ref("hits")?.as_blob()?)?,
    })
}

impl LoggedEvent {
    /// Carries what still counts of it over the horizon.
    fn carry(&self, log: &Transaction<'_>, now: Timestamp) -> rusqlite::Result<()> {
        let phone = self.phone.map(|phone| phone.0).unwrap_or_default();
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
                    .execute(params![hit.bucket.0, self.at.as_millis()])?;
                continue;
            }
            let until = self.at.after(hit.window);
            if until > now {
                log.prepare_cached("INSERT OR IGNORE INTO carried_hit VALUES (?, ?, ?, ?, ?)")?
                    .execute(params![
                        until.as_millis(),
                        self.id.as_bytes(),
                        hit.bucket.0,
                        self.at.as_millis(),
                        hit.weight,
                    ])?;
            }
        }
        Ok(())
    }
}

const PASSED_EVENTS: &str = "
    SELECT id, at, kind, door, phone, messages, hits FROM code_event
    WHERE id >= ? AND id < ? ORDER BY id";

const ONE_MORE: &str = "
    INSERT INTO wrong_in_a_row VALUES (?, 1) ON CONFLICT DO UPDATE SET guesses = guesses + 1";

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
    hits::decode(bytes).ok_or_else(|| unreadable("the log holds hits that cannot be read"))
}

pub(super) fn unreadable(why: &str) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(0, rusqlite::types::Type::Blob, why.into())
}

/// Brings the wrong guesses in a row back.
pub(super) fn restore_in_a_row(log: &Connection, live: &mut Live) -> rusqlite::Result<()> {
    let mut select = log.prepare("SELECT phone, guesses FROM wrong_in_a_row")?;
    let mut rows = select.query([])?;
    while let Some(row) = rows.next()? {
        live.set_in_a_row(Digest(row.get("phone")?), row.get("guesses")?);
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
            bucket: Digest(row.get("bucket")?),
            window: at.until(Timestamp::from_millis(row.get("until")?)),
            weight: row.get("weight")?,
            refundable: false,
        };
        live.add_hit(&hit, at);
    }
    Ok(())
}

#[cfg(test)]
mod tests;
