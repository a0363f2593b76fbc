//! The embedded store as a [`Backend`].

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use countersign_core::audit::Author;
use countersign_core::ports::answers::Answers;
use countersign_core::ports::audit::AuditLog;
use countersign_core::ports::erasure::Eraser;
use countersign_core::ports::ledger::Ledger;
use countersign_core::ports::records::Records;
use countersign_core::ports::setup::SetupStore;
use countersign_core::ports::staff::Staff;
use countersign_core::ports::tallies::TallyBook;
use countersign_core::retention::Retention;
use countersign_core::testing::HandClock;
use countersign_core::time::Clock;
use countersign_store::sqlite::{OpenError, SqliteStore};
use countersign_store::{Generations, Housekeeping as _, OwnedFolder, StoreKeys};
use rusqlite::Connection;
use tempfile::TempDir;

use crate::backend::{BEGINNING, Backend, RecordKind};

pub(crate) struct Sqlite {
    pub(crate) dir: TempDir,
    /// By generation, newest first: the value of every byte of the store's keys.
    keys: Vec<u8>,
    clock: Arc<HandClock>,
    store: Option<Arc<SqliteStore>>,
}

impl Sqlite {
    pub(crate) fn new() -> Self {
        Self::with_keys(7)
    }

    /// Makes a store whose keys consist of this byte.
    pub(crate) fn with_keys(key: u8) -> Self {
        Self::in_folder(tempfile::tempdir().unwrap(), key)
    }

    /// Makes a store on a disk of memory, if there is one, for tests that do not depend on the disk.
    pub(crate) fn in_memory() -> Self {
        let dir = tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir());
        Self::in_folder(dir.unwrap(), 7)
    }

    fn in_folder(dir: TempDir, key: u8) -> Self {
        let mut backend = Self {
            dir,
            keys: vec![key],
            clock: Arc::new(HandClock::new(BEGINNING)),
            store: None,
        };
        backend.start();
        backend
    }

    pub(crate) fn store(&self) -> Arc<SqliteStore> {
        Arc::clone(self.store.as_ref().unwrap())
    }

    pub(crate) fn start_with_keys(&self, key: u8) -> Result<SqliteStore, OpenError> {
        open(self.dir.path(), &[key], &self.clock)
    }

    /// Adds a generation of keys and brings it into use while the store runs.
    pub(crate) async fn rotate(&mut self) {
        self.add_keys();
        self.begin_keys().await;
    }

    /// Starts a stopped store on a database that was put back, which an operator accepts.
    pub(crate) fn start_restored(&mut self) {
        let (folder, keys) = parts(self.dir.path(), &self.keys);
        let clock = Arc::clone(&self.clock) as _;
        let store = SqliteStore::open_restored(folder, &keys, clock).unwrap();
        self.store = Some(Arc::new(store));
    }

    /// Opens a second connection to the same database.
    pub(crate) fn intruder(&self) -> Connection {
        let intruder = Connection::open(self.dir.path().join("countersign.db")).unwrap();
        intruder.busy_timeout(Duration::from_secs(5)).unwrap();
        intruder
    }
}

fn open(path: &Path, keys: &[u8], clock: &Arc<HandClock>) -> Result<SqliteStore, OpenError> {
    let (folder, keys) = parts(path, keys);
    SqliteStore::open(folder, &keys, Arc::clone(clock) as _)
}

fn parts(path: &Path, keys: &[u8]) -> (OwnedFolder, Vec<StoreKeys>) {
    let keys = keys.iter().map(|key| store_keys(*key)).collect();
    (OwnedFolder::claim(path).unwrap(), keys)
}

/// Returns keys that consist of this byte.
fn store_keys(key: u8) -> StoreKeys {
    StoreKeys {
        index: [key; 32],
        seal: [key; 32],
    }
}

#[async_trait]
impl Backend for Sqlite {
    fn ledger(&self) -> Arc<dyn Ledger> {
        self.store()
    }

    fn records(&self) -> Arc<dyn Records> {
        self.store()
    }

    fn setups(&self) -> Arc<dyn SetupStore> {
        self.store()
    }

    fn staff(&self) -> Arc<dyn Staff> {
        self.store()
    }

    fn answers(&self) -> Arc<dyn Answers> {
        self.store()
    }

    fn tally_book(&self) -> Arc<dyn TallyBook> {
        self.store()
    }

    fn audit(&self) -> Arc<dyn AuditLog> {
        self.store()
    }

    fn eraser(&self) -> Arc<dyn Eraser> {
        self.store()
    }

    fn generations(&self) -> Arc<dyn Generations> {
        self.store()
    }

    fn add_keys(&mut self) {
        self.keys.insert(0, self.keys[0] + 1);
    }

    async fn begin_keys(&self) {
        let (keys, check) = (store_keys(self.keys[0]), ("test", [self.keys[0]; 16]));
        let begun = self.store().begin(&keys, check, Author::service()).await;
        begun.unwrap();
    }

    fn drop_older_keys(&mut self) {
        self.keys.truncate(1);
    }

    fn lacks_older_keys(&self) -> bool {
        let opened = open(self.dir.path(), &self.keys[..1], &self.clock);
        matches!(opened, Err(OpenError::OlderKeys))
    }

    fn settles_after_a_start(&self) -> bool {
        false
    }

    fn hand_clock(&self) -> Arc<HandClock> {
        Arc::clone(&self.clock)
    }

    fn clock(&self) -> Arc<dyn Clock> {
        self.store().clock()
    }

    fn stop(&mut self) {
        self.store = None;
    }

    fn start(&mut self) {
        let store = open(self.dir.path(), &self.keys, &self.clock).unwrap();
        self.store = Some(Arc::new(store));
    }

    fn keep_for(&self, retention: Retention) {
        self.store().keep_for(retention);
    }

    fn refuse_writes(&self, of: RecordKind, refuse: bool) {
        let table = match of {
            RecordKind::Messages => "message",
            RecordKind::Outcomes => "attempt",
            RecordKind::Events => "code_event",
        };
        let (from, to) = if refuse {
            (table, "hidden")
        } else {
            ("hidden", table)
        };
        let sql = format!("ALTER TABLE {from} RENAME TO {to}");
        self.intruder().execute(&sql, []).unwrap();
    }

    /// A failed event takes effect in memory at once, and is written once that is possible.
    fn counts_failed_events(&self) -> bool {
        true
    }
}
