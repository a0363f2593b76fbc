//! The hits that count, by bucket, in as little room as will do.

use std::collections::HashMap;
use std::hash::BuildHasherDefault;
use std::time::Duration;

use countersign_core::limit::{self, Hit, Limit, RuleSet};
use countersign_core::time::Timestamp;

use super::hits::LoggedHit;
use super::shards::{AsItIs, Shards};
use crate::seal::Key;

/// From so many hits on, a bucket does with fewer ([`limit::thin`]) before it takes more room.
const MANY: usize = 128;

/// All buckets in which anything counts.
#[derive(Debug, Default)]
pub(super) struct Buckets {
    /// Most hold the one hit of one number.
    ones: Shards<One>,
    /// What more there is in those that are [`One::MANY`].
    many: ManyByKey,
    /// The lengths of windows, in milliseconds, by their places in a [`One`].
    windows: Vec<u32>,
}

/// The one hit of a bucket in eight bytes: its time in 44 bits of milliseconds since 1970, its weight in 12 and
/// the place of its window in 8.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct One(u64);

#[derive(Debug)]
struct Many {
    /// In order of time, one for each millisecond.
    hits: Vec<Hit>,
    /// What they weigh, those included that are over and still here.
    total: u64,
    window: u32,
}

impl One {
    /// There is more than one, or one that does not fit: look among the many.
    const MANY: Self = Self(u64::MAX);

    fn new(hit: Hit, window: usize) -> Option<Self> {
        let at = u64::try_from(hit.at.as_millis()).ok()?;
        let fits = at < 1 << 44 && hit.weight < 1 << 12 && window < 255;
        fits.then(|| Self(at << 20 | u64::from(hit.weight) << 8 | window as u64))
    }

    fn hit(self) -> Hit {
        Hit {
            at: Timestamp::from_millis((self.0 >> 20).cast_signed()),
            weight: u32::try_from((self.0 >> 8) & 0xfff).unwrap_or_default(),
        }
    }

    fn window(self, windows: &[u32]) -> u32 {
        let place = usize::from(self.0.to_le_bytes()[0]);
        windows.get(place).copied().unwrap_or(u32::MAX)
    }
}

impl Buckets {
    /// What `limit` says of an event at `now` in `bucket`.
    fn judge(&self, limit: &Limit, bucket: Key, now: Timestamp) -> Option<Timestamp> {
        let Some(&one) = self.ones.get(bucket) else {
            return limit::judge(limit, &[], now);
        };
        if one != One::MANY {
            return limit::judge(limit, &[one.hit()], now);
        }
        let many = self.many.get(&bucket)?;
        // Mostly far below: then nobody needs to look closer.
        if many.total + u64::from(limit.weight) <= limit.max.into() {
            return None;
        }
        limit::judge(limit, &many.hits, now)
    }

    /// What `limits` say of an event at `now` with these hits: which say no, and until when.
    pub(super) fn judge_all(
        &self,
        limits: &RuleSet,
        hits: &[LoggedHit],
        now: Timestamp,
    ) -> Vec<(usize, Timestamp)> {
        let limits = limits.limits().iter().zip(0..);
        let judged = limits.filter_map(|((limit, bucket), number)| {
            let bucket = hits.get(*bucket)?.bucket;
            Some((number, self.judge(limit, bucket, now)?))
        });
        judged.collect()
    }

    /// Counts `hit` in its bucket from `at` on.
    pub(super) fn add(&mut self, hit: &LoggedHit, at: Timestamp) {
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
            hits: Vec::new(),
            total: 0,
            window,
        });
        if let Some(held) = held.filter(|held| **held != One::MANY) {
            many.add(held.hit(), held.window(&self.windows));
            *held = One::MANY;
        }
        many.add(new, window);
    }

    /// Takes one such hit out again.
    pub(super) fn remove(&mut self, hit: &LoggedHit, at: Timestamp) {
        self.change(hit.bucket, |hits| remove(hits, hit.at(at)));
    }

    /// Forgets the hits in `bucket` up to `at`.
    pub(super) fn forget_until(&mut self, bucket: Key, at: Timestamp) {
        self.change(bucket, |hits| hits.retain(|hit| hit.at > at));
    }

    /// Takes every hit out of `bucket`.
    pub(super) fn empty(&mut self, bucket: Key) -> Vec<Hit> {
        match self.ones.remove(bucket) {
            None => Vec::new(),
            Some(One::MANY) => self
                .many
                .remove(&bucket)
                .map_or(Vec::new(), |many| many.hits),
            Some(one) => vec![one.hit()],
        }
    }

    /// Whether anything counts in `bucket` at `now`.
    pub(super) fn has(&self, bucket: Key, now: Timestamp) -> bool {
        let one = self.ones.get(bucket);
        one.is_some_and(|one| one.ends(bucket, &self.many, &self.windows) > now)
    }

    pub(super) fn len(&self) -> usize {
        self.ones.len()
    }

    /// All hits that count at `now`.
    #[cfg(test)]
    pub(super) fn counting(&self, now: Timestamp) -> Vec<(Key, Vec<Hit>)> {
        let all = self.ones.iter().map(|(key, one)| {
            let (hits, window) = match self.many.get(key) {
                Some(many) => (many.hits.clone(), many.window),
                None => (vec![one.hit()], one.window(&self.windows)),
            };
            let counts = |hit: &Hit| hit.at.after(length(window)) > now;
            (*key, hits.into_iter().filter(counts).collect::<Vec<_>>())
        });
        all.filter(|(_, hits)| !hits.is_empty()).collect()
    }

    /// Lets go of buckets in which nothing counts at `now`; not of all of them at once.
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

    /// Changes the hits of a bucket, which is let go of if none is left.
    fn change(&mut self, bucket: Key, change: impl FnOnce(&mut Vec<Hit>)) {
        if let Some(many) = self.many.get_mut(&bucket) {
            change(&mut many.hits);
            many.weigh();
            if many.hits.is_empty() {
                self.empty(bucket);
            }
            return;
        }
        let Some(window) = self.ones.get(bucket).map(|one| one.window(&self.windows)) else {
            return;
        };
        let mut hits = self.empty(bucket);
        change(&mut hits);
        // One hit can be several of one moment: something of it may be left.
        for Hit { at, weight } in hits {
            let left = LoggedHit {
                bucket,
                window: length(window),
                weight,
                refundable: false,
            };
            self.add(&left, at);
        }
    }
}

type ManyByKey = HashMap<Key, Many, BuildHasherDefault<AsItIs>>;

impl One {
    /// When the last hit of its bucket is over.
    fn ends(self, bucket: Key, many: &ManyByKey, windows: &[u32]) -> Timestamp {
        if self != Self::MANY {
            return self.hit().at.after(length(self.window(windows)));
        }
        let many = many.get(&bucket);
        let newest = many.and_then(|many| Some((many.hits.last()?.at, many.window)));
        newest.map_or(Timestamp::default(), |(at, window)| {
            at.after(length(window))
        })
    }
}

impl Many {
    fn add(&mut self, hit: Hit, window: u32) {
        self.window = self.window.max(window);
        self.total += u64::from(hit.weight);
        // They come in order of time, or nearly.
        let place = match self.hits.last() {
            Some(last) if last.at > hit.at => self.hits.partition_point(|held| held.at <= hit.at),
            _ => self.hits.len(),
        };
        let before = place
            .checked_sub(1)
            .and_then(|before| self.hits.get_mut(before));
        if let Some(same) = before.filter(|before| before.at == hit.at) {
            same.weight = same.weight.saturating_add(hit.weight);
            return;
        }
        self.hits.insert(place, hit);
        if self.hits.len() >= MANY && self.hits.len() == self.hits.capacity() {
            self.thin(hit.at);
        }
    }

    /// Makes room, or takes more where that is not enough for long.
    fn thin(&mut self, now: Timestamp) {
        let span = length(self.window);
        self.hits.retain(|held| held.at.after(span) > now);
        limit::thin(&mut self.hits, now);
        self.weigh();
        if self.hits.len() > self.hits.capacity() / 2 {
            self.hits.reserve_exact(self.hits.capacity());
        }
    }

    fn weigh(&mut self) {
        self.total = self.hits.iter().map(|hit| u64::from(hit.weight)).sum();
    }
}

/// Takes `hit` out of `hits`, which are in order of time. Hits of one bucket, moment and weight are
/// interchangeable; of neighbours made one, it leaves the rest.
pub(super) fn remove(hits: &mut Vec<Hit>, hit: Hit) {
    if let Some(found) = hits.iter().rposition(|held| *held == hit) {
        hits.remove(found);
    } else if let Some(held) = hits
        .iter_mut()
        .find(|held| held.at >= hit.at && held.weight > hit.weight)
    {
        held.weight -= hit.weight;
    }
}

/// 31 days of milliseconds fit.
fn millis(window: Duration) -> u32 {
    u32::try_from(window.as_millis()).unwrap_or(u32::MAX)
}

fn length(window: u32) -> Duration {
    Duration::from_millis(window.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millis: i64) -> Timestamp {
        Timestamp::from_millis(millis)
    }

    fn logged(weight: u32) -> LoggedHit {
        LoggedHit {
            bucket: Key(1),
            window: Duration::from_secs(60),
            weight,
            refundable: true,
        }
    }

    fn held(buckets: &Buckets, now: i64) -> u32 {
        let mut limit = Limit {
            window: Duration::from_secs(60),
            max: u32::MAX,
            ..Limit::one_per_minute()
        };
        let fits = |max: &u32| {
            limit.max = *max;
            buckets.judge(&limit, Key(1), at(now)).is_none()
        };
        (1..).find(fits).unwrap() - 1
    }

    #[test]
    fn a_bucket_with_one_hit_is_small() {
        assert_eq!(size_of::<(Key, One)>(), 16);
    }

    #[test]
    fn hits_come_and_go_in_any_order() {
        let mut buckets = Buckets::default();
        for (millis, weight) in [(5, 1), (9, 2), (7, 4)] {
            buckets.add(&logged(weight), at(millis));
        }
        assert_eq!(held(&buckets, 60_000), 7);
        assert_eq!(held(&buckets, 60_005), 6);
        assert_eq!(held(&buckets, 60_007), 2);
        buckets.remove(&logged(4), at(7));
        assert_eq!(held(&buckets, 60_000), 3);
        buckets.remove(&logged(3), at(7));
        assert_eq!(held(&buckets, 60_000), 3, "there is none of that weight");
        buckets.remove(&logged(1), at(5));
        buckets.remove(&logged(2), at(9));
        assert_eq!(buckets.len(), 0);
        buckets.add(&logged(1), at(5));
        buckets.remove(&logged(1), at(6));
        assert_eq!(buckets.len(), 1);
        buckets.remove(&logged(1), at(5));
        assert_eq!(buckets.len(), 0);
    }

    #[test]
    fn of_one_hit_that_was_several_each_can_be_taken_back() {
        let mut buckets = Buckets::default();
        buckets.add(&logged(3), at(5));
        buckets.remove(&logged(1), at(5));
        assert_eq!((held(&buckets, 60_004), held(&buckets, 60_005)), (2, 0));
        assert!(buckets.has(Key(1), at(60_004)) && !buckets.has(Key(1), at(60_005)));
        buckets.remove(&logged(2), at(5));
        assert_eq!(buckets.len(), 0);
    }

    #[test]
    fn of_many_hits_each_can_be_taken_back() {
        let mut buckets = Buckets::default();
        for millis in 0..30_000 {
            buckets.add(&logged(1), at(millis));
        }
        let many = buckets.many.get(&Key(1)).unwrap();
        assert!(many.hits.len() < 4_000, "{}", many.hits.len());
        assert_eq!(held(&buckets, 30_000), 30_000);
        for millis in 0..29_999 {
            buckets.remove(&logged(1), at(millis));
        }
        assert_eq!(held(&buckets, 30_000), 1);
    }

    #[test]
    fn hits_that_do_not_fit_into_eight_bytes_count_all_the_same() {
        for (weight, millis) in [
            (4_095, 0),
            (4_096, 0),
            (u32::MAX / 2, 9),
            (1, 1 << 44),
            (1, -5),
        ] {
            let mut buckets = Buckets::default();
            buckets.add(&logged(weight), at(millis));
            assert_eq!(
                buckets.counting(at(millis))[0].1,
                [logged(weight).at(at(millis))]
            );
            buckets.remove(&logged(weight), at(millis));
            assert_eq!(buckets.len(), 0);
        }
        let mut buckets = Buckets::default();
        for n in 1..400 {
            let (bucket, window) = (Key(n << 30 | n), Duration::from_millis(n));
            buckets.add(
                &LoggedHit {
                    bucket,
                    window,
                    ..logged(1)
                },
                at(0),
            );
        }
        for n in 1..400 {
            let key = Key(n << 30 | n);
            let end = i64::try_from(n).unwrap();
            assert!(
                buckets.has(key, at(end - 1)) && !buckets.has(key, at(end)),
                "{n}"
            );
        }
    }

    #[test]
    fn what_is_over_is_swept_and_what_is_not_stays() {
        let mut buckets = Buckets::default();
        buckets.add(&logged(1), at(0));
        buckets.sweep(at(59_999));
        assert!(buckets.has(Key(1), at(59_999)) && buckets.len() == 1);
        assert!(!buckets.has(Key(1), at(60_000)));
        buckets.sweep(at(90_000));
        assert_eq!(buckets.len(), 0);
    }
}
