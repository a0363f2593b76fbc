//! Identifiers, all UUIDv7 so that order of creation is order of key.

use std::fmt;

use uuid::Uuid;

use crate::entropy::{Entropy, EntropyError};
use crate::time::Timestamp;

/// Identifies one [message](crate::message), for good. Its first 48 bits are the time at which it
/// was made, in milliseconds.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MessageId(Uuid);

impl MessageId {
    /// Makes a new id at the time `now`.
    ///
    /// # Errors
    /// [`EntropyError`] when `entropy` fails.
    pub fn generate(now: Timestamp, entropy: &dyn Entropy) -> Result<Self, EntropyError> {
        uuid_v7(now, entropy).map(Self)
    }

    /// Returns the smallest id that could have been made at `time`, where a scan by time begins.
    #[must_use]
    pub fn first_at(time: Timestamp) -> Self {
        Self(build(time, [0; 10]))
    }

    /// Returns the time at which the id was made.
    #[must_use]
    pub fn made_at(&self) -> Timestamp {
        made_at(self.0)
    }

    /// Returns the 16 bytes of the id, in key order.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; 16] {
        self.0.as_bytes()
    }

    /// Takes the 16 bytes of [`MessageId::as_bytes`].
    #[must_use]
    pub fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(Uuid::from_bytes(bytes))
    }

    /// Reads the text form; `None` if it is not a UUID.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Uuid::try_parse(text).ok().map(Self)
    }
}

impl fmt::Display for MessageId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.hyphenated().fmt(f)
    }
}

impl fmt::Debug for MessageId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Identifies one HTTP request: the `requestId` of its answer, and of the message it led to.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RequestId(Uuid);

impl RequestId {
    /// Makes a new id at the time `now`.
    ///
    /// # Errors
    /// [`EntropyError`] when `entropy` fails.
    pub fn generate(now: Timestamp, entropy: &dyn Entropy) -> Result<Self, EntropyError> {
        uuid_v7(now, entropy).map(Self)
    }

    /// Reads the text form; `None` if it is not a UUID.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Uuid::try_parse(text).ok().map(Self)
    }

    /// Returns the time at which the id was made.
    #[must_use]
    pub fn made_at(&self) -> Timestamp {
        made_at(self.0)
    }

    /// Returns the 16 bytes of the id.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; 16] {
        self.0.as_bytes()
    }

    /// Takes the 16 bytes of [`RequestId::as_bytes`].
    #[must_use]
    pub fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(Uuid::from_bytes(bytes))
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.hyphenated().fmt(f)
    }
}

impl fmt::Debug for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Identifies one verification token: its `jti`.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct TokenId(Uuid);

impl TokenId {
    /// Makes a new id at the time `now`.
    ///
    /// # Errors
    /// [`EntropyError`] when `entropy` fails.
    pub fn generate(now: Timestamp, entropy: &dyn Entropy) -> Result<Self, EntropyError> {
        uuid_v7(now, entropy).map(Self)
    }

    /// Returns the 16 bytes of the id.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; 16] {
        self.0.as_bytes()
    }

    /// Reads the text form; `None` if it is not a UUID.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Uuid::try_parse(text).ok().map(Self)
    }
}

impl fmt::Display for TokenId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.hyphenated().fmt(f)
    }
}

impl fmt::Debug for TokenId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

fn uuid_v7(now: Timestamp, entropy: &dyn Entropy) -> Result<Uuid, EntropyError> {
    let mut random = [0; 10];
    entropy.fill(&mut random)?;
    Ok(build(now, random))
}

/// Reads the time in the first 48 bits.
fn made_at(id: Uuid) -> Timestamp {
    let mut millis = [0; 8];
    for (to, from) in millis.iter_mut().skip(2).zip(id.as_bytes()) {
        *to = *from;
    }
    Timestamp::from_millis(i64::from_be_bytes(millis))
}

fn build(time: Timestamp, random: [u8; 10]) -> Uuid {
    let millis = u64::try_from(time.as_millis()).unwrap_or(0);
    uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid()
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Ones;

    impl Entropy for Ones {
        fn fill(&self, buffer: &mut [u8]) -> Result<(), EntropyError> {
            buffer.fill(0xff);
            Ok(())
        }
    }

    #[test]
    fn a_later_id_is_a_larger_key() {
        let at = |millis| MessageId::generate(Timestamp::from_millis(millis), &Ones).unwrap();
        assert!(at(1_000) < at(1_001));
        assert!(MessageId::first_at(Timestamp::from_millis(1_000)) < at(1_000));
        assert!(at(1_000) < MessageId::first_at(Timestamp::from_millis(1_001)));
        assert_eq!(
            at(1_790_000_000_123).made_at(),
            Timestamp::from_millis(1_790_000_000_123)
        );
    }

    #[test]
    fn text_and_bytes_lead_back_to_the_same_id() {
        let id = MessageId::generate(Timestamp::from_millis(1_790_000_000_000), &Ones).unwrap();
        assert_eq!(MessageId::parse(&id.to_string()), Some(id));
        assert_eq!(MessageId::from_bytes(*id.as_bytes()), id);
        assert_eq!(MessageId::parse("no uuid"), None);
    }
}
