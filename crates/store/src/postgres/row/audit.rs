//! The audit record: the head of the chain, and the entries that a batch appends.

use countersign_core::audit::Act;
use countersign_core::audit::chain::{Entry, Head};
use countersign_core::time::Timestamp;

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
