//! Checkpoints: carries the write-ahead log into the database, beside the writer.
//!
//! SQLite would do that within a commit, which would then take as long as tens of thousands of others. Instead,
//! a thread of its own carries the pages that are there four times a second. The log grows meanwhile, and
//! restarts only when all of it has been carried, so the writer carries the small rest between two commits
//! ([`Checkpoints::finish`]).

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{RecvTimeoutError, Sender};
use std::thread::JoinHandle;
use std::time::Duration;

use rusqlite::Connection;

/// The time between two checkpoints. Fewer pages to carry at once mean a shorter wait for the disk.
const PAUSE: Duration = Duration::from_millis(250);

/// The number of pages of 4 KiB from which on the log should restart.
const LONG: i64 = 1_024;

/// The checkpoint thread. It runs for as long as this value lives.
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

    /// Makes checkpoints that carry nothing, for tests.
    pub(crate) fn none() -> Self {
        Self {
            rest_is_short: Arc::default(),
            stop: None,
            thread: None,
        }
    }

    /// Carries the rest of a long log, if that rest is short now. The writer calls this between two commits.
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

/// Carries the whole log into the database and empties it.
///
/// # Errors
/// When the disk fails, or a reader is in the way for longer than the connection waits.
pub(super) fn fold(log: &Connection) -> rusqlite::Result<()> {
    let busy: bool = log.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0))?;
    if busy {
        return Err(rusqlite::Error::SqliteFailure(
            rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_BUSY),
            None,
        ));
    }
    Ok(())
}

/// Carries the pages that no reader needs any more, and returns the number of pages in the log.
fn carry(log: &Connection) -> rusqlite::Result<i64> {
    log.prepare_cached("PRAGMA wal_checkpoint(PASSIVE)")?
        .query_row([], |row| row.get(1))
}
