//! The key of the events that a rule counts together.

use std::fmt;

/// The events that a rule counts together, as a key: a name and the values that the events share.
///
/// A bucket may hold a phone number, so it has no readable `Debug`, and a store keeps only a keyed digest of
/// it.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Bucket(Vec<u8>);

impl Bucket {
    /// Makes a bucket of the rule called `name`.
    #[must_use]
    pub fn named(name: &str) -> Self {
        Self(Vec::with_capacity(64)).part(name)
    }

    /// Narrows the bucket to `value`.
    #[must_use]
    pub fn part(mut self, value: &str) -> Self {
        // A length before each part keeps the keys of different lists apart.
        let length = u32::try_from(value.len()).unwrap_or(u32::MAX);
        self.0.extend_from_slice(&length.to_be_bytes());
        self.0.extend_from_slice(value.as_bytes());
        self
    }

    /// Returns the key, which is unambiguous. A store digests it before it keeps it.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for Bucket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Bucket(..)")
    }
}
