//! Makes the index of messages anew after a change of keys, once every message is sealed with the newest: chunk by chunk, each
//! replaced in one transaction, so that a search finds every message at any time.

use rusqlite::{Connection, OptionalExtension as _, TransactionBehavior, params};

use super::{Indexer, chunks, entries, insert, number_of};
use crate::sqlite::log::find::Table;
use crate::sqlite::log::resealed::Sealed;

/// How far the index was made anew.
#[derive(Default)]
struct Progress {
    /// The generation whose keys the first `chunks` chunks have.
    generation: u32,
    chunks: i64,
    is_done: bool,
}

impl Indexer {
    /// Makes the next chunk anew. Returns whether there was one to make.
    pub(super) fn make_anew(&mut self) -> rusqlite::Result<bool> {
        let newest = newest_generation(&self.log)?;
        if newest <= 1 || Sealed::Message.next(&self.log)?.is_some() {
            return Ok(false);
        }
        let progress = progress(&self.index, "main")?.filter(|made| made.generation == newest);
        let made = progress.unwrap_or_default();
        if made.is_done {
            return Ok(false);
        }
        let chunk = made.chunks;
        let is_done = chunk >= chunks(&self.index, "main", Table::Message)?;
        // Begun before the rows are read: an erasure that comes meanwhile waits, and finds the entries.
        let transaction = self
            .index
            .transaction_with_behavior(TransactionBehavior::Immediate)?;
        if !is_done {
            let (made, _) = entries(&self.log, Table::Message, chunk, number_of)?;
            transaction.execute("DELETE FROM message WHERE chunk = ?", [chunk])?;
            insert(&transaction, Table::Message, chunk, made)?;
        }
        transaction.execute(
            "INSERT OR REPLACE INTO made_anew VALUES (1, ?, ?, ?)",
            params![newest, chunk + 1, is_done],
        )?;
        transaction.commit()?;
        Ok(true)
    }
}

/// Returns whether the index has no key but the newest of each number. `reader` reads the log, with the index attached.
pub(crate) fn is_of_newest_keys(reader: &Connection) -> rusqlite::Result<bool> {
    let newest = newest_generation(reader)?;
    let made = progress(reader, "lookup")?;
    Ok(newest <= 1 || made.is_some_and(|made| made.is_done && made.generation == newest))
}

fn newest_generation(log: &Connection) -> rusqlite::Result<u32> {
    let newest: Option<u32> = log
        .prepare_cached("SELECT max(number) FROM key_generation")?
        .query_row([], |row| row.get(0))?;
    Ok(newest.unwrap_or_default())
}

/// Reads the progress. `index` is the name of the index's database on this connection.
fn progress(connection: &Connection, index: &str) -> rusqlite::Result<Option<Progress>> {
    let select = format!("SELECT generation, chunks, is_done FROM {index}.made_anew");
    connection
        .prepare_cached(&select)?
        .query_row([], |row| {
            Ok(Progress {
                generation: row.get("generation")?,
                chunks: row.get("chunks")?,
                is_done: row.get("is_done")?,
            })
        })
        .optional()
}
