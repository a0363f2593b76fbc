//! The rows of the audit record.

use countersign_core::audit::Act;
use countersign_core::audit::chain::{Entry, Head};
use countersign_core::time::Timestamp;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, OptionalExtension as _, Row, params};

/// An act that is to get the next place in the record.
#[derive(Debug)]
pub(crate) struct ActRow {
    /// The time by the wall clock.
    pub(crate) at: Timestamp,
    pub(crate) act: Act,
}

impl ActRow {
    /// Appends the act to the record, in the transaction that is open on `log`.
    pub(crate) fn append(&self, log: &Connection) -> rusqlite::Result<()> {
        let entry = Entry::after(&head(log)?, self.at, &self.act);
        log.prepare_cached("INSERT INTO audit VALUES (?, ?, ?)")?
            .execute(params![number(entry.seq), entry.text, entry.hash])?;
        Ok(())
    }
}

/// Returns the head of the record.
pub(crate) fn head(log: &Connection) -> rusqlite::Result<Head> {
    let newest = "SELECT seq, text, hash FROM audit ORDER BY seq DESC LIMIT 1";
    let newest = log.prepare_cached(newest)?.query_row([], read).optional()?;
    Ok(newest.map(|entry| entry.head()).unwrap_or_default())
}

/// Returns the entries after `seq`, oldest first: as many of the first `limit` as can be read before one that cannot.
pub(crate) fn after(log: &Connection, seq: u64, limit: u16) -> rusqlite::Result<Vec<Entry>> {
    let after = "SELECT seq, text, hash FROM audit WHERE seq > ? ORDER BY seq LIMIT ?";
    entries(log, after, seq, limit)
}

/// Returns the entries before `seq`, newest first: as many of the first `limit` as can be read before one that cannot.
pub(crate) fn before(log: &Connection, seq: u64, limit: u16) -> rusqlite::Result<Vec<Entry>> {
    let before = "SELECT seq, text, hash FROM audit WHERE seq < ? ORDER BY seq DESC LIMIT ?";
    entries(log, before, seq, limit)
}

fn entries(log: &Connection, sql: &str, seq: u64, limit: u16) -> rusqlite::Result<Vec<Entry>> {
    let mut select = log.prepare_cached(sql)?;
    let mut entries = Vec::new();
    for entry in select.query_map(params![number(seq), limit], read)? {
        match entry {
            Ok(entry) => entries.push(entry),
            Err(error) if entries.is_empty() => return Err(error),
            // The next page begins with it.
            Err(_) => break,
        }
    }
    Ok(entries)
}

/// Reads a row as it is: one that was changed may hold anything.
fn read(row: &Row<'_>) -> rusqlite::Result<Entry> {
    let text = match row.get_ref("text")? {
        ValueRef::Text(text) => String::from_utf8_lossy(text).into_owned(),
        _ => String::new(),
    };
    let hash = match row.get_ref("hash")? {
        ValueRef::Blob(hash) => hash.try_into().unwrap_or_default(),
        _ => [0; 32],
    };
    let seq: i64 = row.get("seq")?;
    Ok(Entry {
        seq: u64::try_from(seq).unwrap_or_default(),
        text,
        hash,
    })
}

/// Returns a number as SQLite keeps it.
fn number(seq: u64) -> i64 {
    i64::try_from(seq).unwrap_or(i64::MAX)
}
