//! The wrong guesses about numbers, and the uses of tokens.

use std::collections::HashMap;

use countersign_core::code::check::{Effect, HitChange};
use countersign_core::code::failures::Failures;
use countersign_core::limit::Rules;
use countersign_core::time::Timestamp;

use super::buckets::Buckets;
use crate::seal::Key;
use crate::sqlite::log::hit::LoggedHit;

/// The number of buckets of wrong guesses that fills the memory for numbers without a code: some 20 MB.
const CROWD: usize = 500_000;

/// The counts that [effects](Effect) change.
#[derive(Debug, Default)]
pub(super) struct FailureCounts {
    /// Hits of wrong guesses, by number, and of token uses, by token.
    hits: Buckets,
    /// Consecutive wrong guesses, by number; zero is not stored.
    in_a_row: HashMap<Key, u32>,
}

impl FailureCounts {
    /// Returns the failures of `phone` at `now`, judged by `rules`, whose buckets are those of `hits`.
    pub(super) fn of(
        &self,
        phone: Key,
        rules: &Rules,
        hits: &[LoggedHit],
        now: Timestamp,
    ) -> Failures {
        let refusals = self.hits.judge_all(rules.set(), hits, now);
        Failures {
            in_a_row: self.in_a_row(phone),
            refused_until: refusals.into_iter().map(|(_, until)| until).max(),
        }
    }

    /// Applies `effect` at the time `at` to the number's count and to the buckets of `hits`.
    pub(super) fn apply(
        &mut self,
        effect: &Effect,
        phone: Option<Key>,
        hits: &[LoggedHit],
        at: Timestamp,
    ) {
        if let Some(phone) = phone {
            let in_a_row = effect.consecutive().after(self.in_a_row(phone));
            self.set_in_a_row(phone, in_a_row);
        }
        for hit in hits {
            match effect.hits() {
                HitChange::Keep => {}
                HitChange::Add => self.hits.add(hit, at),
                HitChange::Clear => self.hits.clear_until(hit.bucket, at),
            }
        }
    }

    /// Adds one hit of the time `at`, which was carried over the horizon.
    pub(super) fn add(&mut self, hit: &LoggedHit, at: Timestamp) {
        self.hits.add(hit, at);
    }

    /// Sets the consecutive wrong guesses about a number.
    pub(super) fn set_in_a_row(&mut self, phone: Key, guesses: u32) {
        match guesses {
            0 => self.in_a_row.remove(&phone),
            _ => self.in_a_row.insert(phone, guesses),
        };
    }

    /// Returns the consecutive wrong guesses about a number.
    fn in_a_row(&self, phone: Key) -> u32 {
        self.in_a_row.get(&phone).copied().unwrap_or(0)
    }

    /// Returns whether `bucket` has a hit that counts at `now`.
    pub(super) fn has_hit(&self, bucket: Key, now: Timestamp) -> bool {
        self.hits.has(bucket, now)
    }

    /// Returns whether a flood of guesses has filled the memory, so that guesses at numbers without a code are
    /// no longer counted.
    pub(super) fn is_crowded(&self) -> bool {
        self.hits.len() >= CROWD
    }

    /// Drops hits that count no more at `now`, in a part of the buckets at a time.
    pub(super) fn sweep(&mut self, now: Timestamp) {
        self.hits.sweep(now);
    }

    /// Returns all hits that count at `now`, by bucket.
    #[cfg(test)]
    pub(super) fn counting(&self, now: Timestamp) -> Vec<(Key, Vec<countersign_core::limit::Hit>)> {
        self.hits.counting(now)
    }

    /// Returns all consecutive wrong guesses, by number.
    #[cfg(test)]
    pub(super) fn all_in_a_row(&self) -> std::collections::BTreeMap<Key, u32> {
        let in_a_row = self.in_a_row.iter();
        in_a_row.map(|(phone, n)| (*phone, *n)).collect()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn half_a_million_guessed_numbers_fill_the_memory_for_strangers() {
        let (mut counts, now) = (FailureCounts::default(), Timestamp::from_millis(1_000_000));
        let wrong = Effect::Wrong { codes: Vec::new() };
        for n in 0..500_000_u64 {
            assert!(n % 1_000 != 0 || !counts.is_crowded(), "{n}");
            let hit = LoggedHit {
                bucket: Key(n.wrapping_mul(0x9e37_79b9_7f4a_7c15)),
                window: Duration::from_secs(3_600),
                weight: 1,
                refundable: false,
            };
            counts.apply(&wrong, None, &[hit], now);
        }
        assert!(counts.is_crowded());
    }
}
