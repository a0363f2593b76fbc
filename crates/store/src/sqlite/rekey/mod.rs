//! The work after a change of keys: everything that older keys sealed is sealed anew, and a generation of keys ends once
//! nothing needs it.
//!
//! A thread of low priority reads some rows at a time and lets the writer replace them in a commit of their own, which is
//! small, so that no decision waits for long. How far it has come is in the same commit, so a start goes on from there.

mod status;

use std::path::Path;
use std::sync::mpsc::{RecvTimeoutError, Sender};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

use countersign_core::code::check::Effect;
use countersign_core::id::{MessageId, RequestId};
use countersign_core::phone::PhoneNumber;
use countersign_core::ports::StoreError;
use countersign_core::time::Clock;
use rusqlite::Connection;

use super::ledger::{self, NewEvent};
use super::log::event::OlderKeys;
use super::log::find::{self, Table};
use super::log::generation::{self, Ending};
use super::log::read_only;
use super::log::record::Record;
use super::log::resealed::{Resealed, ResealedRow, Sealed};
use super::memory::Live;
use super::reading::lookup;
use super::start::generations;
use super::writer;
use super::writer::queue::Pusher;
use crate::generations::users;
use crate::live_setup::LiveSetup;
use crate::priority::{self, Niceness};
use crate::seal::{Sealer, SealerInUse};
pub(super) use status::status;

/// The number of rows that are sealed anew in one commit.
const CHUNK: i64 = 128;

/// The time between two chunks.
const BREATH: Duration = Duration::from_millis(5);

/// The time between two looks for work.
const PAUSE: Duration = Duration::from_millis(500);

/// The thread. It runs for as long as this value lives.
pub(super) struct Rekeyer {
    stop: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

/// The parts of a store that the thread works on.
pub(super) struct Parts {
    pub(super) live: Arc<Mutex<Live>>,
    pub(super) setup: LiveSetup,
    pub(super) sealer: SealerInUse,
    pub(super) queue: Pusher,
    pub(super) clock: Arc<dyn Clock>,
}

impl Rekeyer {
    /// Starts the thread on `database`, which has an index beside it.
    pub(super) fn start(database: &Path, parts: Parts) -> rusqlite::Result<Self> {
        let log = read_only::open(database)?;
        lookup::attach(&log, database)?;
        let work = Work { log, parts };
        let (stop, stopped) = std::sync::mpsc::channel();
        let run = move || {
            priority::lower(Niceness::Upkeep);
            loop {
                let pause = match work.step() {
                    Ok(true) => BREATH,
                    Ok(false) => PAUSE,
                    Err(error) => {
                        tracing::error!(%error, "what older keys sealed could not be sealed anew; it is tried again");
                        PAUSE
                    }
                };
                if stopped.recv_timeout(pause) != Err(RecvTimeoutError::Timeout) {
                    return;
                }
            }
        };
        let thread = std::thread::Builder::new()
            .name("sqlite-rekey".to_owned())
            .spawn(run)
            .map_err(|error| rusqlite::Error::ToSqlConversionFailure(error.into()))?;
        Ok(Self {
            stop: Some(stop),
            thread: Some(thread),
        })
    }
}

impl Drop for Rekeyer {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

struct Work {
    log: Connection,
    parts: Parts,
}

/// The reason why a step was not made.
#[derive(Debug, thiserror::Error)]
enum StepError {
    #[error(transparent)]
    Read(#[from] rusqlite::Error),
    #[error(transparent)]
    Write(#[from] StoreError),
}

impl Work {
    /// Does some of the work. Returns whether there may be more of it at once.
    fn step(&self) -> Result<bool, StepError> {
        let sealer = self.parts.sealer.get();
        if sealer.older().is_empty() {
            return Ok(false); // nearly always
        }
        for kind in Sealed::ALL {
            if let Some(next) = kind.next(&self.log)? {
                self.seal_some(kind, next, &sealer)?;
                return Ok(true);
            }
        }
        self.end_one()
    }

    /// Seals some rows of `kind` anew, from `next` on.
    fn seal_some(&self, kind: Sealed, next: i64, sealer: &Sealer) -> Result<(), StepError> {
        let (rows, last) = match kind {
            Sealed::Message => self.messages(next, sealer)?,
            Sealed::Unlock => self.unlocks(next, sealer)?,
        };
        let next = match last {
            Some(last) => Some(last + 1),
            None => self.end_of(kind, next)?,
        };
        self.record(Record::Resealed(Box::new(Resealed { kind, rows, next })))
    }

    /// Returns the row from which to look on, after none was found from `next` on; `None` where none will come.
    fn end_of(&self, kind: Sealed, next: i64) -> Result<Option<i64>, StepError> {
        let table = match kind {
            Sealed::Message => Table::Message,
            Sealed::Unlock => Table::Event,
        };
        let end = find::end(&self.log, table)?.max(next);
        // Rows that older keys sealed may still be on their way to the log, before this record.
        self.record(Record::Barrier(self.parts.clock.now()))?;
        Ok((find::end(&self.log, table)? > end).then_some(end))
    }

    fn messages(&self, next: i64, sealer: &Sealer) -> rusqlite::Result<Found> {
        let mut select = self.log.prepare_cached(
            "SELECT seq, id, phone FROM message WHERE seq >= ? ORDER BY seq LIMIT ?",
        )?;
        let mut rows = select.query([next, CHUNK])?;
        let mut found = Found::default();
        while let Some(row) = rows.next()? {
            let (seq, id) = (row.get("seq")?, MessageId::from_bytes(row.get("id")?));
            found.1 = Some(seq);
            let opened = sealer.open_with_age(row.get_ref("phone")?.as_blob()?, id);
            let Some((phone, true)) = opened else {
                continue; // sealed with the newest keys, or with none that exist
            };
            self.count_on(&phone, id, sealer);
            if let Some(sealed) = sealer.seal(&phone, id) {
                let number = sealer.phone(&phone);
                found.0.push(ResealedRow {
                    seq,
                    sealed,
                    number,
                });
            }
        }
        Ok(found)
    }

    fn unlocks(&self, next: i64, sealer: &Sealer) -> rusqlite::Result<Found> {
        let mut select = self.log.prepare_cached(
            "SELECT seq, id, sealed FROM code_event WHERE kind = 'unlocked' AND seq >= ? ORDER BY seq LIMIT ?",
        )?;
        let mut rows = select.query([next, CHUNK])?;
        let mut found = Found::default();
        while let Some(row) = rows.next()? {
            let (seq, id) = (row.get("seq")?, RequestId::from_bytes(row.get("id")?));
            found.1 = Some(seq);
            let opened = sealer.open_unlock(row.get_ref("sealed")?.as_blob()?, id);
            let Some(((phone, note), true)) = opened else {
                continue;
            };
            let number = sealer.phone(&phone);
            if let Some(sealed) = sealer.seal_unlock(&phone, &note, id) {
                found.0.push(ResealedRow {
                    seq,
                    sealed,
                    number,
                });
            }
        }
        Ok(found)
    }

    /// Lets consecutive wrong guesses about a number go on under its newest key, while the number is known: a guess alone
    /// leaves nothing that a new key could be made from.
    fn count_on(&self, phone: &PhoneNumber, message: MessageId, sealer: &Sealer) {
        let keys = sealer.keys(|each| each.phone(phone));
        let Ok(mut live) = self.parts.live.lock() else {
            return;
        };
        let is_newest = live.generation() == sealer.number;
        if !is_newest || !keys.older.iter().any(|key| live.counts_in_a_row(*key)) {
            return;
        }
        let event = NewEvent {
            effect: Effect::Rekeyed,
            caller: None,
            phone: Some(keys.newest),
            scope: None,
            older: OlderKeys::of(&keys, None),
            hits: Arc::new([]),
            sealed: None,
            act: None,
            keyed: None,
        };
        let id = RequestId::from_bytes(*message.as_bytes());
        let row = ledger::apply(event, id, &mut live, self.parts.clock.now());
        // The record is owed: the writer goes on trying.
        let _ = self.parts.queue.push(Record::Event(Box::new(row)));
    }

    /// Ends an older generation that nothing needs any more. Returns whether there was one.
    fn end_one(&self) -> Result<bool, StepError> {
        let (needed, now) = (generation::needed(&self.log)?, self.parts.clock.now());
        let setup = self.parts.setup.newest();
        for row in needed.iter().skip(1) {
            let number = row.number;
            if generations::may_end(&self.log, row, &needed, now)?
                && lookup::is_of_newest_keys(&self.log)?
                && users(&setup, number, now).is_empty()
            {
                self.record(Record::Ending(Ending { number, at: now }))?;
                tracing::info!(
                    generation = number,
                    "nothing needs this generation of keys any more: it has ended"
                );
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Waits until `record` is durable.
    fn record(&self, record: Record) -> Result<(), StepError> {
        let durable = self.parts.queue.push(record)?;
        Ok(durable.blocking_recv().map_err(|_| writer::stopped())??)
    }
}

/// Rows that are sealed anew, and the last row that was looked at.
type Found = (Vec<ResealedRow>, Option<i64>);
