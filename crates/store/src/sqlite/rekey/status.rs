//! The generations of keys that a database still needs, and why.

use countersign_core::application::AppId;
use countersign_core::ports::setup::Setup;
use countersign_core::time::Timestamp;
use rusqlite::Connection;

use crate::sqlite::log::find::{self, Table};
use crate::sqlite::log::generation;
use crate::sqlite::log::resealed::Sealed;
use crate::sqlite::reading::lookup;
use crate::sqlite::start::generations;

/// A generation of keys that the database still needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GenerationStatus {
    /// Its place among the generations of the database, from 1 on.
    pub number: u32,
    /// The time at which it became the newest.
    pub since: Timestamp,
    /// Why the generation is still needed; `None` for the newest, which is in use.
    pub needed_for: Option<NeededFor>,
}

/// The reasons for which an older generation of keys is still needed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NeededFor {
    /// The time from which on no limit and no code looks at its keys.
    pub windows_until: Timestamp,
    /// The number of messages that have not been looked at yet, to be sealed anew.
    pub messages: u64,
    /// Whether unlocks are still to be sealed anew.
    pub unlocks: bool,
    /// Whether the index by which messages are found by number is still to be made anew.
    pub index: bool,
    /// The applications whose secret was not used since, so that its MAC is still under these keys.
    pub applications: Vec<AppId>,
}

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

/// Returns the applications whose secret, or secret before, has a MAC under the keys of `generation`.
pub(crate) fn users(setup: &Setup, generation: u32, now: Timestamp) -> Vec<AppId> {
    let uses = setup.applications.iter().filter(|(_, record)| {
        let replaced = record.replaced_secret.as_ref();
        let replaced = replaced.and_then(|replaced| replaced.good_at(now));
        let mut macs = replaced.into_iter().chain([&record.secret]);
        macs.any(|mac| mac.generation() == generation)
    });
    uses.map(|(id, _)| id.clone()).collect()
}
