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
    /// One part in 160 at most.
    Gentle,
}

impl Pace {
    /// Returns the rest after work that took so long.
    fn rest(self, took: Duration) -> Duration {
        took.saturating_mul(match self {
            Pace::Swift => 20,
            Pace::Gentle => 160,
        })
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
            rest: Duration::ZERO,
            prunes: false,
            ending: Arc::clone(&ending),
        };
        let (stop, stopped) = std::sync::mpsc::channel();
        let work = move || {
            yield_to_others();
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

/// Lowers the priority of this thread, since requests come first.
#[cfg(target_os = "linux")]
pub(crate) fn yield_to_others() {
    // Linux has a priority for each thread.
    if let Err(error) = rustix::process::setpriority_process(Some(rustix::thread::gettid()), 19) {
        tracing::debug!(%error, "no low priority for upkeep");
    }
}

#[cfg(not(target_os = "linux"))]
pub(crate) fn yield_to_others() {}

struct Worker {
    indexer: Indexer,
    rereading: Rereading,
    tallying: Tallying,
    pruner: Pruner,
    /// Erasures that an earlier run did not finish, until that is done.
    unfinished: Option<LogEraser>,
    clock: Arc<dyn Clock>,
    /// What is left of the rest after the last work.
    rest: Duration,
    /// Whether pruning has its turn before counting.
    prunes: bool,
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
        if !self.rest.is_zero() {
            return self.pause();
        }
        let begun = self.clock.now();
        match self.count_or_prune(begun) {
            Ok(Some(pace)) => {
                let took = begun.until(self.clock.now()).max(LEAST);
                self.rest = pace.rest(took);
                self.pause()
            }
            Ok(None) => PAUSE,
            Err(error) => {
                tracing::error!(%error, "messages could not be counted, or let go");
                PAUSE
            }
        }
    }

    /// Counts a quarter, or lets some of what is due go. Returns the pace if there was work.
    fn count_or_prune(&mut self, now: Timestamp) -> rusqlite::Result<Option<Pace>> {
        let Indexer { log, index } = &mut self.indexer;
        let counted = self.tallying.progress();
        self.prunes = !self.prunes;
        if self.prunes
            && let Some(pace) = self.pruner.step(log, index, counted, now)?
        {
            return Ok(Some(pace));
        }
        if self.tallying.step(log, index, now, &self.ending)? {
            return Ok(Some(Pace::Swift));
        }
        if self.prunes {
            return Ok(None);
        }
        let counted = self.tallying.progress();
        self.pruner.step(log, index, counted, now)
    }

    /// Returns the next part of the rest.
    fn pause(&mut self) -> Duration {
        let pause = PAUSE.min(self.rest);
        self.rest -= pause;
        pause
    }
}
