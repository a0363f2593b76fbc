//! A comparable copy of the live state, for tests.

use std::collections::BTreeMap;

use countersign_core::id::MessageId;
use countersign_core::limit::Hit;
use countersign_core::time::Timestamp;

use super::Live;
use crate::seal::Key;

/// A comparable copy of the live state ([`Live::picture`]).
#[derive(Debug, PartialEq)]
pub(crate) struct Picture {
    pub(crate) buckets: BTreeMap<Key, Vec<Hit>>,
    pub(crate) in_a_row: BTreeMap<Key, u32>,
    /// The tries left, and whether the code is used and sent.
    pub(crate) codes: BTreeMap<MessageId, (u8, bool, bool)>,
}

impl Live {
    /// Returns everything known of numbers and codes at `now`, in an order that can be compared.
    pub(crate) fn picture(&self, now: Timestamp) -> Picture {
        let guesses = self.failures.counting(now);
        let buckets = self.sends.counting(now).into_iter().chain(guesses);
        let buckets = buckets.map(|counted| (counted.bucket, counted.hits));
        let codes = self.codes.iter().filter(|code| code.expires_at() > now);
        Picture {
            buckets: buckets.collect(),
            in_a_row: self.failures.all_in_a_row(),
            codes: codes
                .map(|code| (code.message, (code.tries_left, code.used, code.sent)))
                .collect(),
        }
    }
}
