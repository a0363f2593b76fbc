//! What an import brought: how far it has come, and what it left for a start to go on with.

use std::collections::HashMap;

use countersign_core::code::Code;
use countersign_core::id::MessageId;
use countersign_core::time::Timestamp;
use rusqlite::{Connection, OptionalExtension as _, params};

use super::mark;
use crate::sqlite::writer::horizon::REPLAY;

/// A file that is being brought, or was.
pub(crate) struct Import {
    /// Its digest.
    pub(crate) file: Vec<u8>,
    /// The number of its rows that are here.
    pub(crate) rows: u64,
    pub(crate) has_ended: bool,
}

impl Import {
    /// Reads how far an import has come; `None` where none has begun.
    pub(crate) fn read(log: &Connection) -> rusqlite::Result<Option<Self>> {
        let select = "SELECT file, rows, ended_at IS NOT NULL FROM import";
        let import = log.query_row(select, [], |row| {
            Ok(Self {
                file: row.get(0)?,
                rows: row.get::<_, i64>(1)?.unsigned_abs(),
                has_ended: row.get(2)?,
            })
        });
        import.optional()
    }
}

/// Begins an import of the file with this digest, exported at `at`. All messages are of the import until [`own_begins`].
pub(crate) fn begin(log: &Connection, file: &[u8], at: i64) -> rusqlite::Result<()> {
    let insert = "INSERT INTO import VALUES (1, ?, 0, ?, ?, NULL)";
    log.execute(insert, params![file, at, i64::MAX]).map(drop)
}

/// Records that so many rows of the file are here.
pub(crate) fn set_rows(log: &Connection, rows: u64) -> rusqlite::Result<()> {
    let rows = i64::try_from(rows).unwrap_or(i64::MAX);
    let mut update = log.prepare_cached("UPDATE import SET rows = ?")?;
    update.execute([rows]).map(drop)
}

/// Lets everything of its own begin after the messages and events that came: those have their outcome, and are behind the horizon.
pub(crate) fn own_begins(log: &Connection) -> rusqlite::Result<()> {
    let next: i64 = log.query_row("SELECT coalesce(max(seq), 0) + 1 FROM message", [], |row| {
        row.get(0)
    })?;
    log.execute("UPDATE import SET own_from = ?", [next])?;
    mark::set_settled_until(log, next)?;
    let horizon =
        "UPDATE event_horizon SET seq = (SELECT coalesce(max(seq), 0) + 1 FROM code_event)";
    log.execute(horizon, []).map(drop)
}

/// Ends an import: a start may go on with the database.
pub(crate) fn end(log: &Connection) -> rusqlite::Result<()> {
    log.execute("UPDATE import SET ended_at = at", []).map(drop)
}

/// Returns whether an import has begun and not ended.
pub(crate) fn is_half(log: &Connection) -> rusqlite::Result<bool> {
    Ok(Import::read(log)?.is_some_and(|import| !import.has_ended))
}

/// Returns the first message that was decided on here.
pub(crate) fn own_from(log: &Connection) -> rusqlite::Result<i64> {
    let own_from = log
        .prepare_cached("SELECT own_from FROM import")?
        .query_row([], |row| row.get(0))
        .optional()?;
    Ok(own_from.unwrap_or_default())
}

/// The messages that came with an import, as a start goes on with them.
pub(crate) struct Imported {
    own_from: i64,
    /// The codes that can be checked: the tries left, and whether it is used up.
    codes: HashMap<MessageId, (u8, bool)>,
}

impl Imported {
    /// Reads what a start at `now` goes on with. Codes that nobody can check any more are let go.
    pub(crate) fn read(log: &Connection, now: Timestamp) -> rusqlite::Result<Self> {
        let over = now.before(REPLAY).as_millis();
        let forget = "DELETE FROM carried_code WHERE (SELECT at FROM import) <= ?";
        log.execute(forget, [over])?;
        let mut select = log.prepare("SELECT message, tries_left, used FROM carried_code")?;
        let codes = select.query_map([], |row| {
            let message = MessageId::from_bytes(row.get(0)?);
            Ok((message, (row.get(1)?, row.get(2)?)))
        })?;
        Ok(Self {
            own_from: own_from(log)?,
            codes: codes.collect::<rusqlite::Result<_>>()?,
        })
    }

    /// Returns the first message that was decided on here. What those before it count for is carried.
    pub(crate) fn own_from(&self) -> i64 {
        self.own_from
    }

    /// Returns the code of a message that came with the import as it was then; `None` where nobody could check it any more.
    pub(crate) fn code(&self, code: Code) -> Option<Code> {
        let (tries, used) = self.codes.get(&code.message)?;
        Some(code.with_tries(*tries).with_used(*used))
    }
}
