//! The audit record: the head of the chain, and the entries that a batch appends.

use countersign_core::audit::Act;
use countersign_core::audit::chain::{Entry, Head};
use countersign_core::time::Timestamp;
use tokio_postgres::types::ToSql;

/// The chain of acts as a batch continues it.
#[derive(Debug, Default)]
pub(crate) struct AuditRows {
    head: Head,
    pub(crate) new: Vec<Entry>,
}

impl AuditRows {
    /// Takes the head that was read; that of an empty chain has the number 0.
    pub(crate) fn read(&mut self, seq: i64, hash: &[u8]) {
        if let (Ok(seq), Ok(hash)) = (u64::try_from(seq), hash.try_into()) {
            self.head = Head { seq, hash };
        }
    }

    /// Appends an act, which happened at `at` by the wall clock.
    pub(crate) fn append(&mut self, at: Timestamp, act: &Act) {
        let entry = Entry::after(&self.head, at, act);
        self.head = entry.head();
        self.new.push(entry);
    }
}

const INSERT: &str =
    "INSERT INTO audit SELECT * FROM unnest($1::bigint[], $2::text[], $3::bytea[])";
const HEAD: &str = "UPDATE audit_head SET seq = $1, hash = $2";

/// The arguments of a statement.
type Values = Vec<Box<dyn ToSql + Sync + Send>>;

/// Returns the statements that append these entries, under the lock of the head; none where there are no entries.
pub(crate) fn writes(entries: &[Entry]) -> Vec<(&'static str, Values)> {
    let Some(last) = entries.last() else {
        return Vec::new();
    };
    let seqs: Vec<_> = entries.iter().map(|entry| number(entry.seq)).collect();
    let texts: Vec<_> = entries.iter().map(|entry| entry.text.clone()).collect();
    let hashes: Vec<_> = entries.iter().map(|entry| entry.hash.to_vec()).collect();
    let entries: Values = vec![Box::new(seqs), Box::new(texts), Box::new(hashes)];
    let head: Values = vec![Box::new(number(last.seq)), Box::new(last.hash.to_vec())];
    vec![(INSERT, entries), (HEAD, head)]
}

/// Returns a number as PostgreSQL keeps it.
fn number(seq: u64) -> i64 {
    i64::try_from(seq).unwrap_or(i64::MAX)
}
