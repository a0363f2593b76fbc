//! Lets go what is older than the retention of the log: decides what is due, and hands small changes to the writer.
//!
//! The counts of a day are on record before the first of its messages goes. A crash between two changes leaves a log from
//! which the next start goes on.

use std::sync::Arc;
use std::sync::OnceLock;
use std::time::Duration;

use countersign_core::retention::Retention;
use countersign_core::tally::Span;
use countersign_core::time::Timestamp;
use rusqlite::{Connection, OptionalExtension as _};

use super::Pace;
use super::tallying::Progress;
use crate::sqlite::log::find::{self, Table};
use crate::sqlite::log::gone::Gone;
use crate::sqlite::log::keyed;
use crate::sqlite::log::pruning::Pruning;
use crate::sqlite::log::record::Record;
use crate::sqlite::reading::{lookup, tallies};
use crate::sqlite::writer::queue::Pusher;

/// The age at which the sealed passcode of a message is forgotten. Every code is dead by then, also for a start.
const PASSCODE: Duration = Duration::from_secs(3_600);

/// The time after the end of its idempotency key at which a call goes, where few others go with it.
const CALL: Duration = Duration::from_secs(600);

/// How long something may be due before it goes swiftly: a day of more messages than gentle changes let go, or a retention
/// that became shorter.
const LATE: Duration = Duration::from_secs(24 * 3_600);

/// The number of messages that are looked through at once for sealed passcodes.
const PIECE: i64 = 4_096;

/// A change that is due.
struct Due {
    change: Pruning,
    pace: Pace,
}

impl Due {
    /// Makes a change that goes swiftly if it `is_late`.
    fn new(change: Pruning, is_late: bool) -> Self {
        let pace = Pace::of(is_late);
        Self { change, pace }
    }
}

pub(super) struct Pruner {
    /// Nothing but passcodes goes before this is set.
    retention: Arc<OnceLock<Retention>>,
    writer: Pusher,
    /// How far the index has been pruned.
    index: Option<(i64, i64)>,
    /// Messages before this one have been looked through for passcodes.
    looked_through: i64,
}

impl Pruner {
    pub(super) fn new(retention: Arc<OnceLock<Retention>>, writer: Pusher) -> Self {
        Self {
            retention,
            writer,
            index: None,
            looked_through: 0,
        }
    }

    /// Lets some of what is due go. Returns the pace if there was work.
    pub(super) fn step(
        &mut self,
        log: &Connection,
        index: &mut Connection,
        counted: Progress,
        now: Timestamp,
    ) -> rusqlite::Result<Option<Pace>> {
        let gone = Gone::read(log)?;
        let due = match calls(log, now)? {
            None => self.passcodes(log, &gone, now)?,
            due => due,
        };
        let due = match due {
            None => self.rows(log, index, &gone, counted, now)?,
            due => due,
        };
        match due {
            Some(Due { change, pace }) => Ok(self.write(change).then_some(pace)),
            None => Ok(self.index(index, &gone)?.then_some(Pace::Gentle)),
        }
    }

    /// Hands a change to the writer, and waits until it is durable.
    fn write(&self, change: Pruning) -> bool {
        let pushed = self.writer.push(Record::Pruning(Box::new(change)));
        let written = pushed.map(|durable| durable.blocking_recv().is_ok_and(|done| done.is_ok()));
        written.unwrap_or(false)
    }

    /// Returns the change that forgets the next sealed passcodes.
    fn passcodes(
        &mut self,
        log: &Connection,
        gone: &Gone,
        now: Timestamp,
    ) -> rusqlite::Result<Option<Due>> {
        let from = self.looked_through.max(gone.passcodes);
        let old = find::first_at(log, Table::Message, now.before(PASSCODE))?;
        let to = old.min(from + PIECE);
        if to <= from {
            return Ok(None);
        }
        let has_any = log
            .prepare_cached(
                "SELECT 1 FROM message WHERE seq >= ? AND seq < ? AND code_sealed IS NOT NULL LIMIT 1",
            )?
            .exists([from, to])?;
        let is_due = has_any || to - gone.passcodes >= PIECE;
        if !is_due {
            self.looked_through = to;
        }
        let late = find::first_at(log, Table::Message, now.before(LATE))?;
        let due = Due::new(Pruning::Passcodes { before: to }, late > from);
        Ok(is_due.then_some(due))
    }

    /// Returns the next change that lets rows go, or puts the day on record before which they cannot.
    fn rows(
        &self,
        log: &Connection,
        index: &Connection,
        gone: &Gone,
        counted: Progress,
        now: Timestamp,
    ) -> rusqlite::Result<Option<Due>> {
        let open_day = first_open_day(log, gone)?;
        if let Some(day) = open_day
            && is_counted(day, counted)
        {
            return Ok(Some(Due::new(counts_of(index, day)?, true)));
        }
        let Some(retention) = self.retention.get() else {
            return Ok(None);
        };
        let until = retention.messages_from(now).min(gone.days_until);
        let before = find::first_at(log, Table::Message, until)?;
        if before > gone.messages {
            let late = find::first_at(log, Table::Message, until.before(LATE))?;
            let pace = Pace::of(late > gone.messages);
            let before = before.min(gone.messages + pace.piece());
            let change = Pruning::Messages { before, now };
            return Ok(Some(Due { change, pace }));
        }
        // The checks of messages that are still to be counted stay.
        let until = retention.events_from(now);
        let until = open_day.map_or(until, |day| until.min(day));
        let horizon = horizon(log)?;
        let before = find::first_at(log, Table::Event, until)?.min(horizon);
        let late = find::first_at(log, Table::Event, until.before(LATE))?.min(horizon);
        let pace = Pace::of(late > gone.events);
        let before = before.min(gone.events + pace.piece());
        let change = Pruning::Events { before, now };
        Ok((before > gone.events).then_some(Due { change, pace }))
    }

    /// Lets the entries of rows that have gone go from the index.
    fn index(&mut self, index: &mut Connection, gone: &Gone) -> rusqlite::Result<bool> {
        let reached = (gone.messages, gone.events);
        if self.index == Some(reached) {
            return Ok(false);
        }
        lookup::forget_before(index, Table::Message, gone.messages)?;
        lookup::forget_before(index, Table::Event, gone.events)?;
        self.index = Some(reached);
        Ok(true)
    }
}

/// Returns the change that lets calls go whose idempotency keys are over.
fn calls(log: &Connection, now: Timestamp) -> rusqlite::Result<Option<Due>> {
    let is_due = keyed::is_due(log, now, now.before(CALL))?;
    let is_late = is_due && keyed::is_due(log, now.before(LATE), now.before(LATE))?;
    Ok(is_due.then_some(Due::new(Pruning::Calls { now }, is_late)))
}

/// Returns the first day that has messages and whose counts are not on record.
fn first_open_day(log: &Connection, gone: &Gone) -> rusqlite::Result<Option<Timestamp>> {
    let seq = find::first_at(log, Table::Message, gone.days_until)?;
    let decided_at: Option<i64> = log
        .prepare_cached("SELECT decided_at FROM message WHERE seq >= ? ORDER BY seq LIMIT 1")?
        .query_row([seq], |row| row.get(0))
        .optional()?;
    Ok(decided_at.map(|at| Span::Day.start(Timestamp::from_millis(at))))
}

/// Returns whether all quarters of a day are closed and counted.
fn is_counted(day: Timestamp, counted: Progress) -> bool {
    day.after(Span::Day.length()) <= counted.closed_until && day >= counted.counted_from
}

/// Returns the change that puts the counts of a day on record.
fn counts_of(index: &Connection, day: Timestamp) -> rusqlite::Result<Pruning> {
    let end = day.after(Span::Day.length());
    let counts = tallies::spread_between(index, day, end)?;
    Ok(Pruning::Day {
        day,
        end,
        counts: counts.into_iter().collect(),
    })
}

/// Returns the first event that a start reads.
fn horizon(log: &Connection) -> rusqlite::Result<i64> {
    log.prepare_cached("SELECT seq FROM event_horizon")?
        .query_row([], |row| row.get(0))
}
