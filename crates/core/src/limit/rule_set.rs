//! The limits of one kind of event, checked together, and the hits that an event makes for them.

use std::time::Duration;

use super::{Counts, LeaseTerms, Limit};
use crate::time::Timestamp;

/// The limits of one kind of event, and which of them share a bucket; checked once, judged often.
///
/// The first bucket is the likeliest to refuse. A ledger may judge it alone first, before it prepares anything
/// that only an admitted event needs ([`RuleSet::FAST_PATH`]).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleSet {
    limits: Vec<PlacedLimit>,
    buckets: Vec<HitKind>,
    /// The terms for leases of each bucket.
    leases: Vec<Option<LeaseTerms>>,
}

/// A limit and the numbers of its buckets among those of an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlacedLimit {
    /// The limit.
    pub limit: Limit,
    /// The bucket that the limit counts in.
    pub bucket: usize,
    /// For a limit that [counts numbers](Counts::Numbers), the bucket of the events about the same number: the bucket that
    /// the limit counts in has one hit for each of those buckets, at the time of its newest hit.
    pub of_number: Option<usize>,
}

/// The hit that one event makes in a bucket, for all limits that count in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HitKind {
    /// What the hit adds to the bucket.
    pub counts: Counts,
    /// The longest window in which the hit counts.
    pub window: Duration,
    /// Whether the hit is given back when nothing was sent.
    pub refundable: bool,
    /// Whether a right guess ends the hit.
    pub until_verified: bool,
    /// See [`PlacedLimit::of_number`].
    pub of_number: Option<usize>,
}

/// The reason why limits cannot be judged together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidRules {
    /// More than [`RuleSet::MOST`].
    #[error("an event has at most 64 rules")]
    TooMany,
    /// A window of zero length, or longer than [`Limit::LONGEST_WINDOW`].
    #[error("a window has 1 millisecond to 31 days")]
    Window,
    /// No wait, or one longer than the window.
    #[error("a limit has one wait at least, and none longer than its window")]
    Waits,
    /// Two limits on one bucket that disagree about the hit of an event.
    #[error("limits that count the same agree on what a hit is and on whether it is given back")]
    SharedBucket,
    /// A bucket without a limit, a limit without a bucket, or one that counts numbers without a bucket of each number.
    #[error("an event brings one bucket for each that its limits name")]
    Buckets,
}

impl RuleSet {
    /// The maximum number of limits for one event.
    pub const MOST: usize = 64;

    /// The number of leading buckets that a ledger judges before all others. The first bucket is that of the
    /// one-minute limit, which refuses nearly every refused send.
    pub const FAST_PATH: usize = 1;

    /// Checks and takes limits with the numbers of their buckets: 0, 1, and so on, without a gap.
    ///
    /// # Errors
    /// [`InvalidRules`] says which constraint they break.
    pub fn new(limits: Vec<PlacedLimit>) -> Result<Self, InvalidRules> {
        if limits.len() > Self::MOST {
            return Err(InvalidRules::TooMany);
        }
        let numbers = limits.iter().flat_map(PlacedLimit::numbers);
        let count = numbers.max().map_or(0, |last| last + 1);
        let mut buckets: Vec<Option<HitKind>> = vec![None; count.min(2 * Self::MOST)];
        for placed in &limits {
            placed.limit.check()?;
            if placed.of_number.is_some() != (placed.limit.counts == Counts::Numbers) {
                return Err(InvalidRules::Buckets);
            }
            take(&mut buckets, placed.bucket, placed.hit_kind())?;
            if let Some(number) = placed.of_number {
                take(&mut buckets, number, placed.hit_kind().of_one_number())?;
            }
        }
        let buckets: Option<Vec<_>> = buckets.into_iter().collect();
        let buckets = buckets.ok_or(InvalidRules::Buckets)?;
        Ok(Self::of(limits, buckets))
    }

    /// Makes the set of limits that share one bucket and make the hit of the first.
    pub(crate) fn of_one_bucket<const N: usize>(limits: [Limit; N]) -> Self {
        let limits = limits.map(PlacedLimit::alone);
        let window = limits.iter().map(|placed| placed.limit.window).max();
        let counted = limits.first().map(|first| HitKind {
            window: window.unwrap_or(first.limit.window),
            ..first.hit_kind()
        });
        Self::of(limits.into(), counted.into_iter().collect())
    }

    fn of(limits: Vec<PlacedLimit>, buckets: Vec<HitKind>) -> Self {
        let places = 0..buckets.len();
        Self {
            leases: places.map(|place| LeaseTerms::of(&limits, place)).collect(),
            limits,
            buckets,
        }
    }

    /// Returns the limits that refuse an event, or note that they would: their places in the set, and until when.
    /// `judge` answers for a limit, as [`judge`](super::judge()) does.
    pub fn refusals(
        &self,
        judge: impl Fn(&PlacedLimit) -> Option<Timestamp>,
    ) -> Vec<(usize, Timestamp)> {
        let limits = self.limits.iter().zip(0..);
        let refusals = limits.filter_map(|(placed, place)| Some((place, judge(placed)?)));
        refusals.collect()
    }

    /// Returns the limits in order.
    #[must_use]
    pub fn limits(&self) -> &[PlacedLimit] {
        &self.limits
    }

    /// Returns the terms for leases of the bucket at `place`, for a ledger of several nodes; `None` where each event has to be
    /// asked for.
    #[must_use]
    pub fn lease_terms(&self, place: usize) -> Option<&LeaseTerms> {
        self.leases.get(place)?.as_ref()
    }

    /// Returns the hits that one event makes, in the order of its buckets.
    #[must_use]
    pub fn buckets(&self) -> &[HitKind] {
        &self.buckets
    }
}

/// Notes that an event makes this hit in the bucket of that number.
fn take(buckets: &mut [Option<HitKind>], number: usize, kind: HitKind) -> Result<(), InvalidRules> {
    let counted = buckets.get_mut(number).ok_or(InvalidRules::Buckets)?;
    let known = counted.get_or_insert(kind);
    let window = known.window.max(kind.window);
    if (HitKind { window, ..*known }) != (HitKind { window, ..kind }) {
        return Err(InvalidRules::SharedBucket);
    }
    known.window = window;
    Ok(())
}

impl PlacedLimit {
    /// Places a limit on the first bucket.
    #[must_use]
    pub const fn alone(limit: Limit) -> Self {
        Self {
            limit,
            bucket: 0,
            of_number: None,
        }
    }

    fn numbers(&self) -> impl Iterator<Item = usize> {
        std::iter::once(self.bucket).chain(self.of_number)
    }

    fn hit_kind(&self) -> HitKind {
        HitKind {
            counts: self.limit.counts,
            window: self.limit.window,
            refundable: self.limit.refundable,
            until_verified: self.limit.until_verified,
            of_number: self.of_number,
        }
    }
}

impl HitKind {
    /// Returns the hit in the bucket of one number, for a limit that counts numbers by this one.
    fn of_one_number(self) -> Self {
        Self {
            counts: Counts::Messages,
            of_number: None,
            ..self
        }
    }
}

#[cfg(test)]
mod tests;
