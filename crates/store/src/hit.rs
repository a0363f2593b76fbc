//! The hits of an event by the keys of their buckets, and how a log keeps them: fixed-size records, one after the other.

use std::sync::Arc;
use std::time::Duration;

use countersign_core::limit::{Bucket, Hit, HitKind, Rules};
use countersign_core::time::Timestamp;

use crate::seal::{Generation, Key, Sealer};

/// The hit of an event in one bucket. Its time is that of the event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct LoggedHit {
    pub(crate) bucket: Key,
    pub(crate) window: Duration,
    pub(crate) weight: u64,
    pub(crate) refundable: bool,
    /// For a bucket that has one hit for each number, the bucket of this number: the hit stands for the newest one there.
    /// Only hits of sends have it; it is not in the records of [`encode`].
    pub(crate) of_number: Option<Key>,
    /// Whether the hit counts money: its weight is then settled with the message. Not in the records of [`encode`] either.
    pub(crate) money: bool,
}

/// The hits of an event, one in each of its buckets.
#[derive(Debug, Clone)]
pub(crate) struct Touched {
    /// The hits by the newest keys of the buckets.
    pub(crate) hits: Arc<[LoggedHit]>,
    /// By older generation, newest first: the key of each bucket. Mostly none.
    older: Vec<Vec<Key>>,
}

impl Touched {
    /// Returns the hits of an event under `rules`.
    pub(crate) fn of(rules: &Rules, sealer: &Sealer) -> Self {
        let keys: Vec<_> = rules
            .buckets()
            .iter()
            .map(|each| sealer.bucket(each))
            .collect();
        let hits = rules
            .set()
            .buckets()
            .iter()
            .zip(0..)
            .filter_map(|(kind, place)| LoggedHit::among(&keys, place, kind, rules.weight(kind)));
        Self {
            hits: hits.collect(),
            older: older_keys(rules.buckets(), sealer),
        }
    }

    /// Returns an event that makes a hit of this kind in one bucket.
    pub(crate) fn one(kind: &HitKind, bucket: &Bucket, sealer: &Sealer) -> Self {
        Self {
            hits: Arc::new([LoggedHit::of(kind, sealer.bucket(bucket), 1)]),
            older: older_keys(std::slice::from_ref(bucket), sealer),
        }
    }

    /// Returns the keys of the bucket at `place`.
    pub(crate) fn bucket(&self, place: usize) -> Option<BucketKeys<'_>> {
        Some(BucketKeys {
            newest: self.hits.get(place)?.bucket,
            place,
            older: &self.older,
        })
    }

    /// Returns the same hits under the key of every generation, for an event that clears them.
    pub(crate) fn under_every_key(&self) -> Arc<[LoggedHit]> {
        let older = self.older.iter().flat_map(|keys| {
            let hits = self.hits.iter().zip(keys);
            hits.map(|(hit, key)| LoggedHit {
                bucket: *key,
                ..*hit
            })
        });
        self.hits.iter().copied().chain(older).collect()
    }
}

impl From<Arc<[LoggedHit]>> for Touched {
    fn from(hits: Arc<[LoggedHit]>) -> Self {
        Self {
            hits,
            older: Vec::new(),
        }
    }
}

fn older_keys(buckets: &[Bucket], sealer: &Sealer) -> Vec<Vec<Key>> {
    let of = |each: &Generation| buckets.iter().map(|bucket| each.bucket(bucket)).collect();
    sealer.older().iter().map(|each| of(each)).collect()
}

/// The keys of one bucket.
#[derive(Debug, Clone, Copy)]
pub(crate) struct BucketKeys<'a> {
    pub(crate) newest: Key,
    place: usize,
    older: &'a [Vec<Key>],
}

impl<'a> BucketKeys<'a> {
    /// Returns whether the bucket has keys of older generations.
    pub(crate) fn has_older(self) -> bool {
        !self.older.is_empty()
    }

    /// Iterates over all keys, newest first.
    pub(crate) fn all(self) -> impl Iterator<Item = Key> + 'a {
        let older = self
            .older
            .iter()
            .filter_map(move |keys| keys.get(self.place));
        std::iter::once(self.newest).chain(older.copied())
    }
}

impl From<Key> for BucketKeys<'_> {
    fn from(newest: Key) -> Self {
        Self {
            newest,
            place: 0,
            older: &[],
        }
    }
}

impl LoggedHit {
    /// Returns the hit of this kind and weight in a bucket that does not count numbers.
    pub(crate) fn of(kind: &HitKind, bucket: Key, weight: u64) -> Self {
        Self {
            bucket,
            window: kind.window,
            weight,
            refundable: kind.refundable,
            of_number: None,
            money: kind.counts.is_money(),
        }
    }

    /// Returns the hit of this kind and weight in the bucket at `place` of these.
    pub(crate) fn among(
        buckets: &[Key],
        place: usize,
        kind: &HitKind,
        weight: u64,
    ) -> Option<Self> {
        let of_number = kind.of_number.and_then(|number| buckets.get(number));
        Some(Self {
            of_number: of_number.copied(),
            ..Self::of(kind, *buckets.get(place)?, weight)
        })
    }

    pub(crate) fn at(&self, time: Timestamp) -> Hit {
        Hit {
            at: time,
            weight: self.weight,
        }
    }
}

/// Returns the weight of the hit of this kind that a message makes which costs `paid`.
pub(crate) fn weight(kind: &HitKind, paid: u64) -> u64 {
    match kind.counts.is_money() {
        true => paid,
        false => 1,
    }
}

/// Returns the column of a weight: of a hit, a price or a cost.
pub(crate) fn weight_column(weight: u64) -> i64 {
    i64::try_from(weight).unwrap_or(i64::MAX)
}

/// Reads what [`weight_column`] wrote.
pub(crate) fn weight_of_column(column: i64) -> u64 {
    u64::try_from(column).unwrap_or_default()
}

/// Bytes of one record: bucket 8, window in milliseconds 4, weight 4, refundable 1; big-endian. Hits of money are not kept as
/// records.
const RECORD: usize = 17;

pub(crate) fn encode(hits: &[LoggedHit]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(hits.len() * RECORD);
    for hit in hits {
        let millis = u32::try_from(hit.window.as_millis()).unwrap_or(u32::MAX);
        bytes.extend(hit.bucket.0.to_be_bytes());
        bytes.extend(millis.to_be_bytes());
        let weight = u32::try_from(hit.weight).unwrap_or(u32::MAX);
        bytes.extend(weight.to_be_bytes());
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
        weight: weight.into(),
        refundable: bytes.next() == Some(1),
        of_number: None,
        money: false,
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
            weight: u64::from(n) * 1000,
            refundable: n.is_multiple_of(2),
            of_number: None,
            money: false,
        };
        let hits = [hit(1), hit(2), hit(255)];
        assert_eq!(decode(&encode(&hits)).as_deref(), Some(hits.as_slice()));
        assert_eq!(decode(&[]), Some(vec![]));
        assert_eq!(decode(&[0; 18]), None);
    }
}
