//! The embedded store.
//!
//! One process owns the data folder. Decisions are made in [`memory`] under one lock, and answered once the
//! [`writer`] has made them durable in the [`log`]; concurrent requests share a commit. The log is append-only and led
//! by time. A [`start`] rebuilds the memory from its end, which the writer's horizon keeps short. [`reading`] goes on
//! beside the writer, over a connection of its own. [`upkeep`] makes an index and tallies of the log, at low priority.
//!
//! The store knows no rule: it asks [`countersign_core`], applies what comes back, records it, and replays it.

mod answers;
mod audit;
pub mod backup;
mod erase;
pub(crate) mod inspect;
mod keys;
mod ledger;
mod log;
mod memory;
pub(crate) mod moving;
mod nodes;
mod reader;
mod reading;
mod records;
mod rekey;
mod setup;
mod staff;
mod start;
mod tallies;
mod upkeep;
mod writer;

use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

use countersign_core::ports::StoreError;
use countersign_core::retention::Retention;
use countersign_core::time::{Clock, Timestamp};
use rusqlite::Connection;

use crate::folder::{self, Identity, OwnedFolder};
use crate::held::HeldKeys;
use crate::home::Housekeeping;
use crate::live_setup::LiveSetup;
use crate::seal::{Sealer, SealerInUse};
pub use audit::{StoppedAudit, StoppedAuditError};
use memory::Live;
use reader::Reader;
use rekey::Rekeyer;
use start::open::DATABASE;
pub use start::open::OpenError;
pub use start::simulation::SimulatedWriter;
use upkeep::Upkeep;
use writer::queue::{Durable, Queue};

/// The embedded store of one data folder.
pub struct SqliteStore {
    /// The thread of upkeep, which ends when this is dropped. Dropped first: it writes through the queue.
    upkeep: Option<Upkeep>,
    retention: Arc<OnceLock<Retention>>,
    live: Arc<Mutex<Live>>,
    /// The thread that works after a change of keys. It ends before the queue does.
    rekeyer: Option<Rekeyer>,
    queue: Queue,
    reader: Reader,
    /// Reads the calls with idempotency keys: a call never waits for somebody who reads many timelines.
    keyed: Arc<Mutex<Connection>>,
    held: HeldKeys,
    setup: LiveSetup,
    sealer: SealerInUse,
    clock: Arc<dyn Clock>,
    started_at: Timestamp,
    ahead: Duration,
    /// The moment before which no send is decided on, since the database was put back.
    held_until: Timestamp,
    /// The database file that is open.
    database: Option<Identity>,
    // Dropped last: the folder is owned until the writer has ended.
    folder: OwnedFolder,
}

/// The time that a decision may take to become durable before its caller gets "unavailable". Together with the
/// provider's deadline it stays within the 10 s that SDKs wait.
const DECISION: Duration = Duration::from_millis(1500);

impl std::fmt::Debug for SqliteStore {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SqliteStore").finish_non_exhaustive()
    }
}

impl Housekeeping for SqliteStore {
    fn keep_for(&self, retention: Retention) {
        let _ = self.retention.set(retention);
    }

    /// Where the path leads elsewhere, another process may own what is there now, and the two would each admit a send in the
    /// same minute.
    fn is_in_place(&self) -> bool {
        let database = self.folder.path().join(DATABASE);
        self.folder.is_in_place() && folder::is_in_place(&database, self.database)
    }

    fn clock_was_behind(&self) -> Duration {
        self.ahead
    }
}

impl SqliteStore {
    /// Returns the size of the database and of the log beside it, in bytes.
    fn size(&self) -> u64 {
        let database = self.folder.path().join(DATABASE);
        [database.with_extension("db-wal"), database]
            .iter()
            .map(|file| std::fs::metadata(file).map_or(0, |file| file.len()))
            .sum()
    }

    /// Returns the clock by which the store decides, which is never behind the record. Everything beside the
    /// store must use it too.
    #[must_use]
    pub fn clock(&self) -> Arc<dyn Clock> {
        Arc::clone(&self.clock)
    }

    /// Reads everything as of one moment.
    async fn read<T: Send + 'static>(
        &self,
        read: impl FnOnce(&Connection, &Sealer) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, StoreError> {
        let sealer = self.sealer.clone();
        let read = move |log: &Connection| reading::at_one_moment(log, &sealer, read);
        self.reader.read(read).await
    }
}

/// Reads on a connection, on a thread that may block.
async fn read_with<T: Send + 'static>(
    reader: Arc<Mutex<Connection>>,
    read: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
) -> Result<T, StoreError> {
    let read = move || {
        let reader = reader.lock().map_err(|_| writer::stopped())?;
        read(&reader).map_err(|error| StoreError::Unavailable(error.to_string()))
    };
    tokio::task::spawn_blocking(read)
        .await
        .map_err(|_| writer::stopped())?
}

/// Waits until a record is durable, at most for `patience`. A caller that gives up still takes an answer that
/// has arrived by then; otherwise it closes the channel, so that the writer sees that the caller has gone.
async fn wait(mut durable: Durable, patience: Duration) -> Result<(), StoreError> {
    if let Ok(answer) = tokio::time::timeout(patience, &mut durable).await {
        return answer.map_err(|_| writer::stopped())?;
    }
    durable.close();
    let too_slow = || StoreError::Unavailable("a commit takes too long".to_owned());
    durable.try_recv().map_err(|_| too_slow())?
}

fn unsealed() -> StoreError {
    StoreError::Unavailable("what is secret could not be sealed".to_owned())
}
