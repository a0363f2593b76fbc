//! Hits as the log keeps them: fixed-size records, one after the other.

use std::sync::Arc;
use std::time::Duration;

use countersign_core::limit::{Hit, HitKind, Rules};
use countersign_core::time::Timestamp;

use crate::seal::{Key, Sealer};

/// The hit of an event in one bucket. Its time is that of the event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct LoggedHit {
    pub(crate) bucket: Key,
    pub(crate) window: Duration,
    pub(crate) weight: u32,
    pub(crate) refundable: bool,
}

impl LoggedHit {
    /// Returns the hits of an event under `rules`: one for each of its buckets.
    pub(crate) fn all_of(rules: &Rules, sealer: &Sealer) -> Arc<[Self]> {
        let counted = rules.set().buckets().iter().zip(rules.buckets());
        counted
            .map(|(counted, bucket)| Self::of(counted, sealer.bucket(bucket)))
            .collect()
    }

    pub(crate) fn of(counted: &HitKind, bucket: Key) -> Self {
        Self {
            bucket,
            window: counted.window,
            weight: counted.weight,
            refundable: counted.refundable,
        }
    }

    pub(crate) fn at(&self, time: Timestamp) -> Hit {
        Hit {
            at: time,
            weight: self.weight,
        }
    }
}

/// Bytes of one record: bucket 8, window in milliseconds 4, weight 4, refundable 1; big-endian.
const RECORD: usize = 17;

pub(crate) fn encode(hits: &[LoggedHit]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(hits.len() * RECORD);
    for hit in hits {
        let millis = u32::try_from(hit.window.as_millis()).unwrap_or(u32::MAX);
        bytes.extend(hit.bucket.0.to_be_bytes());
        bytes.extend(millis.to_be_bytes());
        bytes.extend(hit.weight.to_be_bytes());
        bytes.push(u8::from(hit.refundable));
    }
    bytes
}

/// Reads the hits in `bytes`; `None` if these are not records that [`encode`] wrote.
pub(crate) fn decode(bytes: &[u8]) -> Option<Vec<LoggedHit>> {
    let (records, rest) = bytes.as_chunks::<RECORD>();
    rest.is_empty()
        .then(|| records.iter().map(decode_one).collect())
}

fn decode_one(record: &[u8; RECORD]) -> LoggedHit {
    let mut bytes = record.iter().copied();
    let mut bucket = [0; 8];
    bucket.fill_with(|| bytes.next().unwrap_or(0));
    let mut word = || {
        let mut word = [0; 4];
        word.fill_with(|| bytes.next().unwrap_or(0));
        u32::from_be_bytes(word)
    };
    let (millis, weight) = (word(), word());
    LoggedHit {
        bucket: Key(u64::from_be_bytes(bucket)),
        window: Duration::from_millis(u64::from(millis)),
        weight,
        refundable: bytes.next() == Some(1),
    }
}

#[cfg(test)]
mod tests {
    use countersign_core::limit::Limit;

    use super::*;

    #[test]
    fn hits_read_back_as_written() {
        let hit = |n: u8| LoggedHit {
            bucket: Key(u64::from(n) << 40),
            window: Limit::LONGEST_WINDOW,
            weight: u32::from(n) * 1000,
            refundable: n.is_multiple_of(2),
        };
        let hits = [hit(1), hit(2), hit(255)];
        assert_eq!(decode(&encode(&hits)).as_deref(), Some(hits.as_slice()));
        assert_eq!(decode(&[]), Some(vec![]));
        assert_eq!(decode(&[0; 18]), None);
    }
}
