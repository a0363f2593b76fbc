//! The live state: everything that decisions and checks read, behind one lock. No I/O: the log makes it
//! durable.

mod codes_and_guesses;
#[cfg(test)]
mod picture;
mod sends;
#[cfg(test)]
mod tests;
mod unsettled;

use std::collections::{BTreeMap, HashMap};

use countersign_core::id::MessageId;
use countersign_core::time::Timestamp;

use super::buckets::{Buckets, Counted};
use super::codes::{Codes, KeptCode};
use super::failures::FailureCounts;
use crate::seal::Key;
#[cfg(test)]
pub(crate) use picture::Picture;
use unsettled::Pending;

/// The live state of one store.
#[derive(Debug, Default)]
pub(crate) struct Live {
    /// The number of the newest generation of keys. A decision whose keys were computed with another one is not made.
    generation: u32,
    /// Hits of sends that still count.
    sends: Buckets,
    /// Messages without an outcome yet.
    pending: HashMap<MessageId, Pending>,
    codes: Codes,
    failures: FailureCounts,
    /// The numbers of the newest rows of the log.
    newest_message: i64,
    newest_event: i64,
}

/// Keys.
impl Live {
    /// Returns the number of the newest generation.
    pub(crate) fn generation(&self) -> u32 {
        self.generation
    }

    /// Makes `generation` the newest. What is kept under older keys stays there.
    pub(crate) fn begin_generation(&mut self, generation: u32) {
        self.generation = generation;
    }
}

/// Everything that is counted and can be checked, for a store that moves.
impl Live {
    /// Returns the hits of sends that count at `now`.
    pub(crate) fn counted_sends(&self, now: Timestamp) -> Vec<Counted> {
        self.sends.counting(now)
    }

    /// Returns the hits of wrong guesses and of uses of tokens that count at `now`.
    pub(crate) fn counted_guesses(&self, now: Timestamp) -> Vec<Counted> {
        self.failures.counting(now)
    }

    /// Returns the consecutive wrong guesses, by number.
    pub(crate) fn all_in_a_row(&self) -> BTreeMap<Key, u32> {
        self.failures.all_in_a_row()
    }

    /// Returns all codes that are remembered, by scope.
    pub(crate) fn all_codes(&self) -> Vec<(Key, Vec<KeptCode>)> {
        self.codes.kept()
    }
}

/// Housekeeping.
impl Live {
    /// Sets the newest rows of the log. New rows get the numbers after them.
    pub(crate) fn number_after(&mut self, message: i64, event: i64) {
        (self.newest_message, self.newest_event) = (message, event);
    }

    /// Returns the number of the next message in the log.
    pub(crate) fn next_message(&mut self) -> i64 {
        self.newest_message += 1;
        self.newest_message
    }

    /// Returns the number of the next event in the log.
    pub(crate) fn next_event(&mut self) -> i64 {
        self.newest_event += 1;
        self.newest_event
    }

    /// Drops a part of everything that has ended at `now`. A pending message stays until it is settled.
    pub(crate) fn sweep(&mut self, now: Timestamp) {
        self.sends.sweep(now);
        self.failures.sweep(now);
        self.codes.sweep(now);
    }
}
