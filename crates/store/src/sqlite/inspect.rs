//! A look at the embedded database.

use std::fs;
use std::path::Path;

use rusqlite::{Connection, OpenFlags};

use super::log::schema::migrations;
use super::log::{identity, imported, mark as log_mark, setup};
use super::start::open::{DATABASE, OpenError, database};
use super::start::{generations, put_back};
use crate::inspect::{Inspected, Inspection, KeysBeside};
use crate::seal::StoreKeys;

/// Looks at the database in `folder`: at its keys, its mark, each of its pages and the setup. `keys_beside` are keys that the
/// store does not use, by name, with the check values of all their generations.
///
/// # Errors
/// [`OpenError`] when a start would be refused, or when a page is damaged.
pub(crate) fn inspect(
    folder: &Path,
    keys: &[StoreKeys],
    keys_beside: &KeysBeside<'_>,
) -> Result<Inspected, OpenError> {
    let path = folder.join(DATABASE);
    let sealer = generations::given(keys)?;
    if let Err(why) = put_back::judge(folder, &sealer)? {
        return Err(OpenError::PutBack { path, why });
    }
    if size(&path) == 0 {
        return Ok(Inspected::Nothing);
    }
    let log = Connection::open_with_flags(&path, OpenFlags::SQLITE_OPEN_READ_ONLY);
    let log = log.map_err(database)?;
    check_pages(&log)?;
    let behind = migrations().pending_migrations(&log);
    match behind.map_err(|_| OpenError::damaged())? {
        ..0 => return Err(OpenError::newer()),
        0 => {}
        _ => return Ok(Inspected::OfOlderVersion),
    }
    if imported::is_half(&log).map_err(database)? {
        return Err(OpenError::HalfImported);
    }
    let mut other_keys = Vec::new();
    for (name, check_values) in keys_beside {
        if identity::knows_other_key(&log, name, check_values).map_err(database)? {
            other_keys.push((*name).to_owned());
        }
    }
    Ok(Inspected::Whole(Box::new(Inspection {
        says: "whole, written with these keys, and as new as its mark",
        setup: setup::read(&log, &sealer).map_err(database)?,
        newest: log_mark::high_water(&log).map_err(database)?,
        bytes: size(&path) + size(&path.with_extension("db-wal")),
        other_keys,
    })))
}

/// Reads every page, without the comparisons of indexes with their tables.
fn check_pages(log: &Connection) -> Result<(), OpenError> {
    let found: String = log
        .query_row("PRAGMA quick_check(1)", [], |row| row.get(0))
        .map_err(database)?;
    match found.as_str() {
        "ok" => Ok(()),
        _ => Err(OpenError::damaged()),
    }
}

fn size(path: &Path) -> u64 {
    fs::metadata(path).map_or(0, |file| file.len())
}
