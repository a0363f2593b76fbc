//! The index `lookup.db` beside the log, by which messages are found by number and checks by code.
//!
//! An index in the log itself would add a random page to every commit. Instead, [upkeep](crate::sqlite::upkeep) reads
//! the log in chunks of [`CHUNK`] rows, sorts each, and appends it to the index. A search reads every chunk, in
//! some microseconds each, and then the rows after the last one. The file holds no data of its own: if it is
//! missing or belongs to another log, the thread makes it anew.

mod made_anew;

use std::path::{Path, PathBuf};

use countersign_core::id::MessageId;
use rusqlite::{Connection, OptionalExtension as _, TransactionBehavior, params};

use super::tallies;
use crate::mark::DatabaseId;
use crate::seal::Key;
use crate::sqlite::log::event;
use crate::sqlite::log::find::{self, Table};
use crate::sqlite::log::gone::Gone;
use crate::sqlite::log::identity;
use crate::sqlite::log::read_only;
pub(crate) use made_anew::is_of_newest_keys;

const FILE: &str = "lookup.db";

/// The number of rows of the log in a chunk.
const CHUNK: i64 = 32_768;

const SCHEMA: &str = "
    CREATE TABLE IF NOT EXISTS made_from (     -- the database that the index was made from
        only INTEGER NOT NULL PRIMARY KEY CHECK (only = 1),
        identity BLOB NOT NULL
    ) STRICT;
    CREATE TABLE IF NOT EXISTS done (
        source TEXT NOT NULL PRIMARY KEY,
        chunks INTEGER NOT NULL,
        seq INTEGER NOT NULL,     -- of the last row, and its id: tells this log from others
        id BLOB NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS message (
        chunk INTEGER NOT NULL, key INTEGER NOT NULL, seq INTEGER NOT NULL, PRIMARY KEY (chunk, key, seq)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS code_event (
        chunk INTEGER NOT NULL, key INTEGER NOT NULL, seq INTEGER NOT NULL, PRIMARY KEY (chunk, key, seq)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS made_anew (      -- with the keys of this generation, after a change of keys
        only INTEGER NOT NULL PRIMARY KEY CHECK (only = 1),
        generation INTEGER NOT NULL,
        chunks INTEGER NOT NULL,
        is_done INTEGER NOT NULL
    ) STRICT;";

/// Returns whether an index is beside `database`: one was made from a database of this folder.
pub(crate) fn is_beside(database: &Path) -> bool {
    database.with_file_name(FILE).exists()
}

/// Returns the names of the files of an index.
pub(crate) fn files() -> impl Iterator<Item = String> {
    ["", "-wal", "-shm"]
        .into_iter()
        .map(|end| format!("{FILE}{end}"))
}

impl Table {
    fn name(self) -> &'static str {
        match self {
            Table::Message => "message",
            Table::Event => "code_event",
        }
    }
}

/// Attaches the index to `reader`, which reads the log.
pub(crate) fn attach(reader: &Connection, database: &Path) -> rusqlite::Result<()> {
    let file = database.with_file_name(FILE);
    reader.execute("ATTACH ? AS lookup", [file.to_string_lossy()])?;
    Ok(())
}

/// Makes the index, chunk by chunk.
pub(crate) struct Indexer {
    pub(crate) log: Connection,
    pub(crate) index: Connection,
}

impl Indexer {
    /// Opens or creates the index beside `database`.
    pub(crate) fn open(database: &Path) -> rusqlite::Result<Self> {
        let log = read_only::open(database)?;
        let path = database.with_file_name(FILE);
        let usable = Self::index(&path).and_then(|index| Ok((fits(&log, &index)?, index)));
        let index = match usable {
            Ok((true, index)) => index,
            unusable => {
                tracing::warn!("lookup.db is not of this log, or cannot be read: it is made again");
                drop(unusable);
                for file in files() {
                    let _ = std::fs::remove_file(path.with_file_name(file));
                }
                Self::index(&path)?
            }
        };
        let identity = identity::stands(&log)?.database;
        index.execute(
            "INSERT OR REPLACE INTO made_from VALUES (1, ?)",
            [identity.0],
        )?;
        Ok(Self { log, index })
    }

    fn index(path: &Path) -> rusqlite::Result<Connection> {
        let index = Connection::open(path)?;
        index.pragma_update(None, "journal_mode", "WAL")?;
        // The indexer rebuilds everything that a loss of power takes.
        index.pragma_update(None, "synchronous", "NORMAL")?;
        index.pragma_update(None, "cache_size", -1_024)?;
        // The keys of numbers that have gone are overwritten.
        index.pragma_update(None, "secure_delete", true)?;
        index.execute_batch(SCHEMA)?;
        index.execute_batch(tallies::SCHEMA)?;
        Ok(index)
    }

    /// Indexes a chunk, if there is a whole one.
    pub(crate) fn step(&mut self) -> rusqlite::Result<bool> {
        let messages = self.step_of(Table::Message, number_of)?;
        let events = self.step_of(Table::Event, |row, keys| {
            let codes = event::messages(row.get_ref("messages")?.as_blob_or_null()?);
            keys.extend(codes.into_iter().map(|code| key_of(code).column()));
            Ok(())
        })?;
        Ok(messages || events || self.make_anew()?)
    }

    fn step_of(
        &mut self,
        table: Table,
        keys_of: impl Fn(&rusqlite::Row<'_>, &mut Vec<i64>) -> rusqlite::Result<()>,
    ) -> rusqlite::Result<bool> {
        let chunk = chunks(&self.index, "main", table)?;
        let (_, to) = (chunk * CHUNK, (chunk + 1) * CHUNK);
        // Rows are committed in order: every row before the newest exists already, or never will.
        if find::end(&self.log, table)? <= to {
            return Ok(false);
        }
        // Begun before the rows are read: an erasure that comes meanwhile waits, and finds the entries.
        let transaction = self
            .index
            .transaction_with_behavior(TransactionBehavior::Immediate)?;
        let (entries, last) = entries(&self.log, table, chunk, keys_of)?;
        insert(&transaction, table, chunk, entries)?;
        let (seq, id) = last.unwrap_or((-1, [0; 16]));
        transaction
            .prepare_cached("INSERT OR REPLACE INTO done VALUES (?, ?, ?, ?)")?
            .execute(params![table.name(), chunk + 1, seq, id])?;
        transaction.commit()?;
        Ok(true)
    }
}

/// Returns the sorted entries of a chunk, and the last row of it with its id.
fn entries(
    log: &Connection,
    table: Table,
    chunk: i64,
    keys_of: impl Fn(&rusqlite::Row<'_>, &mut Vec<i64>) -> rusqlite::Result<()>,
) -> rusqlite::Result<Entries> {
    let (from, to) = (chunk * CHUNK, (chunk + 1) * CHUNK);
    let (mut entries, mut keys, mut last) = (Vec::new(), Vec::new(), None);
    let rows = match table {
        Table::Message => "SELECT seq, id, phone_key FROM message WHERE seq >= ? AND seq < ?",
        Table::Event => "SELECT seq, id, messages FROM code_event WHERE seq >= ? AND seq < ?",
    };
    let mut select = log.prepare_cached(rows)?;
    let mut rows = select.query([from, to])?;
    while let Some(row) = rows.next()? {
        let seq: i64 = row.get("seq")?;
        keys_of(row, &mut keys)?;
        entries.extend(keys.drain(..).map(|key| (key, seq)));
        last = Some((seq, row.get::<_, [u8; 16]>("id")?));
    }
    entries.sort_unstable();
    Ok((entries, last))
}

/// The keys and rows of a chunk, and its last row with that row's id.
type Entries = (Vec<(i64, i64)>, Option<(i64, [u8; 16])>);

fn insert(
    index: &Connection,
    table: Table,
    chunk: i64,
    entries: Vec<(i64, i64)>,
) -> rusqlite::Result<()> {
    let insert = format!("INSERT OR IGNORE INTO {} VALUES (?, ?, ?)", table.name());
    let mut insert = index.prepare_cached(&insert)?;
    for (key, seq) in entries {
        insert.execute([chunk, key, seq])?;
    }
    Ok(())
}

/// Adds the key of a message's number.
fn number_of(row: &rusqlite::Row<'_>, keys: &mut Vec<i64>) -> rusqlite::Result<()> {
    keys.push(row.get("phone_key")?);
    Ok(())
}

/// Counts the indexed chunks of `table`. `index` is the name of the index's database on this connection.
fn chunks(connection: &Connection, index: &str, table: Table) -> rusqlite::Result<i64> {
    let chunks = format!("SELECT chunks FROM {index}.done WHERE source = ?");
    let chunks = connection
        .prepare_cached(&chunks)?
        .query_row([table.name()], |row| row.get(0))
        .optional()?;
    Ok(chunks.unwrap_or(0))
}

/// Returns the path of the index beside `database`.
pub(crate) fn beside(database: &Path) -> PathBuf {
    database.with_file_name(FILE)
}

/// Removes the entries of the number with this key from the index beside `database`. No number with this key may be in
/// the log any more.
pub(crate) fn forget_key(database: &Path, key: Key) -> rusqlite::Result<()> {
    let index = Indexer::index(&beside(database))?;
    let chunks: i64 = chunks(&index, "main", Table::Message)?;
    let mut delete = index.prepare("DELETE FROM message WHERE chunk = ? AND key = ?")?;
    for chunk in 0..chunks {
        delete.execute([chunk, key.column()])?;
    }
    Ok(())
}

/// Lets the entries of rows before `first` go, which are not in the log any more.
pub(crate) fn forget_before(
    index: &mut Connection,
    table: Table,
    first: i64,
) -> rusqlite::Result<()> {
    let (name, chunk) = (table.name(), first / CHUNK);
    let transaction = index.transaction()?;
    let whole = format!("DELETE FROM {name} WHERE chunk < ?");
    transaction.prepare_cached(&whole)?.execute([chunk])?;
    let part = format!("DELETE FROM {name} WHERE chunk = ? AND seq < ?");
    transaction.prepare_cached(&part)?.execute([chunk, first])?;
    transaction.commit()
}

/// Returns whether `index` was made from `log`: from a database of its identity, and the last rows that it knows exist
/// there, or have gone.
fn fits(log: &Connection, index: &Connection) -> rusqlite::Result<bool> {
    let made_from: Option<[u8; 16]> = index
        .query_row("SELECT identity FROM made_from", [], |row| row.get(0))
        .optional()?;
    let (gone, identity) = (Gone::read(log)?, identity::stands(log)?.database);
    if made_from.is_some_and(|made_from| DatabaseId(made_from) != identity) {
        return Ok(false);
    }
    let mut select = index.prepare("SELECT source, seq, id FROM done WHERE seq >= 0")?;
    let mut rows = select.query([])?;
    while let Some(row) = rows.next()? {
        let (first, id) = match row.get_ref("source")?.as_str()? {
            "message" => (gone.messages, "SELECT id FROM message WHERE seq = ?"),
            _ => (gone.events, "SELECT id FROM code_event WHERE seq = ?"),
        };
        let seq: i64 = row.get("seq")?;
        if seq < first {
            continue;
        }
        let found: Option<[u8; 16]> = log.query_row(id, [seq], |row| row.get(0)).optional()?;
        if found != Some(row.get("id")?) {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Returns the key by which a code's checks are indexed: the random part of its message's id.
pub(crate) fn key_of(message: MessageId) -> Key {
    let [.., a, b, c, d, e, f, g, h] = *message.as_bytes();
    Key(u64::from_be_bytes([a, b, c, d, e, f, g, h]))
}

/// A search in one table.
pub(crate) struct Search<'a> {
    reader: &'a Connection,
    table: Table,
    /// The first row that has not gone, and the first one that is not indexed.
    first: i64,
    indexed: i64,
}

impl<'a> Search<'a> {
    /// Searches `table` on a `reader` that the index is attached to.
    pub(crate) fn on(reader: &'a Connection, table: Table) -> rusqlite::Result<Self> {
        let indexed = chunks(reader, "lookup", table)? * CHUNK;
        Ok(Self {
            reader,
            table,
            first: Gone::read(reader)?.first(table),
            indexed,
        })
    }

    /// Returns the first row that is not indexed.
    pub(crate) fn indexed(&self) -> i64 {
        self.indexed
    }

    /// Returns the numbers of indexed rows with `key`, from `from` to before `to`, newest first, at most
    /// `limit`.
    pub(crate) fn indexed_rows(
        &self,
        key: Key,
        (from, to): (i64, i64),
        limit: usize,
    ) -> rusqlite::Result<Vec<i64>> {
        let (from, to) = (from.max(self.first), to.min(self.indexed));
        let rows = format!(
            "SELECT seq FROM lookup.{} WHERE chunk = ? AND key = ? AND seq >= ? AND seq < ? ORDER BY seq DESC",
            self.table.name()
        );
        let mut select = self.reader.prepare_cached(&rows)?;
        let mut found = Vec::new();
        if from >= to {
            return Ok(found);
        }
        for chunk in (from / CHUNK..=(to - 1) / CHUNK).rev() {
            let mut rows = select.query([chunk, key.column(), from, to])?;
            while let Some(row) = rows.next()? {
                found.push(row.get(0)?);
            }
            if found.len() >= limit {
                break;
            }
        }
        found.truncate(limit);
        Ok(found)
    }
}

#[cfg(test)]
mod tests;
