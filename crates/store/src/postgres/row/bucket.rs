//! Buckets: the hits that still count, packed in one column.

use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap};
use std::time::Duration;

use countersign_core::limit::{self, Hit, Hits, Lease, LeaseTerms, Limit};
use countersign_core::time::Timestamp;

use super::packed::Packed;
use crate::counting::Counting;
use crate::hit::{BucketKeys, LoggedHit};
use crate::seal::Key;

/// The number of hits from which on a bucket is thinned before it is written.
const MANY: usize = 64;

/// The hits of one bucket.
#[derive(Debug, Clone, Default)]
pub(crate) struct BucketRow {
    /// The time of the newest event. The hits of leases may be later.
    at: Timestamp,
    hits: Hits,
    /// The longest window in which the hits count.
    span: Duration,
    is_changed: bool,
}

/// The buckets of a batch. One that no row was read of is empty.
#[derive(Debug, Default)]
pub(crate) struct BucketRows {
    rows: HashMap<Key, BucketRow>,
    /// The buckets that were locked and counted in, and that may be leased.
    leasable: BTreeSet<Key>,
}

/// A bucket as it is written: its time, its span in milliseconds, and its packed hits.
pub(crate) struct PackedBucket {
    pub(crate) key: i64,
    pub(crate) at: i64,
    pub(crate) span: i64,
    pub(crate) hits: Vec<u8>,
}

impl BucketRows {
    /// Takes a row that was read; `None` if its hits are not what [`pack`] wrote.
    pub(crate) fn read(&mut self, key: Key, at: Timestamp, span: i64, packed: &[u8]) -> Option<()> {
        let row = BucketRow {
            at,
            hits: unpack(packed)?,
            span: Duration::from_millis(span.unsigned_abs()),
            is_changed: false,
        };
        self.rows.insert(key, row);
        Some(())
    }

    /// Returns the buckets that were changed, as they are written at `now`.
    pub(crate) fn changed(&mut self, now: Timestamp) -> Vec<PackedBucket> {
        let changed = self.rows.iter_mut().filter(|(_, row)| row.is_changed);
        let packed = changed.map(|(key, row)| {
            if row.hits.as_slice().len() > MANY {
                row.hits.tidy(now, row.span);
            }
            PackedBucket {
                key: key.column(),
                at: row.at.as_millis(),
                span: i64::try_from(row.span.as_millis()).unwrap_or(i64::MAX),
                hits: pack(&row.hits),
            }
        });
        let mut packed: Vec<_> = packed.collect();
        packed.sort_by_key(|row| Key::of_column(row.key));
        packed
    }

    /// Drops the hits in `bucket` up to `at`.
    pub(crate) fn clear_until(&mut self, bucket: Key, at: Timestamp) {
        self.change(bucket, |row| {
            row.at = row.at.max(at);
            row.hits.clear_until(at);
        });
    }

    /// Returns the time of the newest event that a bucket counts.
    pub(crate) fn at(&self, bucket: Key) -> Option<Timestamp> {
        self.rows.get(&bucket).map(|row| row.at)
    }

    /// Notes that a bucket which was locked may be leased.
    pub(crate) fn may_lease(&mut self, bucket: Key) {
        self.leasable.insert(bucket);
    }

    /// Takes the buckets that may be leased.
    pub(crate) fn leasable(&mut self) -> BTreeSet<Key> {
        std::mem::take(&mut self.leasable)
    }

    /// Grants a lease of at most `want` units of a bucket from `now` on, if its terms allow it.
    pub(crate) fn lease(
        &mut self,
        bucket: Key,
        terms: &LeaseTerms,
        want: u64,
        now: Timestamp,
    ) -> Option<Lease> {
        let row = self.rows.get_mut(&bucket)?;
        let lease = terms.grant(&row.hits, want, now.max(row.at))?;
        let counted = Hit {
            at: lease.end,
            weight: lease.units,
        };
        row.is_changed = true;
        row.span = row.span.max(terms.span());
        row.hits.add(counted, row.span);
        Some(lease)
    }

    /// Gives back units of a lease that ended, or will end, at `end`.
    pub(crate) fn give_back(&mut self, bucket: Key, end: Timestamp, units: u64) {
        self.change(bucket, |row| row.hits.take_back(end, units));
    }

    /// Returns whether `bucket` has a hit that counts at `now`.
    pub(crate) fn has(&self, bucket: BucketKeys<'_>, now: Timestamp) -> bool {
        let rows = bucket.all().filter_map(|key| self.rows.get(&key));
        let mut ends = rows.filter_map(|row| Some(row.hits.newest()?.after(row.span)));
        ends.any(|end| end > now)
    }

    fn change(&mut self, bucket: Key, change: impl FnOnce(&mut BucketRow)) {
        let row = self.rows.entry(bucket).or_default();
        row.is_changed = true;
        change(row);
    }
}

impl Counting for BucketRows {
    fn judge_one(
        &self,
        limit: &Limit,
        bucket: Key,
        weight: u64,
        now: Timestamp,
    ) -> Option<Timestamp> {
        match self.rows.get(&bucket) {
            Some(row) => row.hits.judge(limit, weight, now),
            None => limit::judge(limit, &[], weight, now),
        }
    }

    fn newest(&self, key: Key) -> Option<Timestamp> {
        self.rows.get(&key)?.hits.newest()
    }

    fn hits_of(&self, key: Key) -> Cow<'_, [Hit]> {
        let row = self.rows.get(&key);
        Cow::Borrowed(row.map_or(&[], |row| row.hits.as_slice()))
    }

    fn count_one(&self, limit: &Limit, bucket: Key, now: Timestamp) -> u64 {
        let row = self.rows.get(&bucket);
        row.map_or(0, |row| row.hits.count(limit, now))
    }

    fn add(&mut self, hit: &LoggedHit, at: Timestamp) {
        if hit.weight == 0 {
            return; // costs nothing
        }
        self.change(hit.bucket, |row| {
            row.at = row.at.max(at);
            row.span = row.span.max(hit.window);
            row.hits.add(hit.at(at), row.span);
        });
    }

    fn remove(&mut self, hit: &LoggedHit, at: Timestamp) {
        self.change(hit.bucket, |row| row.hits.remove(hit.at(at)));
    }
}

/// The time that stands for "no hit is gone".
const NEVER: i64 = i64::MIN;

/// The greatest number of six bytes: eight thousand years of milliseconds, or 28 thousand million units of money.
const GREATEST: u64 = (1 << 48) - 1;

/// Returns the six lower bytes of a number; of a greater one, the greatest.
fn short(number: u64) -> [u8; 6] {
    let [_, _, short @ ..] = number.min(GREATEST).to_be_bytes();
    short
}

/// Packs hits: the time up to which hits may be gone, then the time and the weight of each, six bytes both.
pub(crate) fn pack(hits: &Hits) -> Vec<u8> {
    let mut packed = Vec::with_capacity(8 + 12 * hits.as_slice().len());
    let gone = hits.gone_until().map_or(NEVER, Timestamp::as_millis);
    packed.extend(gone.to_be_bytes());
    for hit in hits.as_slice() {
        packed.extend(short(hit.at.as_millis().unsigned_abs()));
        packed.extend(short(hit.weight));
    }
    packed
}

/// Reads what [`pack`] wrote, and the empty column of a row that was just made.
pub(crate) fn unpack(column: &[u8]) -> Option<Hits> {
    let mut packed = Packed(column);
    if packed.is_empty() {
        return Some(Hits::default());
    }
    let gone = Some(packed.long()?).filter(|gone| *gone != NEVER);
    let mut hits = Vec::new();
    while !packed.is_empty() {
        let at = Timestamp::from_millis(packed.short()?.cast_signed());
        let weight = packed.short()?;
        hits.push(Hit { at, weight });
    }
    Some(Hits::from_ordered(hits).gone_until_then(gone.map(Timestamp::from_millis)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hit(weight: u64) -> LoggedHit {
        LoggedHit {
            bucket: Key(7),
            window: Duration::from_secs(60),
            weight,
            refundable: true,
            of_number: None,
            money: false,
        }
    }

    fn at(second: i64) -> Timestamp {
        Timestamp::from_millis(second * 1_000)
    }

    /// Writes the bucket, and reads it again.
    fn again(rows: &mut BucketRows, now: Timestamp) -> BucketRows {
        let mut read = BucketRows::default();
        for row in rows.changed(now) {
            let key = Key::of_column(row.key);
            let at = Timestamp::from_millis(row.at);
            read.read(key, at, row.span, &row.hits).unwrap();
        }
        read
    }

    #[test]
    fn hits_read_back_as_written_and_a_cleared_one_takes_nothing_off_others() {
        let mut rows = BucketRows::default();
        rows.add(&hit(1), at(1));
        rows.clear_until(Key(7), at(1));
        rows.add(&hit(9), at(2));
        let mut rows = again(&mut rows, at(2));
        rows.remove(&hit(1), at(1));
        assert_eq!(rows.hits_of(Key(7)).as_ref(), [hit(9).at(at(2))]);
    }

    #[test]
    fn a_bucket_that_many_batches_hit_stays_small() {
        let mut rows = BucketRows::default();
        for n in 0..2_000 {
            rows.add(&hit(1), Timestamp::from_millis(n * 20));
            rows = again(&mut rows, Timestamp::from_millis(n * 20));
        }
        let hits = rows.hits_of(Key(7)).len();
        assert!(hits < 500, "{hits}");
        let limit = Limit::one_per_minute();
        assert_eq!(rows.count_one(&limit, Key(7), at(40)), 2_000);
    }

    #[test]
    fn a_column_that_was_not_written_here_is_not_read() {
        assert!(unpack(&[0; 9]).is_none());
        assert!(unpack(&[]).is_some_and(|hits| hits.is_empty()));
    }
}
