//! Upkeep: the work of low priority beside the log. One thread makes the index and the tallies in `lookup.db`.
//!
//! Nothing waits for it: requests come first.

mod recount;
mod tallying;

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{RecvTimeoutError, Sender};
use std::thread::JoinHandle;
use std::time::Duration;

use countersign_core::time::Clock;

use super::reading::lookup::Indexer;
use crate::seal::Sealer;
use tallying::Tallying;

/// The time between two looks for work.
const PAUSE: Duration = Duration::from_secs(1);

/// How many times as long as the last count took the thread rests before the next one: it takes a twentieth of a core
/// at most.
const REST: u32 = 20;

/// The least time that a count is taken to last, since clocks count milliseconds.
const LEAST: Duration = Duration::from_millis(1);

/// The thread of low priority. It runs for as long as this value lives.
pub(crate) struct Upkeep {
    ending: Arc<AtomicBool>,
    stop: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Upkeep {
    /// Opens or creates `lookup.db` beside `database`, and starts the thread.
    pub(crate) fn start(
        database: &Path,
        sealer: Arc<Sealer>,
        clock: Arc<dyn Clock>,
    ) -> rusqlite::Result<Self> {
        let ending = Arc::new(AtomicBool::new(false));
        let indexer = Indexer::open(database)?;
        let tallying = Tallying::open(&indexer.index, sealer, Arc::clone(&clock))?;
        let mut worker = Worker {
            indexer,
            tallying,
            clock,
            rest: Duration::ZERO,
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
fn yield_to_others() {
    // Linux has a priority for each thread.
    if let Err(error) = rustix::process::setpriority_process(Some(rustix::thread::gettid()), 19) {
        tracing::debug!(%error, "no low priority for upkeep");
    }
}

#[cfg(not(target_os = "linux"))]
fn yield_to_others() {}

struct Worker {
    indexer: Indexer,
    tallying: Tallying,
    clock: Arc<dyn Clock>,
    /// What is left of the rest after the last count.
    rest: Duration,
    ending: Arc<AtomicBool>,
}

impl Worker {
    /// Does one piece of work, and returns the pause before the next.
    fn work(&mut self) -> Duration {
        match self.indexer.step() {
            Ok(true) => return Duration::ZERO,
            Ok(false) => {}
            Err(error) => tracing::error!(%error, "lookup.db could not be written to"),
        }
        if !self.rest.is_zero() {
            return self.pause();
        }
        let begun = self.clock.now();
        let Indexer { log, index } = &mut self.indexer;
        match self.tallying.step(log, index, &self.ending) {
            Ok(true) => {
                let took = begun.until(self.clock.now()).max(LEAST);
                self.rest = took.saturating_mul(REST);
                self.pause()
            }
            Ok(false) => PAUSE,
            Err(error) => {
                tracing::error!(%error, "messages could not be counted");
                PAUSE
            }
        }
    }

    /// Returns the next part of the rest.
    fn pause(&mut self) -> Duration {
        let pause = PAUSE.min(self.rest);
        self.rest -= pause;
        pause
    }
}
