//! Carries the write-ahead log into the database, beside the writer.
//!
//! SQLite would do that within a commit, which then takes as long as tens of thousands of others. Here a thread
//! of its own carries what is there four times a second; and since the log grows meanwhile, and starts over only when
//! all of it has been carried, the writer carries the little rest ([`Checkpoints::finish`]) between two commits.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{RecvTimeoutError, Sender};
use std::thread::JoinHandle;
use std::time::Duration;

use rusqlite::Connection;

/// The less there is to carry at once, the shorter others wait for the disk.
const PAUSE: Duration = Duration::from_millis(250);

/// From so many pages of 4 KiB on, the log is to start over.
const LONG: i64 = 1_024;

/// The thread, for as long as this lives.
pub(crate) struct Checkpoints {
    rest_is_short: Arc<AtomicBool>,
    stop: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Checkpoints {
    pub(crate) fn start(database: &Path) -> rusqlite::Result<Self> {
        let log = Connection::open(database)?;
        let rest_is_short = Arc::new(AtomicBool::new(false));
        let (stop, stopped) = std::sync::mpsc::channel();
        let flag = Arc::clone(&rest_is_short);
        let work = move || {
            while stopped.recv_timeout(PAUSE) == Err(RecvTimeoutError::Timeout) {
                match carry(&log) {
                    Ok(pages) => flag.store(pages > LONG, Ordering::Relaxed),
                    Err(error) => tracing::error!(%error, "a checkpoint failed"),
                }
            }
        };
        let thread = std::thread::Builder::new()
            .name("sqlite-checkpoints".to_owned())
            .spawn(work)
            .map_err(|error| rusqlite::Error::ToSqlConversionFailure(error.into()))?;
        Ok(Self {
            rest_is_short,
            stop: Some(stop),
            thread: Some(thread),
        })
    }

    /// None: a test carries nothing.
    pub(crate) fn none() -> Self {
        Self {
            rest_is_short: Arc::default(),
            stop: None,
            thread: None,
        }
    }

    /// To be called by the writer between two commits: carries the rest of a long log, if that is short now.
    pub(crate) fn finish(&self, log: &Connection) {
        if !self.rest_is_short.swap(false, Ordering::Relaxed) {
            return;
        }
        if let Err(error) = carry(log) {
            tracing::error!(%error, "a checkpoint failed");
        }
    }
}

impl Drop for Checkpoints {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// Carries what nobody reads from the log any more; how many pages that has.
fn carry(log: &Connection) -> rusqlite::Result<i64> {
    log.prepare_cached("PRAGMA wal_checkpoint(PASSIVE)")?
        .query_row([], |row| row.get(1))
}
