//! Keeps the tallies of `lookup.db` up to date with the log.
//!
//! A quarter of an hour is counted anew while it is [open](tally::OPEN), the newest every few seconds and older ones less
//! often, and once more when it closes. Where the file is new, older quarters are counted from the newest back.

use std::sync::atomic::AtomicBool;
use std::sync::{Arc, OnceLock};

use countersign_core::retention::Retention;
use countersign_core::tally::{self, Span};
use countersign_core::time::Timestamp;
use rusqlite::{Connection, OptionalExtension as _, params};

use super::recount;
use crate::seal::SealerInUse;
use crate::sqlite::log::find::{self, Table};
use crate::sqlite::log::gone::Gone;
use crate::sqlite::reading::tallies;
use crate::tallies::quarters::{self, OpenQuarters, closes_until};
use crate::tallies::{Counts, by_channel, columns_of_kind, counts};

/// Counts quarters, one at each step.
pub(super) struct Tallying {
    sealer: SealerInUse,
    retention: Arc<OnceLock<Retention>>,
    progress: Progress,
    open: OpenQuarters,
    /// Whether newer messages had their turn last.
    refreshed: bool,
}

/// How far the counting has come.
#[derive(Debug, Clone, Copy)]
pub(super) struct Progress {
    /// Messages from here on have been counted; before it is the work of [`Tallying::fill`].
    pub(super) counted_from: Timestamp,
    /// Quarters before this time are closed.
    pub(super) closed_until: Timestamp,
}

impl Tallying {
    pub(super) fn open(
        index: &Connection,
        sealer: SealerInUse,
        retention: Arc<OnceLock<Retention>>,
        now: Timestamp,
    ) -> rusqlite::Result<Self> {
        let known = index
            .query_row(
                "SELECT counted_from, closed_until FROM counted",
                [],
                |row| {
                    Ok(Progress {
                        counted_from: Timestamp::from_millis(row.get(0)?),
                        closed_until: Timestamp::from_millis(row.get(1)?),
                    })
                },
            )
            .optional()?;
        let new = Progress {
            counted_from: Span::Quarter.start(now).after(Span::Quarter.length()),
            closed_until: closes_until(now, tally::OPEN),
        };
        Ok(Self {
            sealer,
            retention,
            progress: known.unwrap_or(new),
            open: OpenQuarters::default(),
            refreshed: false,
        })
    }

    /// Counts one quarter, if one is due. Returns whether there was work.
    pub(super) fn step(
        &mut self,
        log: &Connection,
        index: &mut Connection,
        now: Timestamp,
        ending: &AtomicBool,
    ) -> rusqlite::Result<bool> {
        let mut place = Place {
            log,
            index,
            ending,
            now,
        };
        let refreshed = !self.refreshed && self.refresh(&mut place)?;
        self.refreshed = refreshed;
        Ok(refreshed
            || self.close(&mut place)?
            || self.fill(&mut place)?
            || self.refresh(&mut place)?)
    }

    /// Returns how far the counting has come.
    pub(super) fn progress(&self) -> Progress {
        self.progress
    }

    /// Counts the open quarter that has waited the longest for its turn.
    fn refresh(&mut self, place: &mut Place<'_>) -> rusqlite::Result<bool> {
        let oldest = self.progress.closed_until.max(self.progress.counted_from);
        match self.open.due(oldest, place.now) {
            Some(quarter) => self.make(quarter, place),
            None => Ok(false),
        }
    }

    /// Counts the next quarter that closes, for the last time.
    fn close(&mut self, place: &mut Place<'_>) -> rusqlite::Result<bool> {
        let open = self.retention.get().map_or(tally::OPEN, Retention::open);
        let until = closes_until(place.now, open);
        let Progress {
            counted_from,
            closed_until,
        } = self.progress;
        if closed_until >= until {
            return Ok(false);
        }
        let from = closed_until.max(counted_from).min(until);
        let next = place.first_quarter_from(from)?.filter(|next| *next < until);
        if let Some(quarter) = next
            && !self.make(quarter, place)?
        {
            return Ok(false);
        }
        let reached = next.map_or(until, |quarter| quarter.after(Span::Quarter.length()));
        self.progress.closed_until = reached;
        self.open.close_before(reached);
        tallies::drop_quarters_before(place.index, place.kept_from()?)?;
        self.put_progress(place.index)?;
        Ok(true)
    }

    /// Counts the newest quarter that was never counted, where the file is new.
    fn fill(&mut self, place: &mut Place<'_>) -> rusqlite::Result<bool> {
        let from = self.progress.counted_from;
        if from == BEGINNING {
            return Ok(false);
        }
        let quarter = match place.last_quarter_before(from)? {
            Some(quarter) if quarter >= place.kept_from()? => {
                if !self.make(quarter, place)? {
                    return Ok(false);
                }
                quarter
            }
            _ => BEGINNING,
        };
        self.progress.counted_from = quarter;
        self.put_progress(place.index)?;
        Ok(true)
    }

    /// Counts a quarter. Returns false if the thread was told to end meanwhile.
    fn make(&mut self, quarter: Timestamp, place: &mut Place<'_>) -> rusqlite::Result<bool> {
        let counts = recount::quarter(
            place.log,
            &self.sealer.get(),
            quarter,
            place.now,
            place.ending,
        )?;
        let Some(counts) = counts else {
            return Ok(false);
        };
        replace(place.index, quarter, &counts)?;
        self.open.counted(quarter, place.now);
        Ok(true)
    }

    fn put_progress(&self, index: &Connection) -> rusqlite::Result<()> {
        let Progress {
            counted_from,
            closed_until,
        } = self.progress;
        index
            .prepare_cached("INSERT OR REPLACE INTO counted VALUES (1, ?, ?)")?
            .execute([counted_from.as_millis(), closed_until.as_millis()])?;
        Ok(())
    }
}

/// The start of time, before which there is nothing to count.
const BEGINNING: Timestamp = Timestamp::from_millis(0);

/// The log, and the file that the tallies are in.
struct Place<'a> {
    log: &'a Connection,
    index: &'a mut Connection,
    ending: &'a AtomicBool,
    now: Timestamp,
}

impl Place<'_> {
    /// Returns the time from which on quarters are kept: all of a day whose counts are not on record yet.
    fn kept_from(&self) -> rusqlite::Result<Timestamp> {
        let days_until = Gone::read(self.log)?.days_until;
        Ok(quarters::kept_from(self.now, days_until))
    }

    /// Returns the first quarter at `from` or later that has a message.
    fn first_quarter_from(&self, from: Timestamp) -> rusqlite::Result<Option<Timestamp>> {
        let seq = find::first_at(self.log, Table::Message, from)?;
        self.quarter_of(
            "SELECT decided_at FROM message WHERE seq >= ? ORDER BY seq LIMIT 1",
            seq,
        )
    }

    /// Returns the last quarter before `from` that has a message.
    fn last_quarter_before(&self, from: Timestamp) -> rusqlite::Result<Option<Timestamp>> {
        let seq = find::first_at(self.log, Table::Message, from)?;
        self.quarter_of(
            "SELECT decided_at FROM message WHERE seq < ? ORDER BY seq DESC LIMIT 1",
            seq,
        )
    }

    fn quarter_of(&self, select: &str, seq: i64) -> rusqlite::Result<Option<Timestamp>> {
        let decided_at: Option<i64> = self
            .log
            .prepare_cached(select)?
            .query_row([seq], |row| row.get(0))
            .optional()?;
        Ok(decided_at.map(|at| Span::Quarter.start(Timestamp::from_millis(at))))
    }
}

/// Puts the counts of a quarter in place of those before, unless they are the same.
fn replace(index: &mut Connection, quarter: Timestamp, counts: &Counts) -> rusqlite::Result<()> {
    let at = quarter.as_millis();
    if tallies::spread_at(index, quarter)? == *counts {
        return Ok(());
    }
    let transaction = index.transaction()?;
    transaction
        .prepare_cached("DELETE FROM spread WHERE at = ?")?
        .execute([at])?;
    transaction
        .prepare_cached("DELETE FROM flow WHERE at = ?")?
        .execute([at])?;
    {
        let mut insert =
            transaction.prepare_cached("INSERT INTO spread VALUES (?, ?, ?, ?, ?, ?)")?;
        for (kind, tally) in counts {
            let (country, provider) = columns_of_kind(kind);
            insert.execute(params![
                at,
                kind.app,
                kind.channel.as_str(),
                country,
                provider,
                counts::encode(tally),
            ])?;
        }
        let mut insert = transaction.prepare_cached("INSERT INTO flow VALUES (?, ?, ?, ?)")?;
        for ((app, channel), tally) in by_channel(counts) {
            insert.execute(params![at, app, channel.as_str(), counts::encode(&tally)])?;
        }
    }
    transaction.commit()
}
