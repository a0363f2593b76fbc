//! The identity of a database, how far it has come, and the starts that accepted it after it was put back.

use countersign_core::audit::{Act, Author, Target, Verb};
use countersign_core::policy;
use countersign_core::time::Timestamp;
use rusqlite::{Connection, OptionalExtension as _, TransactionBehavior, params};

use super::act::ActRow;
use super::find::{self, Table};
use super::mark;
use crate::mark::{DatabaseId, Mark};

/// The version of the schema from which on a database has an identity.
pub(crate) const SINCE: i64 = 6;

/// Returns how far the database has come.
pub(crate) fn stands(log: &Connection) -> rusqlite::Result<Mark> {
    Ok(Mark {
        database: DatabaseId(log.query_row("SELECT id FROM identity", [], |row| row.get(0))?),
        messages: find::end(log, Table::Message)?,
        events: find::end(log, Table::Event)?,
        setup: log.query_row("SELECT version FROM setup", [], |row| row.get(0))?,
        at: mark::high_water(log)?,
    })
}

/// Returns whether a mark has ever named the database.
pub(crate) fn is_marked(log: &Connection) -> rusqlite::Result<bool> {
    log.query_row("SELECT marked FROM identity", [], |row| row.get(0))
}

/// Records that a mark names the database. Call this once the mark is on the disk.
pub(crate) fn set_marked(log: &Connection) -> rusqlite::Result<()> {
    if !is_marked(log)? {
        log.execute("UPDATE identity SET marked = 1", [])?;
    }
    Ok(())
}

/// Accepts a database that was put back, at `now`: it gets another identity, every earlier code is dead, and sends are
/// held. `found` says on record how its mark saw it; `wall` is the time of the act by the wall clock.
pub(crate) fn accept(
    log: &mut Connection,
    found: &str,
    now: Timestamp,
    wall: Timestamp,
) -> rusqlite::Result<()> {
    let log = log.transaction_with_behavior(TransactionBehavior::Immediate)?;
    log.execute("UPDATE identity SET id = randomblob(16), marked = 0", [])?;
    log.execute(
        "INSERT INTO accepted_restore VALUES (?, ?)",
        params![now.as_millis(), found],
    )?;
    let author = Author::at_the_command_line();
    let facts = [("found", found)];
    let act = Act::outside(author, Verb::RestoreAccepted, Target::database(), &facts);
    ActRow { at: wall, act }.append(&log)?;
    mark::set_time(&log, now)?;
    mark::set_dead_before(&log, now.after(std::time::Duration::from_millis(1)))?;
    log.execute(
        "UPDATE mark SET held_until = ?",
        [now.after(policy::RESTORED_HOLD).as_millis()],
    )?;
    log.commit()
}

/// Returns the moment before which no send is decided on.
pub(crate) fn held_until(log: &Connection) -> rusqlite::Result<Timestamp> {
    let millis = log.query_row("SELECT held_until FROM mark", [], |row| row.get(0))?;
    Ok(Timestamp::from_millis(millis))
}

/// Returns whether the database knows another check value of the key `name` than all of `check_values`.
pub(crate) fn knows_other_key(
    log: &Connection,
    name: &str,
    check_values: &[[u8; 16]],
) -> rusqlite::Result<bool> {
    let select = "SELECT digest FROM key_check WHERE name = ?";
    let known: Option<[u8; 16]> = log.query_row(select, [name], |row| row.get(0)).optional()?;
    Ok(known.is_some_and(|known| !check_values.contains(&known)))
}

/// Returns whether one of `check_values`, newest first, is that of the key `name` on record. The newest is on record then,
/// also where there was none.
pub(crate) fn knows_key(
    log: &Connection,
    name: &str,
    check_values: &[[u8; 16]],
) -> rusqlite::Result<bool> {
    let known: Option<[u8; 16]> = log
        .query_row(
            "SELECT digest FROM key_check WHERE name = ?",
            [name],
            |row| row.get(0),
        )
        .optional()?;
    let is_known = known.is_none_or(|known| check_values.contains(&known));
    if let (true, Some(newest)) = (is_known, check_values.first()) {
        log.execute(
            "INSERT OR REPLACE INTO key_check VALUES (?, ?)",
            params![name, newest],
        )?;
    }
    Ok(is_known)
}
