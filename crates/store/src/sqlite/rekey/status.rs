//! The generations of keys that a database still needs, and why.

use countersign_core::ports::setup::Setup;
use countersign_core::time::Timestamp;
use rusqlite::Connection;

use crate::generations::{GenerationStatus, NeededFor, users};
use crate::sqlite::log::find::{self, Table};
use crate::sqlite::log::generation;
use crate::sqlite::log::resealed::Sealed;
use crate::sqlite::reading::lookup;
use crate::sqlite::start::generations;

/// Returns the generations that the database still needs, newest first.
pub(crate) fn status(
    log: &Connection,
    setup: &Setup,
    now: Timestamp,
) -> rusqlite::Result<Vec<GenerationStatus>> {
    let needed = generation::needed(log)?;
    let messages = match Sealed::Message.next(log)? {
        Some(next) => find::end(log, Table::Message)? - next,
        None => 0,
    };
    let (unlocks, index) = (
        Sealed::Unlock.next(log)?.is_some(),
        !lookup::is_of_newest_keys(log)?,
    );
    let of = |row: &generation::GenerationRow| GenerationStatus {
        number: row.number,
        since: row.since,
        needed_for: generations::end_of_windows(row, &needed).map(|windows_until| NeededFor {
            windows_until,
            messages: messages.max(0).unsigned_abs(),
            unlocks,
            index,
            applications: users(setup, row.number, now),
        }),
    };
    Ok(needed.iter().map(of).collect())
}
