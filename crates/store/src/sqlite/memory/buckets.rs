//! The hits that count, by bucket, in little memory.

use std::borrow::Cow;
use std::collections::HashMap;
use std::hash::BuildHasherDefault;
use std::time::Duration;

use countersign_core::limit::{self, Hit, Hits, Limit};
use countersign_core::time::Timestamp;

use super::shards::{AsItIs, Shards};
use crate::counting::Counting;
use crate::hit::{BucketKeys, LoggedHit};
use crate::seal::Key;

/// All buckets with a hit that counts.
#[derive(Debug, Default)]
pub(super) struct Buckets {
    /// Most buckets hold one hit of one number.
    ones: Shards<One>,
    /// The hits of the buckets that are [`One::MANY`].
    many: ManyByKey,
    /// The lengths of windows, in milliseconds. A [`One`] refers to them by their places.
    windows: Vec<u32>,
}

/// The hits of a bucket that count, and the longest window in which they do.
pub(crate) struct Counted {
    pub(crate) bucket: Key,
    pub(crate) span: Duration,
    pub(crate) hits: Vec<Hit>,
}

/// The only hit of a bucket, in eight bytes: its time in 44 bits of milliseconds since 1970, its weight in 12
/// and the place of its window in 8.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct One(u64);

#[derive(Debug)]
struct Many {
    hits: Hits,
    /// The longest window in which the hits count, in milliseconds.
    window: u32,
}

impl One {
    /// The bucket has several hits, or one that does not fit into eight bytes; they are in [`Buckets::many`].
    const MANY: Self = Self(u64::MAX);

    fn new(hit: Hit, window: usize) -> Option<Self> {
        let at = u64::try_from(hit.at.as_millis()).ok()?;
        let fits = at < 1 << 44 && hit.weight < 1 << 12 && window < 255;
        fits.then_some(Self(at << 20 | hit.weight << 8 | window as u64))
    }

    fn hit(self) -> Hit {
        Hit {
            at: Timestamp::from_millis((self.0 >> 20).cast_signed()),
            weight: (self.0 >> 8) & 0xfff,
        }
    }

    fn window(self, windows: &[u32]) -> u32 {
        let place = usize::from(self.0.to_le_bytes()[0]);
        windows.get(place).copied().unwrap_or(u32::MAX)
    }
}

impl Counting for Buckets {
    fn judge_one(
        &self,
        limit: &Limit,
        bucket: Key,
        weight: u64,
        now: Timestamp,
    ) -> Option<Timestamp> {
        let Some(&one) = self.ones.get(bucket) else {
            return limit::judge(limit, &[], weight, now);
        };
        if one != One::MANY {
            return limit::judge(limit, &[one.hit()], weight, now);
        }
        self.many.get(&bucket)?.hits.judge(limit, weight, now)
    }

    fn newest(&self, key: Key) -> Option<Timestamp> {
        match self.ones.get(key)? {
            &One::MANY => self.many.get(&key)?.hits.newest(),
            one => Some(one.hit().at),
        }
    }

    fn hits_of(&self, key: Key) -> Cow<'_, [Hit]> {
        match self.ones.get(key) {
            None => Cow::Borrowed(&[]),
            Some(&One::MANY) => {
                let many = self.many.get(&key);
                Cow::Borrowed(many.map_or(&[], |many| many.hits.as_slice()))
            }
            Some(one) => Cow::Owned(vec![one.hit()]),
        }
    }

    fn count_one(&self, limit: &Limit, bucket: Key, now: Timestamp) -> u64 {
        match self.ones.get(bucket) {
            None => 0,
            Some(&One::MANY) => self
                .many
                .get(&bucket)
                .map_or(0, |many| many.hits.count(limit, now)),
            Some(one) => limit::count(limit, &[one.hit()], now),
        }
    }

    fn add(&mut self, hit: &LoggedHit, at: Timestamp) {
        if hit.weight == 0 {
            return; // costs nothing
        }
        let (new, window) = (hit.at(at), millis(hit.window));
        let place = self.windows.iter().position(|known| *known == window);
        let place = place.unwrap_or_else(|| {
            self.windows.push(window);
            self.windows.len() - 1
        });
        let packed = One::new(new, place);
        let mut is_new = false;
        let held = self.ones.get_or_insert_with(hit.bucket, || {
            is_new = true;
            packed.unwrap_or(One::MANY)
        });
        if is_new && packed.is_some() {
            return;
        }
        let many = self.many.entry(hit.bucket).or_insert_with(|| Many {
            hits: Hits::default(),
            window,
        });
        if let Some(held) = held.filter(|held| **held != One::MANY) {
            many.add(held.hit(), held.window(&self.windows));
            *held = One::MANY;
        }
        many.add(new, window);
    }

    fn remove(&mut self, hit: &LoggedHit, at: Timestamp) {
        self.change(hit.bucket, |hits| hits.remove(hit.at(at)));
    }
}

impl Buckets {
    /// Drops the hits in `bucket` up to `at`.
    pub(super) fn clear_until(&mut self, bucket: Key, at: Timestamp) {
        self.change(bucket, |hits| hits.clear_until(at));
    }

    /// Removes every hit of `bucket`, and returns them.
    fn take_all(&mut self, bucket: Key) -> Hits {
        match self.ones.remove(bucket) {
            None => Hits::default(),
            Some(One::MANY) => self
                .many
                .remove(&bucket)
                .map_or(Hits::default(), |many| many.hits),
            Some(one) => Hits::from_ordered(vec![one.hit()]),
        }
    }

    /// Returns whether `bucket` has a hit that counts at `now`.
    pub(super) fn has(&self, bucket: BucketKeys<'_>, now: Timestamp) -> bool {
        bucket.all().any(|key| {
            let one = self.ones.get(key);
            one.is_some_and(|one| one.ends(key, &self.many, &self.windows) > now)
        })
    }

    pub(super) fn len(&self) -> usize {
        self.ones.len()
    }

    /// Returns all hits that count at `now`.
    pub(super) fn counting(&self, now: Timestamp) -> Vec<Counted> {
        let all = self.ones.iter().map(|(bucket, one)| {
            let (mut hits, window) = match self.many.get(bucket) {
                Some(many) => (many.hits.as_slice().to_vec(), many.window),
                None => (vec![one.hit()], one.window(&self.windows)),
            };
            let (bucket, span) = (*bucket, length(window));
            hits.retain(|hit| hit.at.after(span) > now);
            Counted { bucket, span, hits }
        });
        all.filter(|counted| !counted.hits.is_empty()).collect()
    }

    /// Drops buckets without a hit that counts at `now`, in a part of the buckets at a time.
    pub(super) fn sweep(&mut self, now: Timestamp) {
        let (many, windows) = (&mut self.many, &self.windows);
        self.ones.sweep(now, |bucket, one| {
            let counts = one.ends(bucket, many, windows) > now;
            if !counts && *one == One::MANY {
                many.remove(&bucket);
            }
            counts
        });
    }

    /// Changes the hits of a bucket. A bucket without hits is dropped.
    fn change(&mut self, bucket: Key, change: impl FnOnce(&mut Hits)) {
        if let Some(many) = self.many.get_mut(&bucket) {
            change(&mut many.hits);
            if many.hits.is_empty() {
                self.take_all(bucket);
            }
            return;
        }
        let Some(window) = self.ones.get(bucket).map(|one| one.window(&self.windows)) else {
            return;
        };
        let mut hits = self.take_all(bucket);
        change(&mut hits);
        // A merged hit stands for several of one moment, so a part of it may be left.
        for &Hit { at, weight } in hits.as_slice() {
            let left = LoggedHit {
                bucket,
                window: length(window),
                weight,
                refundable: false,
                of_number: None,
                money: false,
            };
            self.add(&left, at);
        }
    }
}

type ManyByKey = HashMap<Key, Many, BuildHasherDefault<AsItIs>>;

impl One {
    /// Returns the end of the last hit of the bucket.
    fn ends(self, bucket: Key, many: &ManyByKey, windows: &[u32]) -> Timestamp {
        if self != Self::MANY {
            return self.hit().at.after(length(self.window(windows)));
        }
        let many = many.get(&bucket);
        let newest = many.and_then(|many| Some((many.hits.newest()?, many.window)));
        newest.map_or(Timestamp::default(), |(at, window)| {
            at.after(length(window))
        })
    }
}

impl Many {
    fn add(&mut self, hit: Hit, window: u32) {
        self.window = self.window.max(window);
        self.hits.add(hit, length(self.window));
    }
}

/// Returns the length of a window in milliseconds. 31 days fit.
fn millis(window: Duration) -> u32 {
    u32::try_from(window.as_millis()).unwrap_or(u32::MAX)
}

fn length(window: u32) -> Duration {
    Duration::from_millis(window.into())
}

#[cfg(test)]
mod tests;
