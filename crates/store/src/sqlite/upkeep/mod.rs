//! Upkeep: the work of low priority beside the log. One thread makes the index and the tallies in `lookup.db`, and lets
//! go what is older than the retention. It also reads numbers again after a change of the numbering plans.
//!
//! Nothing waits for it: requests come first.

mod pruning;
mod recount;
mod rereading;
mod tallying;

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{RecvTimeoutError, Sender};
use std::sync::{Arc, OnceLock};
use std::thread::JoinHandle;
use std::time::Duration;

use countersign_core::retention::Retention;
use countersign_core::time::{Clock, Timestamp};

use super::erase::LogEraser;
use super::reading::lookup::Indexer;
use super::writer::queue::Pusher;
use crate::priority::{self, Niceness};
use crate::seal::SealerInUse;
use pruning::Pruner;
use rereading::Rereading;
use tallying::Tallying;

/// The time between two looks for work.
const PAUSE: Duration = Duration::from_secs(1);

/// The part of a core, and of the writer's time, that work takes while there is some.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Pace {
    /// A twentieth at most. Sends wait noticeably longer, by a third of their time in the median.
    Swift,
    /// One part in 160, unless that would be a rest of more than a second.
    Gentle,
}

impl Pace {
    /// Returns the pace of what is due, and late or not.
    fn of(is_late: bool) -> Self {
        if is_late { Pace::Swift } else { Pace::Gentle }
    }

    /// Returns the rest after work that took so long.
    fn rest(self, took: Duration) -> Duration {
        let took = took.max(LEAST);
        match self {
            Pace::Swift => took.saturating_mul(20),
            // A thread of low priority waits for its turn where the machine is busy, and that is no work.
            Pace::Gentle => took.saturating_mul(160).min(PAUSE),
        }
    }

    /// Returns the number of rows that go at once.
    fn piece(self) -> i64 {
        match self {
            Pace::Swift => 256,
            Pace::Gentle => 64,
        }
    }
}

/// The least time that work is taken to last, since clocks count milliseconds.
const LEAST: Duration = Duration::from_millis(1);

/// The thread of low priority. It runs for as long as this value lives.
pub(crate) struct Upkeep {
    ending: Arc<AtomicBool>,
    stop: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

/// What upkeep works with.
pub(crate) struct UpkeepParts {
    pub(crate) sealer: SealerInUse,
    pub(crate) clock: Arc<dyn Clock>,
    /// How long rows are kept; for ever before this is set.
    pub(crate) retention: Arc<OnceLock<Retention>>,
    pub(crate) writer: Pusher,
    pub(crate) eraser: LogEraser,
}

impl Upkeep {
    /// Opens or creates `lookup.db` beside `database`, and starts the thread.
    pub(crate) fn start(database: &Path, parts: UpkeepParts) -> rusqlite::Result<Self> {
        let ending = Arc::new(AtomicBool::new(false));
        let indexer = Indexer::open(database)?;
        let (clock, retention) = (parts.clock, parts.retention);
        let now = clock.now();
        let (sealer, path) = (parts.sealer.clone(), database.to_owned());
        let rereading = Rereading::open(&indexer.log, path, sealer, Arc::clone(&clock))?;
        let mut worker = Worker {
            rereading,
            tallying: Tallying::open(&indexer.index, parts.sealer, Arc::clone(&retention), now)?,
            pruner: Pruner::new(retention, parts.writer),
            indexer,
            unfinished: Some(parts.eraser),
            clock,
            until_count: Duration::ZERO,
            until_prune: Duration::ZERO,
            ending: Arc::clone(&ending),
        };
        let (stop, stopped) = std::sync::mpsc::channel();
        let work = move || {
            priority::lower(Niceness::Upkeep);
            while stopped.recv_timeout(worker.work()) == Err(RecvTimeoutError::Timeout) {}
        };
        let thread = std::thread::Builder::new()
            .name("sqlite-upkeep".to_owned())
            .spawn(work)
            .map_err(|error| rusqlite::Error::ToSqlConversionFailure(error.into()))?;
        Ok(Self {
            ending,
            stop: Some(stop),
            thread: Some(thread),
        })
    }
}

impl Drop for Upkeep {
    fn drop(&mut self) {
        self.ending.store(true, Ordering::Relaxed);
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

struct Worker {
    indexer: Indexer,
    rereading: Rereading,
    tallying: Tallying,
    pruner: Pruner,
    /// Erasures that an earlier run did not finish, until that is done.
    unfinished: Option<LogEraser>,
    clock: Arc<dyn Clock>,
    /// What is left of the rest before it counts again.
    until_count: Duration,
    /// What is left of the rest before it lets rows go again.
    until_prune: Duration,
    ending: Arc<AtomicBool>,
}

impl Worker {
    /// Does one piece of work, and returns the pause before the next.
    fn work(&mut self) -> Duration {
        if let Some(eraser) = self.unfinished.take()
            && let Err(error) = eraser.resume()
        {
            tracing::error!(%error, "an erasure that was interrupted could not go on");
            self.unfinished = Some(eraser);
        }
        match self.indexer.step() {
            Ok(true) => return Duration::ZERO,
            Ok(false) => {}
            Err(error) => tracing::error!(%error, "lookup.db could not be written to"),
        }
        match self.rereading.step(&self.indexer.log) {
            Ok(true) => return Duration::ZERO,
            Ok(false) => {}
            Err(error) => tracing::error!(%error, "numbers on record could not be read again"),
        }
        if self.until_count.is_zero() {
            self.until_count = self.rest_after(Self::count);
        }
        if self.until_prune.is_zero() {
            self.until_prune = self.rest_after(Self::prune);
        }
        let pause = PAUSE.min(self.until_count).min(self.until_prune);
        self.until_count -= pause;
        self.until_prune -= pause;
        pause
    }

    /// Does `work`, and returns the rest before it is done again.
    fn rest_after(
        &mut self,
        work: impl FnOnce(&mut Self, Timestamp) -> rusqlite::Result<Option<Pace>>,
    ) -> Duration {
        let begun = self.clock.now();
        match work(self, begun) {
            Ok(Some(pace)) => pace.rest(begun.until(self.clock.now())),
            Ok(None) => PAUSE,
            Err(error) => {
                tracing::error!(%error, "messages could not be counted, or let go");
                PAUSE
            }
        }
    }

    /// Counts a quarter of an hour. Returns the pace if there was work.
    fn count(&mut self, now: Timestamp) -> rusqlite::Result<Option<Pace>> {
        let Indexer { log, index } = &mut self.indexer;
        let has_counted = self.tallying.step(log, index, now, &self.ending)?;
        Ok(has_counted.then_some(Pace::Swift))
    }

    /// Lets some of what is due go. Returns the pace if there was work.
    fn prune(&mut self, now: Timestamp) -> rusqlite::Result<Option<Pace>> {
        let Indexer { log, index } = &mut self.indexer;
        self.pruner.step(log, index, self.tallying.progress(), now)
    }
}
