//! The hits of one bucket: adding, merging, removing and clearing them.

use std::time::Duration;

use super::{Bound, Hit, Limit, count, judge, thin};
use crate::time::Timestamp;

/// The number of hits from which on a bucket is thinned before it takes more memory.
const MANY: usize = 128;

/// The hits of one bucket, in order of time, at most one per millisecond.
#[derive(Debug, Clone, Default)]
pub struct Hits {
    hits: Vec<Hit>,
    /// The sum of the weights of all hits held, past ones included.
    total: u64,
    /// The time up to which hits may be gone, since they were past or cleared.
    gone_until: Option<Timestamp>,
}

impl Hits {
    /// Takes `hits`, which are in order of time.
    #[must_use]
    pub fn from_ordered(hits: Vec<Hit>) -> Self {
        let mut hits = Self {
            hits,
            ..Self::default()
        };
        hits.weigh();
        hits
    }

    /// Returns these hits of a bucket whose hits up to `gone_until` may be gone: what [`as_slice`](Self::as_slice) and
    /// [`gone_until`](Self::gone_until) returned, for a ledger that keeps buckets in a database.
    #[must_use]
    pub fn gone_until_then(self, gone_until: Option<Timestamp>) -> Self {
        Self { gone_until, ..self }
    }

    /// Returns the time up to which hits may be gone, since they were past or cleared.
    #[must_use]
    pub const fn gone_until(&self) -> Option<Timestamp> {
        self.gone_until
    }

    /// Returns the hits, in order of time.
    #[must_use]
    pub fn as_slice(&self) -> &[Hit] {
        &self.hits
    }

    /// Returns the sum of the weights of all hits held, past ones included.
    #[must_use]
    pub fn weight(&self) -> u64 {
        self.total
    }

    /// Returns whether there is no hit.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.hits.is_empty()
    }

    /// Returns the time of the newest hit.
    #[must_use]
    pub fn newest(&self) -> Option<Timestamp> {
        self.hits.last().map(|hit| hit.at)
    }

    /// Judges an event of this `weight` at `now` by `limit`, like [`judge`](super::judge()). Fast path: a bucket far below
    /// the maximum needs no closer look.
    #[must_use]
    pub fn judge(&self, limit: &Limit, weight: u64, now: Timestamp) -> Option<Timestamp> {
        match limit.bound {
            Bound::Max(max) if self.total.saturating_add(weight) <= max => None,
            _ => judge(limit, &self.hits, weight, now),
        }
    }

    /// Returns the weight that `limit` counts at `now`.
    #[must_use]
    pub fn count(&self, limit: &Limit, now: Timestamp) -> u64 {
        count(limit, &self.hits, now)
    }

    /// Adds `hit`, which counts for at most `window`. From 128 hits on, drops past hits and [thins](thin) the
    /// others before it takes more memory.
    pub fn add(&mut self, hit: Hit, window: Duration) {
        self.total += hit.weight;
        // Hits come in order of time, or nearly, so the search begins at the newest.
        let newest_first = self.hits.iter().rev();
        let later = newest_first.take_while(|held| held.at > hit.at).count();
        let place = self.hits.len() - later;
        let before = place
            .checked_sub(1)
            .and_then(|before| self.hits.get_mut(before));
        if let Some(same) = before.filter(|before| before.at == hit.at) {
            same.weight = same.weight.saturating_add(hit.weight);
            return;
        }
        self.hits.insert(place, hit);
        if self.hits.len() >= MANY && self.hits.len() == self.hits.capacity() {
            self.make_room(hit.at, window);
        }
    }

    /// Removes `hit`. Hits of one bucket, time and weight are interchangeable; from a merged hit, only the
    /// weight of `hit` is taken off. A hit that is gone already takes nothing off others.
    pub fn remove(&mut self, hit: Hit) {
        if let Some(found) = self.hits.iter().rposition(|held| *held == hit) {
            self.hits.remove(found);
            self.total -= hit.weight;
        } else if self.gone_until.is_none_or(|gone| hit.at > gone)
            && let Some(held) = self
                .hits
                .iter_mut()
                .find(|held| held.at >= hit.at && held.weight > hit.weight)
        {
            held.weight -= hit.weight;
            self.total -= hit.weight;
        }
    }

    /// Takes `weight` off the hit of a [lease](super::Lease) that ended at `end`, or into which that hit was merged. Never
    /// takes more than that hit has.
    pub fn take_back(&mut self, end: Timestamp, weight: u64) {
        if self.gone_until.is_some_and(|gone| end <= gone) {
            return;
        }
        // Hits are merged with their neighbours into a later one, so the first that is not earlier has it.
        let place = self.hits.partition_point(|held| held.at < end);
        if let Some(held) = self.hits.get_mut(place) {
            held.weight = held.weight.saturating_sub(weight);
        }
        self.hits.retain(|held| held.weight > 0);
        self.weigh();
    }

    /// Drops the hits up to `at`, including those of that moment.
    pub fn clear_until(&mut self, at: Timestamp) {
        self.hits.retain(|hit| hit.at > at);
        self.gone_until = self.gone_until.max(Some(at));
        self.weigh();
    }

    /// Drops hits that are past at `now`, which count for at most `window`, and [thins](thin) the others.
    pub fn tidy(&mut self, now: Timestamp, window: Duration) {
        self.hits.retain(|held| held.at.after(window) > now);
        self.gone_until = self.gone_until.max(Some(now.before(window)));
        thin(&mut self.hits, now);
        self.weigh();
    }

    /// Makes room by thinning, and takes more memory where that would not be enough for long.
    fn make_room(&mut self, now: Timestamp, window: Duration) {
        self.tidy(now, window);
        if self.hits.len() > self.hits.capacity() / 2 {
            self.hits.reserve_exact(self.hits.capacity());
        }
    }

    fn weigh(&mut self) {
        self.total = self.hits.iter().map(|hit| hit.weight).sum();
    }
}

#[cfg(test)]
mod tests;
