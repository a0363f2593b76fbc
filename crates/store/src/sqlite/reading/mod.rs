//! Reading the log beside the writer.

pub(super) mod lookup;
pub(super) mod receipts;
pub(super) mod searches;
pub(super) mod tallies;
pub(super) mod timelines;

use rusqlite::Connection;

use crate::seal::{Sealer, SealerInUse};

/// Reads the log as it is at one moment, with keys that open everything in it: a message that is sealed anew meanwhile, and a
/// number that goes over to newer keys, are found as if they had not moved yet.
pub(super) fn at_one_moment<T>(
    log: &Connection,
    sealer: &SealerInUse,
    read: impl FnOnce(&Connection, &Sealer) -> rusqlite::Result<T>,
) -> rusqlite::Result<T> {
    let moment = log.unchecked_transaction()?;
    // The first read of a transaction chooses the moment. Rows are sealed with the keys in use, so keys that are looked up
    // afterwards are those of every row, or newer.
    moment
        .prepare_cached("SELECT 1 FROM key_generation LIMIT 1")?
        .exists([])?;
    read(&moment, &sealer.get())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::seal::StoreKeys;

    #[test]
    fn what_is_written_while_a_read_lasts_is_not_in_it() {
        let dir = tempfile::tempdir().unwrap();
        let database = dir.path().join("countersign.db");
        let mut log = Connection::open(&database).unwrap();
        log.pragma_update(None, "journal_mode", "WAL").unwrap();
        let migrations = crate::sqlite::log::schema::migrations();
        migrations.to_latest(&mut log).unwrap();
        let begin = "INSERT INTO numbering_plan VALUES (1, 'before')";
        log.execute(begin, []).unwrap();
        let keys = StoreKeys {
            index: [1; 32],
            seal: [2; 32],
        };
        let sealer = SealerInUse::new(Arc::new(Sealer::new(&keys).unwrap()));
        let reader = crate::sqlite::log::read_only::open(&database).unwrap();
        let read = || {
            at_one_moment(&reader, &sealer, |reader, _| {
                log.execute("UPDATE numbering_plan SET release = 'after'", [])?;
                let select = "SELECT release FROM numbering_plan";
                reader.query_row(select, [], |row| row.get::<_, String>(0))
            })
        };
        assert_eq!(read().unwrap(), "before");
        assert_eq!(read().unwrap(), "after", "the next read");
    }
}
