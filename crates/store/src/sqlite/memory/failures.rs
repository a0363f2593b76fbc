//! The wrong guesses about numbers, and the uses of tokens.

use std::collections::{BTreeMap, HashMap};

use countersign_core::code::check::HitChange;
use countersign_core::code::failures::Failures;
use countersign_core::limit::Rules;
use countersign_core::limit::guess_sources::{AppGuesses, GuessRules, SourceView};
use countersign_core::time::Timestamp;

use super::buckets::{Buckets, Counted};
use super::check_keys::SourceKeys;
use crate::counting::Counting as _;
use crate::hit::{BucketKeys, LoggedHit, Touched};
use crate::seal::{Key, Keys};
use crate::sqlite::log::event::EventRow;

/// The number of buckets of wrong guesses that fills the memory for numbers without a code: some 20 MB.
const CROWD: usize = 500_000;

/// The counts that events change.
#[derive(Debug, Default)]
pub(super) struct FailureCounts {
    /// Hits of wrong guesses, by number, by address and by application, and of token uses, by token.
    hits: Buckets,
    /// Consecutive wrong guesses, by number; zero is not stored.
    in_a_row: HashMap<Key, u32>,
    /// Hits of codes that were used up, by application.
    right: Buckets,
}

impl FailureCounts {
    /// Returns the failures of `phone` at `now`, judged by `rules`, whose buckets are those of `touched`.
    pub(super) fn of(
        &self,
        phone: &Keys,
        rules: &Rules,
        touched: &Touched,
        now: Timestamp,
    ) -> Failures {
        let refusals = self.hits.judge_all(rules.set(), touched, now);
        Failures {
            in_a_row: phone.all().map(|key| self.in_a_row(key)).sum(),
            refused_until: refusals.into_iter().map(|(_, until)| until).max(),
        }
    }

    /// Returns what is counted of the source of a guess at `now`.
    pub(super) fn of_source(
        &self,
        rules: &GuessRules,
        keys: &SourceKeys,
        now: Timestamp,
    ) -> SourceView {
        let address = rules.address.as_ref().zip(keys.address.as_ref());
        let address = address.map(|(rules, touched)| self.hits.preview(rules.set(), touched, now));
        let count = |buckets: &Buckets, rules: &Rules, touched: &Touched| {
            let states = buckets.preview(rules.set(), touched, now);
            states.first().map_or(0, |state| state.count)
        };
        SourceView {
            address: address.unwrap_or_default(),
            app: AppGuesses {
                wrong: count(&self.hits, &rules.wrong, &keys.wrong),
                right: count(&self.right, &rules.right, &keys.right),
            },
        }
    }

    /// Counts a code of an application that was used up at `now`.
    pub(super) fn count_right(&mut self, keys: &SourceKeys, now: Timestamp) {
        self.right.add_all(&keys.right.hits, now);
    }

    /// Applies `event` to the number's count and to the buckets of its hits. A count under older keys of the number goes
    /// on under the key of the event.
    pub(super) fn apply(&mut self, event: &EventRow) {
        if let Some(phone) = event.phone {
            let older = event
                .older
                .iter()
                .filter_map(|older| self.in_a_row.remove(&older.phone));
            let before = older.sum::<u32>() + self.in_a_row(phone);
            self.set_in_a_row(phone, event.effect.consecutive().after(before));
        }
        for hit in &*event.hits {
            match event.effect.hits() {
                HitChange::Keep | HitChange::EndSends => {}
                HitChange::Add => self.hits.add(hit, event.at),
                HitChange::Clear => self.hits.clear_until(hit.bucket, event.at),
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

    /// Returns the consecutive wrong guesses about a number that are counted under this key.
    pub(super) fn in_a_row(&self, phone: Key) -> u32 {
        self.in_a_row.get(&phone).copied().unwrap_or(0)
    }

    /// Returns whether `bucket` has a hit that counts at `now`.
    pub(super) fn has_hit(&self, bucket: BucketKeys<'_>, now: Timestamp) -> bool {
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
        self.right.sweep(now);
    }

    /// Returns all hits that count at `now`, by bucket.
    pub(super) fn counting(&self, now: Timestamp) -> Vec<Counted> {
        self.hits.counting(now)
    }

    /// Returns all consecutive wrong guesses, by number.
    pub(super) fn all_in_a_row(&self) -> BTreeMap<Key, u32> {
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
        for n in 0..500_000_u64 {
            assert!(n % 1_000 != 0 || !counts.is_crowded(), "{n}");
            let hit = LoggedHit {
                bucket: Key(n.wrapping_mul(0x9e37_79b9_7f4a_7c15)),
                window: Duration::from_secs(3_600),
                weight: 1,
                refundable: false,
                of_number: None,
                money: false,
            };
            counts.add(&hit, now);
        }
        assert!(counts.is_crowded());
    }
}
