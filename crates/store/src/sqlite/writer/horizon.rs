//! The horizon keeps a start short: it bounds how far back a start reads events, and carries forward what still
//! counts.
//!
//! A start reads the events from the horizon on. The horizon follows the present at the distance of [`REPLAY`],
//! which is longer than any code lives. When it passes an event, the parts that count for longer are carried
//! into tables of their own, in the same transaction: the event's hits, and the consecutive wrong guesses,
//! which no time ends.

use std::time::Duration;

use countersign_core::code::check::{Consecutive, HitChange};
use countersign_core::policy;
use countersign_core::time::Timestamp;
use rusqlite::{Connection, params};

use crate::hit::{self, LoggedHit};
use crate::seal::Key;
use crate::sqlite::log::carried;
use crate::sqlite::log::event::EventRow;
use crate::sqlite::memory::Live;

/// The least part of the log that a start reads: the longest life of a code (10 minutes) and room for the
/// slowest provider.
pub(crate) const REPLAY: Duration = Duration::from_secs(11 * 60);

const _: () = assert!(
    REPLAY.as_secs() >= policy::LONGEST_LIFE.as_secs() + policy::REMEMBERED.as_secs(),
    "a start reads every code that is still remembered"
);

/// The time to the next advance, if the last one found nothing left to do.
const PAUSE: Duration = Duration::from_secs(1);

/// The number of events passed at once. They take a commit of their own, which other records wait for.
pub(crate) const STEP: u32 = 2_048;

/// The position of the horizon.
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

    /// Returns the first event that a start must read.
    pub(crate) fn event(&self) -> i64 {
        self.event
    }

    /// Advances by at most `step` events.
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
                let event = EventRow::read(row)?;
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
            carry(event, &transaction, now)?;
        }
        transaction
            .prepare_cached("DELETE FROM carried_hit WHERE until <= ?")?
            .execute([now.as_millis()])?;
        transaction
            .prepare_cached("DELETE FROM ended_sends WHERE until <= ?")?
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

/// Carries the parts of `event` that still count over the horizon.
pub(crate) fn carry(event: &EventRow, log: &Connection, now: Timestamp) -> rusqlite::Result<()> {
    if let Some(phone) = event.phone {
        for older in &event.older {
            let keys = params![phone.column(), older.phone.column()];
            log.prepare_cached(GOES_ON)?.execute(keys)?;
            log.prepare_cached("DELETE FROM wrong_in_a_row WHERE phone = ?")?
                .execute([older.phone.column()])?;
        }
        let sql = match event.effect.consecutive() {
            Consecutive::Keep => None,
            Consecutive::Increment => Some(ONE_MORE),
            Consecutive::Reset => Some("DELETE FROM wrong_in_a_row WHERE phone = ?"),
        };
        if let Some(sql) = sql {
            log.prepare_cached(sql)?.execute([phone.column()])?;
        }
    }
    for hit in &*event.hits {
        match event.effect.hits() {
            HitChange::Keep => {}
            HitChange::Add => carry_hit(event, hit, log, now)?,
            HitChange::Clear => {
                log.prepare_cached("DELETE FROM carried_hit WHERE bucket = ? AND at <= ?")?
                    .execute(params![hit.bucket.column(), event.at.as_millis()])?;
            }
            HitChange::EndSends => end_sends(event, hit, log, now)?,
        }
    }
    Ok(())
}

fn carry_hit(
    event: &EventRow,
    hit: &LoggedHit,
    log: &Connection,
    now: Timestamp,
) -> rusqlite::Result<()> {
    let until = event.at.after(hit.window);
    if until > now {
        log.prepare_cached("INSERT OR IGNORE INTO carried_hit VALUES (?, ?, ?, ?, ?)")?
            .execute(params![
                until.as_millis(),
                event.seq,
                hit.bucket.column(),
                event.at.as_millis(),
                hit::weight_column(hit.weight),
            ])?;
    }
    Ok(())
}

/// Carries over the horizon that the hits of sends in the bucket of `hit` ended with `event`: a start reads sends of before.
fn end_sends(
    event: &EventRow,
    hit: &LoggedHit,
    log: &Connection,
    now: Timestamp,
) -> rusqlite::Result<()> {
    let until = event.at.after(hit.window);
    log.prepare_cached("DELETE FROM carried_send WHERE bucket = ? AND at <= ?")?
        .execute(params![hit.bucket.column(), event.at.as_millis()])?;
    if until > now {
        log.prepare_cached("INSERT OR REPLACE INTO ended_sends VALUES (?, ?, ?)")?
            .execute(params![
                hit.bucket.column(),
                event.at.as_millis(),
                until.as_millis()
            ])?;
    }
    Ok(())
}

const PASSED: &str = "
    SELECT seq, id, at, kind, door, phone, scope, messages, hits, older FROM code_event
    WHERE seq >= ? ORDER BY seq LIMIT ?";

const ONE_MORE: &str = "
    INSERT INTO wrong_in_a_row VALUES (?, 1) ON CONFLICT DO UPDATE SET guesses = guesses + 1";

/// Lets the count under an older key of a number go on under its newest.
const GOES_ON: &str = "
    INSERT INTO wrong_in_a_row SELECT ?1, guesses FROM wrong_in_a_row WHERE phone = ?2
    ON CONFLICT DO UPDATE SET guesses = guesses + excluded.guesses";

/// Restores the consecutive wrong guesses.
pub(crate) fn restore_in_a_row(log: &Connection, live: &mut Live) -> rusqlite::Result<()> {
    let mut select = log.prepare("SELECT phone, guesses FROM wrong_in_a_row")?;
    let mut rows = select.query([])?;
    while let Some(row) = rows.next()? {
        live.restore_in_a_row(Key::of_column(row.get("phone")?), row.get("guesses")?);
    }
    Ok(())
}

/// Ends the hits of sends that events which the horizon has passed ended. The sends are read before.
pub(crate) fn restore_ends(log: &Connection, live: &mut Live) -> rusqlite::Result<()> {
    let mut select = log.prepare("SELECT bucket, at FROM ended_sends")?;
    let mut rows = select.query([])?;
    while let Some(row) = rows.next()? {
        let at = Timestamp::from_millis(row.get("at")?);
        live.end_sends(Key::of_column(row.get("bucket")?), at);
    }
    Ok(())
}

/// Restores the carried hits.
pub(crate) fn restore_carried(
    log: &Connection,
    live: &mut Live,
    now: Timestamp,
) -> rusqlite::Result<()> {
    let mut select =
        log.prepare("SELECT until, bucket, at, weight FROM carried_hit WHERE until > ?")?;
    let mut rows = select.query([now.as_millis()])?;
    while let Some(row) = rows.next()? {
        let (hit, at) = carried::read(row)?;
        live.restore_hit(&hit, at);
    }
    Ok(())
}

#[cfg(test)]
mod tests;
