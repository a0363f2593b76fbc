//! Looks at a database before it is opened, and tells whether it was put back.

use std::fs;
use std::io;
use std::path::Path;

use rusqlite::{Connection, OptionalExtension as _};

use super::open::{DATABASE, OpenError, database, unusable_mark};
use crate::mark::{self, Found, PutBack};
use crate::seal::Sealer;
use crate::sqlite::log::identity;
use crate::sqlite::log::read_only;
use crate::sqlite::reading::lookup;

/// What a start does about a database that was put back, emptied or lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum OnPutBack {
    /// Refuses to open it.
    Refuse,
    /// Takes whatever is there as put back, on record: every earlier code is dead, and sends are held for
    /// [`RESTORED_HOLD`](countersign_core::policy::RESTORED_HOLD).
    Accept,
}

/// Tells whether the database of `folder` was put back. Changes nothing.
///
/// # Errors
/// [`OpenError`] when the database or its mark cannot be read, or when other keys wrote the database.
pub(crate) fn judge(folder: &Path, sealer: &Sealer) -> Result<Result<(), PutBack>, OpenError> {
    // The mark first: a process that owns the folder moves it after each commit, so the database is never behind a mark
    // that was read before.
    let mark = mark::read(folder, sealer).map_err(|error| unusable_mark(folder, &error))?;
    let found = look(&folder.join(DATABASE), sealer)?;
    Ok(mark::judge(mark, found))
}

fn look(path: &Path, sealer: &Sealer) -> Result<Found, OpenError> {
    let nothing = Found::Nothing {
        had_one: lookup::is_beside(path),
    };
    match fs::metadata(path) {
        Ok(file) if file.len() > 0 => {}
        Ok(_) => return Ok(nothing),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(nothing),
        Err(error) => return Err(OpenError::Database(error.to_string())),
    }
    // Read-only, so that a write-ahead log that is not of this copy is left alone.
    let log = read_only::open(path).map_err(database)?;
    let schema: i64 = log
        .pragma_query_value(None, "user_version", |row| row.get(0))
        .map_err(database)?;
    if schema == 0 {
        return Ok(nothing);
    }
    if !was_written_with(&log, sealer).map_err(database)? {
        return Err(OpenError::Keys);
    }
    if schema < identity::SINCE {
        return Ok(Found::WithoutId);
    }
    let stands = identity::stands(&log).map_err(database)?;
    let marked = identity::is_marked(&log).map_err(database)?;
    Ok(Found::Database { stands, marked })
}

/// Returns whether the database was written last with keys of `sealer`, or has no keys yet.
pub(crate) fn was_written_with(log: &Connection, sealer: &Sealer) -> rusqlite::Result<bool> {
    let digest: Option<[u8; 16]> = log
        .query_row("SELECT digest FROM key_fingerprint", [], |row| row.get(0))
        .optional()?;
    let is_ours = |digest| sealer.all().any(|each| each.fingerprint() == digest);
    Ok(digest.is_none_or(is_ours))
}
