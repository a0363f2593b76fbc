//! Limits: rules that can refuse an event.
//!
//! Every limit is one sentence of the same shape: *the hits of this bucket within the last `window` may weigh
//! at most `max`*. One code per minute is that sentence with weight 1; so are five an hour, a thousand a day
//! per country, or a budget in cents. A [`Limit`] is what a deployment decides on once; an event brings the
//! buckets, and both together are [`Rules`]. Rules are plain data and complete before the ledger is asked, so
//! that a ledger can judge a whole list of them in one atomic step, whether that step is a lock in memory or a
//! transaction in a database (`docs/decisions/0003-store-port.md`).

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::time::Timestamp;

/// How often an event may happen, independent of the bucket it is counted in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limit {
    /// The name under which verdicts are kept and shown, such as `minute`.
    pub name: Cow<'static, str>,
    /// The rolling window; at most [`Limit::LONGEST_WINDOW`].
    pub window: Duration,
    /// The maximum sum of the weights of the hits in a window.
    pub max: u32,
    /// The weight that this event would add.
    pub weight: u32,
    /// The consequence of a refusal.
    pub mode: Mode,
    /// Whether the hit is given back when nothing was sent.
    pub refundable: bool,
}

impl Limit {
    /// The longest window that stores support.
    pub const LONGEST_WINDOW: Duration = Duration::from_secs(31 * 24 * 3600);

    /// Returns whether the limit refuses the event for good, since the event alone weighs more than the maximum.
    #[must_use]
    pub const fn never_admits(&self) -> bool {
        self.weight > self.max
    }
}

/// A limit on one bucket, ready to be judged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// The bucket that the hits are counted in.
    pub bucket: Bucket,
    /// The limit on the bucket.
    pub limit: Limit,
}

/// The limits of one kind of event, and which of them share a bucket; checked once, judged often.
///
/// The first bucket is the likeliest to refuse. A ledger may judge it alone first, before it prepares anything
/// that only an admitted event needs ([`RuleSet::FAST_PATH`]).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleSet {
    /// Each limit with the number of its bucket.
    limits: Vec<(Limit, usize)>,
    buckets: Vec<HitKind>,
}

/// The hit that one event makes in a bucket, for all limits that count in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HitKind {
    /// The longest window in which the hit counts.
    pub window: Duration,
    /// The weight of the hit.
    pub weight: u32,
    /// Whether the hit is given back when nothing was sent.
    pub refundable: bool,
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
    /// A weight of zero.
    #[error("an event weighs at least 1")]
    Weight,
    /// Two limits on one bucket that disagree about the hit of an event.
    #[error("limits that count the same agree on its weight and on whether it is given back")]
    SharedBucket,
    /// A bucket without a limit, or a limit without a bucket.
    #[error("an event brings one bucket for each that its limits name")]
    Buckets,
}

impl RuleSet {
    /// The maximum number of limits for one event.
    pub const MOST: usize = 64;

    /// The number of leading buckets that a ledger judges before all others. The first bucket is that of the
    /// one-minute limit, which refuses nearly every refused send.
    pub const FAST_PATH: usize = 1;

    /// Checks and takes limits, each with the number of its bucket. The numbers are 0, 1, and so on, without a
    /// gap.
    ///
    /// # Errors
    /// [`InvalidRules`] says which constraint they break.
    pub fn new(limits: Vec<(Limit, usize)>) -> Result<Self, InvalidRules> {
        if limits.len() > Self::MOST {
            return Err(InvalidRules::TooMany);
        }
        let count = limits.iter().map(|(_, bucket)| bucket + 1).max();
        let mut buckets: Vec<Option<HitKind>> = vec![None; count.unwrap_or(0).min(Self::MOST)];
        for (limit, bucket) in &limits {
            if limit.window.as_millis() == 0 || limit.window > Limit::LONGEST_WINDOW {
                return Err(InvalidRules::Window);
            }
            if limit.weight == 0 {
                return Err(InvalidRules::Weight);
            }
            let counted = buckets.get_mut(*bucket).ok_or(InvalidRules::Buckets)?;
            let known = counted.get_or_insert(limit.counted());
            if (known.weight, known.refundable) != (limit.weight, limit.refundable) {
                return Err(InvalidRules::SharedBucket);
            }
            known.window = known.window.max(limit.window);
        }
        let buckets: Option<Vec<_>> = buckets.into_iter().collect();
        let buckets = buckets.ok_or(InvalidRules::Buckets)?;
        Ok(Self { limits, buckets })
    }

    /// Makes the set of limits that share one bucket and take the weight of the first.
    pub(crate) fn of_one_bucket<const N: usize>(limits: [Limit; N]) -> Self {
        let window = limits.iter().map(|limit| limit.window).max();
        let counted = limits.first().map(|first| HitKind {
            window: window.unwrap_or(first.window),
            ..first.counted()
        });
        Self {
            limits: limits.map(|limit| (limit, 0)).into(),
            buckets: counted.into_iter().collect(),
        }
    }

    /// Returns the limits that refuse an event, or note that they would: their places in the set, and until when.
    /// `judge` answers for a limit on the bucket of that number, as [`judge`](judge()) does.
    pub fn refusals(
        &self,
        judge: impl Fn(&Limit, usize) -> Option<Timestamp>,
    ) -> Vec<(usize, Timestamp)> {
        let limits = self.limits.iter().zip(0..);
        let refusals =
            limits.filter_map(|((limit, bucket), place)| Some((place, judge(limit, *bucket)?)));
        refusals.collect()
    }

    /// Returns the limits in order, each with the number of its bucket.
    #[must_use]
    pub fn limits(&self) -> &[(Limit, usize)] {
        &self.limits
    }

    /// Returns the hits that one event makes, in the order of its buckets.
    #[must_use]
    pub fn buckets(&self) -> &[HitKind] {
        &self.buckets
    }
}

impl Limit {
    fn counted(&self) -> HitKind {
        HitKind {
            window: self.window,
            weight: self.weight,
            refundable: self.refundable,
        }
    }
}

/// The rules for one event: complete before a ledger is asked, so that a ledger can judge them in one step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rules {
    set: Arc<RuleSet>,
    buckets: Vec<Bucket>,
}

impl Rules {
    /// Makes rules for one event, with a rule set of their own.
    ///
    /// # Errors
    /// [`InvalidRules`] says which constraint they break.
    pub fn new(rules: Vec<Rule>) -> Result<Self, InvalidRules> {
        let (mut buckets, mut known) = (Vec::new(), HashMap::new());
        let mut limits = Vec::with_capacity(rules.len());
        for Rule { bucket, limit } in rules {
            let number = *known.entry(bucket).or_insert_with_key(|bucket| {
                buckets.push(bucket.clone());
                buckets.len() - 1
            });
            limits.push((limit, number));
        }
        Self::of(Arc::new(RuleSet::new(limits)?), buckets)
    }

    /// Makes the rules by which `set` judges an event in `buckets`, which must be distinct.
    ///
    /// # Errors
    /// [`InvalidRules::Buckets`] when the number of buckets differs from that of the set.
    pub fn of(set: Arc<RuleSet>, buckets: Vec<Bucket>) -> Result<Self, InvalidRules> {
        if set.buckets.len() != buckets.len() {
            return Err(InvalidRules::Buckets);
        }
        Ok(Self { set, buckets })
    }

    /// Makes the rules by which a set [of one bucket](RuleSet::of_one_bucket) judges an event in `bucket`.
    pub(crate) fn in_one_bucket(set: Arc<RuleSet>, bucket: Bucket) -> Self {
        Self {
            set,
            buckets: vec![bucket],
        }
    }

    /// Returns the limits.
    #[must_use]
    pub fn set(&self) -> &Arc<RuleSet> {
        &self.set
    }

    /// Returns the buckets that the event is counted in: one for each of [`RuleSet::buckets`].
    #[must_use]
    pub fn buckets(&self) -> &[Bucket] {
        &self.buckets
    }
}

/// The consequence of a limit's refusal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// The limit refuses the event.
    Enforce,
    /// The ledger records the refusal and admits the event.
    Monitor,
}

/// The events that a rule counts together, as a key: a name and the values that the events share.
///
/// A bucket may hold a phone number, so it has no readable `Debug`, and a store keeps only a keyed digest of
/// it.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Bucket(Vec<u8>);

impl Bucket {
    /// Makes a bucket of the rule called `name`.
    #[must_use]
    pub fn named(name: &str) -> Self {
        Self(Vec::with_capacity(64)).part(name)
    }

    /// Narrows the bucket to `value`.
    #[must_use]
    pub fn part(mut self, value: &str) -> Self {
        // A length before each part keeps the keys of different lists apart.
        self.0
            .extend(u32::try_from(value.len()).unwrap_or(u32::MAX).to_be_bytes());
        self.0.extend(value.as_bytes());
        self
    }

    /// Returns the key, which is unambiguous. A store digests it before it keeps it.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for Bucket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Bucket(..)")
    }
}

/// The answer of one rule about an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// The name of the rule's limit.
    pub rule: Cow<'static, str>,
    /// The consequence of the rule's refusal.
    pub mode: Mode,
    /// `None` when the rule allows the event. Otherwise the time from which the rule would allow it, provided
    /// that no other event is counted. An event heavier than the rule's `max` is never allowed, and gets the
    /// end of a whole window.
    pub refused_until: Option<Timestamp>,
}

impl Verdict {
    /// Returns whether this verdict refuses the event.
    #[must_use]
    pub fn refuses(&self) -> bool {
        self.mode == Mode::Enforce && self.refused_until.is_some()
    }
}

pub mod guesses;
mod hits;
mod judge;
mod refusal;
mod sends;

pub use hits::Hits;
pub use judge::{Hit, LATENESS, count, judge, thin};
pub use refusal::{LimitKind, Refusal};
pub use sends::{InvalidSendLimits, Part, SendLimit, SendLimits};

#[cfg(test)]
mod tests;
