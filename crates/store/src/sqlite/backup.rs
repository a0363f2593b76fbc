//! Copies of a database: one is taken beside the process that owns it, and is put into a folder without such a process.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

use countersign_core::audit::chain::Head;
use countersign_core::time::Timestamp;
use rusqlite::Connection;

use super::log::find::{self, Table};
use super::log::gone::Gone;
use super::log::{act, identity, mark as log_mark, read_only};
use super::reading::lookup;
use super::start::generations;
use super::start::open::DATABASE;
use super::start::put_back::was_written_with;
use crate::custody;
use crate::folder::OwnedFolder;
use crate::mark::{self, Mark};
use crate::seal::StoreKeys;

/// What a copy holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Copied {
    /// The number of messages.
    pub messages: u64,
    /// The latest time on record.
    pub newest: Timestamp,
    /// The head of the audit record; empty in a copy of a release that kept none.
    pub head: Head,
}

/// The reason why a database was not copied. Each sentence says how to mend it, where that is possible.
#[derive(Debug, thiserror::Error)]
pub enum CopyError {
    /// The folder holds no database.
    #[error("there is no database in {}: name the folder of one", .0.display())]
    NoDatabase(PathBuf),
    /// SQLite cannot read or write it.
    #[error("the database in {} cannot be copied: {why}", folder.display())]
    Database {
        /// The folder.
        folder: PathBuf,
        /// The error of SQLite.
        why: String,
    },
    /// Other keys wrote the database.
    #[error("the database in {} was not written with these keys", .0.display())]
    Keys(PathBuf),
    /// The folder holds a database that is newer than the copy, or another one.
    #[error(
        "the database in {} is newer than the backup, or another one: add --accept-restored to replace it, and what it knows is gone",
        .0.display()
    )]
    Newer(PathBuf),
    /// A file cannot be read or written.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// The error of the operating system.
        source: io::Error,
    },
}

/// Copies the database of `folder` into the folder `into`, which has none. The copy holds every step that was durable
/// before the call, and each later one whole or not at all; whoever owns the folder goes on meanwhile. A start on the
/// copy is refused until an operator accepts it as one that was put back.
///
/// # Errors
/// [`CopyError`]; `into` may hold a part of the copy then.
pub fn copy(folder: &Path, into: &Path) -> Result<Copied, CopyError> {
    let fails = |error| database(folder, error);
    let log = read_only(folder)?;
    let target = into.join(DATABASE);
    create(&target)?;
    // One read of the whole database: no commit waits for it, and none that comes meanwhile is in the copy.
    log.execute("VACUUM INTO ?", [target.to_string_lossy()])
        .map_err(fails)?;
    sync(&target)?;
    mark::declare_restored(into).map_err(|source| io_at(into.join(mark::FILE), source))?;
    copied(&read_only(into)?).map_err(fails)
}

/// Puts the database of the folder `from` in place of the one in `folder`. A start there is refused until an operator
/// accepts it. With `over_newer`, the database in `folder` may be newer, or another.
///
/// A crash at any moment leaves a folder that is refused, or as it was: restore it again.
///
/// # Errors
/// [`CopyError`]; the database in `folder` is as it was then, unless a file could not be written.
pub fn restore(
    folder: &OwnedFolder,
    from: &Path,
    keys: &(impl AsRef<[StoreKeys]> + ?Sized),
    over_newer: bool,
) -> Result<Copied, CopyError> {
    let copy = read_only(from)?;
    let fails = |error| database(from, error);
    let sealer = generations::given(keys.as_ref());
    let sealer = sealer.map_err(|_| CopyError::Keys(from.to_owned()))?;
    if !was_written_with(&copy, &sealer).map_err(fails)? {
        return Err(CopyError::Keys(from.to_owned()));
    }
    let checked: String = copy
        .query_row("PRAGMA quick_check(1)", [], |row| row.get(0))
        .map_err(fails)?;
    if checked != "ok" {
        return Err(damaged(from, checked));
    }
    if !over_newer && is_newer(folder.path(), stands(&copy)) {
        return Err(CopyError::Newer(folder.path().to_owned()));
    }
    let copied = copied(&copy).map_err(fails)?;
    drop(copy);
    put(folder.path(), from)?;
    Ok(copied)
}

/// Returns whether `folder` has a database that knows more than one that stands at `copy`.
fn is_newer(folder: &Path, copy: Option<Mark>) -> bool {
    let Ok(log) = read_only(folder) else {
        return fs::metadata(folder.join(DATABASE)).is_ok_and(|file| file.len() > 0);
    };
    match (stands(&log), copy) {
        (Some(here), Some(copy)) => here.database != copy.database || copy.is_behind(&here),
        _ => true,
    }
}

/// Returns how far a database has come; `None` for one of a release that kept no mark.
fn stands(log: &Connection) -> Option<Mark> {
    identity::stands(log).ok()
}

/// Copies the file, and then replaces the database with its write-ahead log and index. The mark goes first: from then on
/// a start is refused.
fn put(folder: &Path, from: &Path) -> Result<(), CopyError> {
    let (target, draft) = (folder.join(DATABASE), folder.join("countersign.db.new"));
    remove(&draft)?;
    create(&draft)?;
    fs::copy(from.join(DATABASE), &draft).map_err(|source| io_at(draft.clone(), source))?;
    sync(&draft)?;
    mark::declare_restored(folder).map_err(|source| io_at(folder.join(mark::FILE), source))?;
    for end in ["-wal", "-shm"] {
        remove(&folder.join(format!("{DATABASE}{end}")))?;
    }
    fs::rename(&draft, &target).map_err(|source| io_at(target.clone(), source))?;
    for file in lookup::files() {
        remove(&folder.join(file))?;
    }
    sync(folder)
}

fn read_only(folder: &Path) -> Result<Connection, CopyError> {
    let path = folder.join(DATABASE);
    if fs::metadata(&path).map_or(0, |file| file.len()) == 0 {
        return Err(CopyError::NoDatabase(folder.to_owned()));
    }
    let log = read_only::open(&path);
    log.map_err(|error| database(folder, error))
}

fn copied(log: &Connection) -> rusqlite::Result<Copied> {
    let messages = find::end(log, Table::Message)? - Gone::read(log)?.messages;
    let head = match log.table_exists(None, "audit")? {
        true => act::head(log)?,
        false => Head::default(),
    };
    Ok(Copied {
        head,
        messages: u64::try_from(messages).unwrap_or_default(),
        newest: log_mark::high_water(log)?,
    })
}

fn create(path: &Path) -> Result<(), CopyError> {
    let mut options = OpenOptions::new();
    custody::private(options.write(true).create_new(true))
        .open(path)
        .map_err(|source| io_at(path.to_owned(), source))?;
    Ok(())
}

/// Waits until the file, or the names in the folder, are on the disk.
fn sync(path: &Path) -> Result<(), CopyError> {
    File::open(path)
        .and_then(|file| file.sync_all())
        .map_err(|source| io_at(path.to_owned(), source))
}

fn remove(path: &Path) -> Result<(), CopyError> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(io_at(path.to_owned(), error)),
        _ => Ok(()),
    }
}

fn io_at(path: PathBuf, source: io::Error) -> CopyError {
    CopyError::Io { path, source }
}

fn damaged(folder: &Path, why: String) -> CopyError {
    CopyError::Database {
        folder: folder.to_owned(),
        why,
    }
}

fn database(folder: &Path, error: rusqlite::Error) -> CopyError {
    damaged(folder, error.to_string())
}
