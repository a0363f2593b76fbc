//! Opening: the schema, the keys, the clock, and the live state from the log.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use countersign_core::time::Clock;
use rusqlite::{Connection, OpenFlags};

use super::folder::{Identity, OwnedFolder};
use super::lasting_clock::LastingClock;
use super::replay;
use crate::seal::{Sealer, StoreKeys};
use crate::sqlite::SqliteStore;
use crate::sqlite::log::mark;
use crate::sqlite::log::rule_set::RuleSets;
use crate::sqlite::log::schema::migrations;
use crate::sqlite::log::setup;
use crate::sqlite::memory::LiveSetup;
use crate::sqlite::reading::lookup::Lookup;
use crate::sqlite::writer::checkpoints::Checkpoints;
use crate::sqlite::writer::horizon::Horizon;
use crate::sqlite::writer::queue::Queue;
use crate::sqlite::writer::{Workplace, Writer};

/// The reason why a store could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The database cannot be opened, or was made by a newer version.
    #[error("the database in the data folder cannot be opened: {0}")]
    Database(String),
    /// The database was written with other keys.
    #[error("the database in the data folder does not open with these keys")]
    Keys,
}

pub(crate) const DATABASE: &str = "countersign.db";

impl SqliteStore {
    /// Opens the database in `folder`, creates or migrates it, and rebuilds the live state.
    ///
    /// # Errors
    /// [`OpenError`] when the database cannot be opened; nothing is changed then.
    pub fn open(
        folder: OwnedFolder,
        keys: &StoreKeys,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, OpenError> {
        let path = folder.path().join(DATABASE);
        let (mut store, mut writer) = assemble(folder, keys, clock)?;
        store.lookup = Some(Lookup::start(&path).map_err(database)?);
        if let Ok(reader) = store.reader.lock() {
            Lookup::attach(&reader, &path).map_err(database)?;
        }
        writer.checkpoint_beside(Checkpoints::start(&path).map_err(database)?);
        let thread = writer.start();
        let thread = thread.map_err(|error| OpenError::Database(error.to_string()))?;
        store.queue.join_on_drop(thread);
        Ok(store)
    }
}

/// Makes a store and its writer, with the live state rebuilt. Neither has started a thread yet.
pub(crate) fn assemble(
    folder: OwnedFolder,
    keys: &StoreKeys,
    clock: Arc<dyn Clock>,
) -> Result<(SqliteStore, Writer), OpenError> {
    let sealer = Sealer::new(keys).ok_or(OpenError::Keys)?;
    let path = folder.path().join(DATABASE);
    let mut log = Connection::open(&path).map_err(database)?;
    configure(&log).map_err(database)?;
    migrations()
        .to_latest(&mut log)
        .map_err(|error| OpenError::Database(error.to_string()))?;
    if !keys_fit(&log, &sealer).map_err(database)? {
        return Err(OpenError::Keys);
    }
    setup::reseal(&mut log, &sealer).map_err(database)?;
    let clock = wind(&log, clock).map_err(database)?;
    let ahead = clock.ahead();
    let clock: Arc<dyn Clock> = Arc::new(clock);
    let horizon = Horizon::read(&log).map_err(database)?;
    let mut rule_sets = RuleSets::read(&log).map_err(database)?;
    let live =
        replay::rebuild(&mut log, &horizon, &mut rule_sets, clock.now()).map_err(database)?;
    let live = Arc::new(Mutex::new(live));
    let setup = LiveSetup::new(setup::read(&log, &sealer).map_err(database)?);
    let reader =
        Connection::open_with_flags(&path, OpenFlags::SQLITE_OPEN_READ_ONLY).map_err(database)?;
    let (queue, inbox) = Queue::new();
    let place = Workplace {
        log,
        live: Arc::clone(&live),
        setup: setup.clone(),
        clock: Arc::clone(&clock),
        horizon,
        rule_sets,
        checkpoints: Checkpoints::none(),
    };
    let store = SqliteStore {
        live,
        queue,
        reader: Arc::new(Mutex::new(reader)),
        setup,
        sealer: Arc::new(sealer),
        clock,
        ahead,
        lookup: None,
        database: Identity::of(&path).map_err(|error| OpenError::Database(error.to_string()))?,
        folder,
    };
    Ok((store, Writer::new(place, inbox)))
}

/// Makes the clock of this run, which is never behind the record. If the given clock was behind, or has not
/// counted all the time since, the time that has passed is unknown: every earlier code is dead.
fn wind(log: &Connection, clock: Arc<dyn Clock>) -> rusqlite::Result<LastingClock> {
    let high_water = mark::high_water(log)?;
    let continuous = clock.is_continuous();
    let clock = LastingClock::starting_after(clock, high_water);
    if !(continuous && clock.ahead().is_zero()) {
        mark::set_dead_before(log, high_water.after(Duration::from_millis(1)))?;
    }
    Ok(clock)
}

fn database(error: rusqlite::Error) -> OpenError {
    OpenError::Database(error.to_string())
}

pub(crate) fn configure(log: &Connection) -> rusqlite::Result<()> {
    log.pragma_update(None, "journal_mode", "WAL")?;
    // A commit that was answered survives a loss of power, not only the death of the process.
    log.pragma_update(None, "synchronous", "FULL")?;
    // The growing pages are few, and checkpoints have a thread of their own.
    log.pragma_update(None, "cache_size", -1_024)?;
    log.pragma_update(None, "wal_autocheckpoint", 0)?;
    // No other process writes; a person who locks the file by hand must not hold up callers for long.
    log.busy_timeout(Duration::from_millis(500))
}

/// Returns whether the database was written with these keys. A new database takes them as its own.
fn keys_fit(log: &Connection, sealer: &Sealer) -> rusqlite::Result<bool> {
    let ours = sealer.fingerprint();
    log.execute(
        "INSERT OR IGNORE INTO key_fingerprint VALUES (1, ?)",
        [ours],
    )?;
    let theirs: [u8; 16] =
        log.query_row("SELECT digest FROM key_fingerprint", [], |row| row.get(0))?;
    Ok(ours == theirs)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_commit_reaches_the_disk_before_it_is_answered() {
        let dir = tempfile::tempdir().unwrap();
        let log = Connection::open(dir.path().join(DATABASE)).unwrap();
        configure(&log).unwrap();
        let full: i64 = log
            .pragma_query_value(None, "synchronous", |row| row.get(0))
            .unwrap();
        assert_eq!(full, 2);
    }
}
