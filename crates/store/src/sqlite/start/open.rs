//! Opening: the schema, the keys, the clock, and the live state from the log.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use countersign_core::policy;
use countersign_core::ports::StoreError;
use countersign_core::time::Clock;
use rusqlite::Connection;

use super::generations;
use super::lasting_clock::LastingClock;
use super::put_back::{self, OnPutBack};
use super::replay;
use super::words;
use crate::folder::{Identity, OwnedFolder};
use crate::held::HeldKeys;
use crate::live_setup::LiveSetup;
use crate::mark::{self, Keeper, PutBack};
use crate::seal::{Sealer, SealerInUse, StoreKeys};
use crate::sqlite::SqliteStore;
use crate::sqlite::log::identity;
use crate::sqlite::log::imported;
use crate::sqlite::log::mark as log_mark;
use crate::sqlite::log::read_only;
use crate::sqlite::log::rule_set::RuleSets;
use crate::sqlite::log::schema::migrations;
use crate::sqlite::log::{setup, staff};
use crate::sqlite::reader::Reader;
use crate::sqlite::reading::lookup;
use crate::sqlite::rekey::{self, Rekeyer};
use crate::sqlite::upkeep::{Upkeep, UpkeepParts};
use crate::sqlite::writer::checkpoints::Checkpoints;
use crate::sqlite::writer::horizon::Horizon;
use crate::sqlite::writer::queue::Queue;
use crate::sqlite::writer::{Workplace, Writer};

/// The reason why a store could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The database cannot be opened, or was made by a newer version; in words, with the mend.
    #[error("the database in the data folder cannot be opened: {0}")]
    Database(String),
    /// The database was written with other keys.
    #[error("the database in the data folder does not open with these keys")]
    Keys,
    /// Something in the database needs older keys, which were not given.
    #[error(
        "the database in the data folder still needs the keys of before: name them beside the new ones until \
         `countersign master-key status` shows that they have ended"
    )]
    OlderKeys,
    /// An import has begun and not ended.
    #[error(
        "the database in the data folder holds a part of an import: run `countersign migrate import` with the same file again, \
         which goes on where it stopped"
    )]
    HalfImported,
    /// The database was put back, emptied or lost.
    #[error(
        "the database {} {why}: put the newest {DATABASE} back with its {DATABASE}-wal and database.mark, or start with --accept-restored: codes sent before are dead then, and sends wait for a minute",
        path.display()
    )]
    PutBack {
        /// The database.
        path: PathBuf,
        /// How it shows.
        why: PutBack,
    },
    /// The mark of the database cannot be read or written.
    #[error("the mark of the database, {}, cannot be used: {why}", path.display())]
    Mark {
        /// The file of the mark.
        path: PathBuf,
        /// The error of the operating system.
        why: String,
    },
}

impl OpenError {
    /// The error for a database with a page that cannot be read.
    pub(crate) fn damaged() -> Self {
        OpenError::Database(words::DAMAGED.to_owned())
    }

    /// The error for a database that a newer version has written.
    pub(crate) fn newer() -> Self {
        OpenError::Database(words::NEWER.to_owned())
    }
}

pub(crate) const DATABASE: &str = "countersign.db";

impl SqliteStore {
    /// Opens the database in `folder`, creates or migrates it, and rebuilds the live state. The first of `keys` are those
    /// to write with; a database that was written with others among them is written with the first from now on. A
    /// generation of keys that the database still needs must be among them.
    ///
    /// # Errors
    /// [`OpenError`] when the database cannot be opened or was put back; nothing is changed then.
    pub fn open(
        folder: OwnedFolder,
        keys: &(impl AsRef<[StoreKeys]> + ?Sized),
        clock: Arc<dyn Clock>,
    ) -> Result<Self, OpenError> {
        Self::start(folder, keys.as_ref(), clock, OnPutBack::Refuse)
    }

    /// Opens the database in `folder` as one that was put back, whether its mark shows that or not: every earlier code
    /// is dead, sends are held for [`RESTORED_HOLD`](policy::RESTORED_HOLD), limits count what the database knows, and
    /// the act is on record.
    ///
    /// # Errors
    /// [`OpenError`] when the database cannot be opened.
    pub fn open_restored(
        folder: OwnedFolder,
        keys: &(impl AsRef<[StoreKeys]> + ?Sized),
        clock: Arc<dyn Clock>,
    ) -> Result<Self, OpenError> {
        Self::start(folder, keys.as_ref(), clock, OnPutBack::Accept)
    }

    fn start(
        folder: OwnedFolder,
        keys: &[StoreKeys],
        clock: Arc<dyn Clock>,
        on_put_back: OnPutBack,
    ) -> Result<Self, OpenError> {
        let path = folder.path().join(DATABASE);
        let (mut store, mut writer) = assemble(folder, keys, clock, on_put_back)?;
        let parts = UpkeepParts {
            sealer: store.sealer.clone(),
            clock: Arc::clone(&store.clock),
            retention: Arc::clone(&store.retention),
            writer: store.queue.pusher().map_err(stopped)?,
            eraser: store.eraser().map_err(database)?,
        };
        store.upkeep = Some(Upkeep::start(&path, parts).map_err(database)?);
        let attached = store.reader.set_up(|log| lookup::attach(log, &path));
        attached.map_err(stopped)?.map_err(database)?;
        let parts = rekey::Parts {
            live: Arc::clone(&store.live),
            setup: store.setup.clone(),
            sealer: store.sealer.clone(),
            queue: store.queue.pusher().map_err(stopped)?,
            clock: Arc::clone(&store.clock),
        };
        store.rekeyer = Some(Rekeyer::start(&path, parts).map_err(database)?);
        writer.checkpoint_beside(Checkpoints::start(&path).map_err(database)?);
        let thread = writer.start().map_err(of_system)?;
        store.queue.join_on_drop(thread);
        Ok(store)
    }
}

/// Makes a store and its writer, with the live state rebuilt. Neither has started a thread yet.
pub(crate) fn assemble(
    folder: OwnedFolder,
    keys: &[StoreKeys],
    clock: Arc<dyn Clock>,
    on_put_back: OnPutBack,
) -> Result<(SqliteStore, Writer), OpenError> {
    let path = folder.path().join(DATABASE);
    let found = put_back::judge(folder.path(), &generations::given(keys)?)?;
    if let (OnPutBack::Refuse, Err(why)) = (on_put_back, found) {
        return Err(OpenError::PutBack { path, why });
    }
    let mut log = Connection::open(&path).map_err(database)?;
    configure(&log).map_err(database)?;
    migrations()
        .to_latest(&mut log)
        .map_err(|error| OpenError::Database(words::of_migration(&error)))?;
    if imported::is_half(&log).map_err(database)? {
        return Err(OpenError::HalfImported);
    }
    let clock = wind(&log, clock).map_err(database)?;
    let ahead = clock.ahead();
    let clock: Arc<dyn Clock> = Arc::new(clock);
    let sealer = generations::of(&mut log, keys, &*clock)?;
    setup::reseal(&mut log, &sealer).map_err(database)?;
    if on_put_back == OnPutBack::Accept {
        accept(&mut log, found, &*clock).map_err(database)?;
    }
    let mark = keep_mark(&log, folder.path(), &sealer)?;
    let held_until = identity::held_until(&log).map_err(database)?;
    let horizon = Horizon::read(&log).map_err(database)?;
    let mut rule_sets = RuleSets::read(&log).map_err(database)?;
    let generation = sealer.number;
    let live = replay::rebuild(&mut log, &horizon, &mut rule_sets, generation, clock.now())
        .map_err(database)?;
    let live = Arc::new(Mutex::new(live));
    let setup = LiveSetup::new(setup::read(&log, &sealer).map_err(database)?);
    let open = || read_only::open(&path).map_err(database);
    let (reader, keyed) = (open()?, open()?);
    let sealer = SealerInUse::new(sealer);
    let (queue, inbox) = Queue::new();
    let place = Workplace {
        log,
        live: Arc::clone(&live),
        setup: setup.clone(),
        sealer: sealer.clone(),
        clock: Arc::clone(&clock),
        horizon,
        rule_sets,
        checkpoints: Checkpoints::none(),
        mark,
    };
    let store = SqliteStore {
        live,
        queue,
        reader: Reader::start(reader).map_err(of_system)?,
        keyed: Arc::new(Mutex::new(keyed)),
        held: HeldKeys::default(),
        setup,
        sealer,
        started_at: clock.now(),
        clock,
        ahead,
        held_until,
        rekeyer: None,
        upkeep: None,
        retention: Arc::default(),
        database: Identity::of(&path).map_err(of_system)?,
        folder,
    };
    Ok((store, Writer::new(place, inbox)))
}

/// Takes the database as one that was put back; `found` is how its mark saw it.
fn accept(
    log: &mut Connection,
    found: Result<(), PutBack>,
    clock: &dyn Clock,
) -> rusqlite::Result<()> {
    let found = match found {
        Ok(()) => "does not lack what its mark names".to_owned(),
        Err(why) => why.to_string(),
    };
    identity::accept(log, &found, clock.now(), clock.wall())?;
    staff::end_every_session(log)?;
    tracing::warn!(
        database = %found,
        held_seconds = policy::RESTORED_HOLD.as_secs(),
        "the database was accepted as one that was put back: every code sent before is dead, and sends are held"
    );
    Ok(())
}

/// Starts to keep the mark of the database, as it stands. The database learns last that it has one, so that a crash in
/// between leaves nothing amiss.
fn keep_mark(log: &Connection, folder: &Path, sealer: &Arc<Sealer>) -> Result<Keeper, OpenError> {
    let stands = identity::stands(log).map_err(database)?;
    let mark = Keeper::start(folder, stands, Arc::clone(sealer))
        .map_err(|error| unusable_mark(folder, &error))?;
    identity::set_marked(log).map_err(database)?;
    Ok(mark)
}

/// Makes the clock of this run, which is never behind the record. If the given clock was behind, or has not
/// counted all the time since, the time that has passed is unknown: every earlier code is dead.
fn wind(log: &Connection, clock: Arc<dyn Clock>) -> rusqlite::Result<LastingClock> {
    let high_water = log_mark::high_water(log)?;
    let continuous = clock.is_continuous();
    let clock = LastingClock::starting_after(clock, high_water);
    if !(continuous && clock.ahead().is_zero()) {
        log_mark::set_dead_before(log, high_water.after(Duration::from_millis(1)))?;
    }
    Ok(clock)
}

/// The error of a mark in `folder` that the system does not let be used.
pub(super) fn unusable_mark(folder: &Path, error: &std::io::Error) -> OpenError {
    OpenError::Mark {
        path: folder.join(mark::FILE),
        why: words::of_system(error),
    }
}

fn of_system(error: std::io::Error) -> OpenError {
    OpenError::Database(error.to_string())
}

fn stopped(error: StoreError) -> OpenError {
    OpenError::Database(error.to_string())
}

pub(crate) fn database(error: rusqlite::Error) -> OpenError {
    OpenError::Database(words::of(&error))
}

pub(crate) fn configure(log: &Connection) -> rusqlite::Result<()> {
    log.pragma_update(None, "journal_mode", "WAL")?;
    // A commit that was answered survives a loss of power, not only the death of the process.
    log.pragma_update(None, "synchronous", "FULL")?;
    // The growing pages are few, and checkpoints have a thread of their own.
    log.pragma_update(None, "cache_size", -1_024)?;
    log.pragma_update(None, "wal_autocheckpoint", 0)?;
    // Rows that go are overwritten.
    log.pragma_update(None, "secure_delete", true)?;
    // No other process writes; a person who locks the file by hand must not hold up callers for long.
    log.busy_timeout(Duration::from_millis(500))
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
