//! Counting and judging the events of buckets, the same for every place where hits are kept.
//!
//! What a limit means is told in [`countersign_core::limit`]. Here is what follows for several buckets and several keys: a
//! limit that counts numbers has one hit for each number, at the time of its newest event; and the hits of one bucket may
//! lie under keys of several generations.

use std::borrow::Cow;
use std::time::Duration;

use countersign_core::limit::{self, Hit, Limit, LimitState, PlacedLimit, RuleSet};
use countersign_core::time::Timestamp;

use crate::hit::{BucketKeys, LoggedHit, Touched};
use crate::seal::Key;

/// Holds hits by the keys of their buckets.
pub(crate) trait Counting {
    /// Judges an event at `now` by the hits under one key.
    fn judge_one(
        &self,
        limit: &Limit,
        bucket: Key,
        weight: u64,
        now: Timestamp,
    ) -> Option<Timestamp>;

    /// Returns the time of the newest hit under one key.
    fn newest(&self, key: Key) -> Option<Timestamp>;

    /// Returns the hits under one key, in order of time.
    fn hits_of(&self, key: Key) -> Cow<'_, [Hit]>;

    /// Returns the weight that `limit` counts under one key at `now`.
    fn count_one(&self, limit: &Limit, bucket: Key, now: Timestamp) -> u64;

    /// Counts `hit` in its bucket from `at` on.
    fn add(&mut self, hit: &LoggedHit, at: Timestamp);

    /// Removes one such hit.
    fn remove(&mut self, hit: &LoggedHit, at: Timestamp);

    /// Judges an event in the buckets of `touched` at `now` by one limit.
    fn judge(&self, placed: &PlacedLimit, touched: &Touched, now: Timestamp) -> Option<Timestamp> {
        let (bucket, limit) = (touched.bucket(placed.bucket)?, &placed.limit);
        let weight = match placed.of_number.and_then(|number| touched.bucket(number)) {
            Some(number) if self.has_hit_within(limit.window, number, now) => 0,
            _ => touched.hits.get(placed.bucket).map_or(1, |hit| hit.weight),
        };
        if !bucket.has_older() {
            return self.judge_one(limit, bucket.newest, weight, now);
        }
        let mut hits = Vec::new();
        bucket
            .all()
            .for_each(|key| hits.extend_from_slice(&self.hits_of(key)));
        hits.sort_by_key(|hit| hit.at);
        limit::judge(limit, &hits, weight, now)
    }

    /// Returns whether `bucket` has a hit in the `window` before `now`.
    fn has_hit_within(&self, window: Duration, bucket: BucketKeys<'_>, now: Timestamp) -> bool {
        let newest = bucket.all().filter_map(|key| self.newest(key)).max();
        newest.is_some_and(|at| at.after(window) > now)
    }

    /// Returns the weight that `limit` counts in `bucket` at `now`.
    fn count(&self, limit: &Limit, bucket: BucketKeys<'_>, now: Timestamp) -> u64 {
        bucket
            .all()
            .map(|key| self.count_one(limit, key, now))
            .sum()
    }

    /// Judges an event at `now` in the buckets of `touched` by `limits`. Returns the limits that refuse it, and until when.
    fn judge_all(
        &self,
        limits: &RuleSet,
        touched: &Touched,
        now: Timestamp,
    ) -> Vec<(usize, Timestamp)> {
        self.judge_first(limits, touched, usize::MAX, now)
    }

    /// Judges an event like [`Counting::judge_all`], in the first `most` of its buckets alone.
    fn judge_first(
        &self,
        limits: &RuleSet,
        touched: &Touched,
        most: usize,
        now: Timestamp,
    ) -> Vec<(usize, Timestamp)> {
        limits.refusals(|placed| {
            let is_first = placed.bucket < most;
            is_first.then(|| self.judge(placed, touched, now)).flatten()
        })
    }

    /// Returns what each limit counts for an event in the buckets of `touched` at `now`, and until when it would refuse it.
    fn preview(&self, limits: &RuleSet, touched: &Touched, now: Timestamp) -> Vec<LimitState> {
        let refusals = self.judge_all(limits, touched, now);
        let counted = limits.limits().iter().zip(0..).map(|(placed, place)| {
            let keys = touched.bucket(placed.bucket);
            let refusal = refusals.iter().find(|(refused, _)| *refused == place);
            LimitState {
                limit: placed.limit.clone(),
                count: keys.map_or(0, |keys| self.count(&placed.limit, keys, now)),
                refused_until: refusal.map(|(_, until)| *until),
            }
        });
        counted.collect()
    }

    /// Counts the hits of an event from `at` on, each in its bucket.
    fn add_all(&mut self, hits: &[LoggedHit], at: Timestamp) {
        for hit in hits {
            if let Some(number) = hit.of_number {
                self.replace_newest(hit, number, at);
            }
        }
        let of_events = hits.iter().filter(|hit| hit.of_number.is_none());
        of_events.for_each(|hit| self.add(hit, at));
    }

    /// Removes the hits of an event of the time `at`.
    fn remove_all<'a>(&mut self, hits: impl Iterator<Item = &'a LoggedHit> + Clone, at: Timestamp) {
        // Where a hit was the newest of its number, the one before it stands for the number again.
        let newest = |held: &Self| {
            let of_numbers = hits.clone().filter_map(|hit| Some((hit, hit.of_number?)));
            let newest = of_numbers.map(|(hit, number)| (hit, number, held.newest(number)));
            newest.collect::<Vec<_>>()
        };
        let before = newest(self);
        let of_events = hits.clone().filter(|hit| hit.of_number.is_none());
        of_events.for_each(|hit| self.remove(hit, at));
        for ((hit, _, was), (_, _, is)) in before.into_iter().zip(newest(self)) {
            if was != is {
                was.into_iter().for_each(|was| self.remove(hit, was));
                is.into_iter().for_each(|is| self.add(hit, is));
            }
        }
    }

    /// Lets a hit at `at` stand for the number of that bucket in the bucket of `hit`, unless a later one does.
    fn replace_newest(&mut self, hit: &LoggedHit, number: Key, at: Timestamp) {
        let newest = self.newest(number);
        if newest < Some(at) {
            newest.into_iter().for_each(|was| self.remove(hit, was));
            self.add(hit, at);
        }
    }
}
