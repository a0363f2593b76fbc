//! Limits: rules that can refuse a send.
//!
//! Every limit is one sentence of the same shape: *the hits of this bucket within the last `window`
//! may weigh at most `max`*. One code per minute is that sentence with weight 1; so are five an
//! hour, a thousand a day per country, or a budget in cents. What a deployment decides on once is a
//! [`Limit`]; an event brings the buckets, and both together are [`Rules`]: plain data, complete before
//! the store is asked, so that a store can judge a whole list of them in one atomic step, whether
//! that step is a lock in memory or a statement in a database (`docs/decisions/0003-store-port.md`).

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::time::Timestamp;

/// What may happen how often, whatever it is counted by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limit {
    /// The name under which verdicts are kept and shown, such as `minute`.
    pub name: Cow<'static, str>,
    /// The rolling window; at most [`Limit::LONGEST_WINDOW`].
    pub window: Duration,
    /// The most that the hits of a window may weigh in sum.
    pub max: u32,
    /// What this event would add.
    pub weight: u32,
    /// What a "no" does.
    pub mode: Mode,
    /// Whether the hit is taken back when nothing was sent after all.
    pub refundable: bool,
}

impl Limit {
    /// The longest window that stores are built for.
    pub const LONGEST_WINDOW: Duration = Duration::from_secs(31 * 24 * 3600);
}

/// A limit on one bucket, ready to be judged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// What is counted together.
    pub bucket: Bucket,
    /// How often that may be.
    pub limit: Limit,
}

/// The limits of one kind of event, and which of them share a bucket; checked once, judged often.
///
/// The first bucket is the likeliest to refuse: a ledger may judge it alone first, before it prepares what only an
/// admitted event needs ([`RuleSet::FAST_PATH`]).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleSet {
    /// Each with the number of its bucket.
    limits: Vec<(Limit, usize)>,
    buckets: Vec<HitKind>,
}

/// The hit that one event makes in a bucket, for all limits that count in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HitKind {
    /// The longest window in which it counts.
    pub window: Duration,
    /// What it weighs.
    pub weight: u32,
    /// Whether it is taken back when nothing was sent after all.
    pub refundable: bool,
}

/// Why limits cannot be judged together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidRules {
    /// More than [`RuleSet::MOST`].
    #[error("an event has at most 64 rules")]
    TooMany,
    /// A window of no length, or longer than [`Limit::LONGEST_WINDOW`].
    #[error("a window has 1 millisecond to 31 days")]
    Window,
    /// A weight of nothing.
    #[error("an event weighs at least 1")]
    Weight,
    /// Two limits on one bucket that do not mean the same hit.
    #[error("limits that count the same agree on its weight and on whether it is given back")]
    SharedBucket,
    /// A bucket that no limit is about, or one that is missing.
    #[error("an event brings one bucket for each that its limits name")]
    Buckets,
}

impl RuleSet {
    /// The most limits for one event.
    pub const MOST: usize = 64;

    /// How many of the first buckets a ledger judges before all others: the one of the one-minute limit, since nearly
    /// every refused send is refused there.
    pub const FAST_PATH: usize = 1;

    /// Checks and takes limits, each with the number of the bucket that it is about: 0, 1, and so on, every
    /// one of them named.
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

    /// Limits that count the same, with the weight of the first.
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

    /// The limits, in order, each with the number of its bucket.
    #[must_use]
    pub fn limits(&self) -> &[(Limit, usize)] {
        &self.limits
    }

    /// What the hits of one event are, in the order of its buckets.
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

/// The rules for one event: complete before a store is asked, and such that a store can judge them in
/// one step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rules {
    set: Arc<RuleSet>,
    buckets: Vec<Bucket>,
}

impl Rules {
    /// Rules of their own, made for one event.
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

    /// What `set` says of an event in these buckets, which are all different.
    ///
    /// # Errors
    /// [`InvalidRules::Buckets`] when they are not as many as the set names.
    pub fn of(set: Arc<RuleSet>, buckets: Vec<Bucket>) -> Result<Self, InvalidRules> {
        if set.buckets.len() != buckets.len() {
            return Err(InvalidRules::Buckets);
        }
        Ok(Self { set, buckets })
    }

    /// What a set [of one bucket](RuleSet::of_one_bucket) says of an event in that.
    pub(crate) fn in_one_bucket(set: Arc<RuleSet>, bucket: Bucket) -> Self {
        Self {
            set,
            buckets: vec![bucket],
        }
    }

    /// The limits.
    #[must_use]
    pub fn set(&self) -> &Arc<RuleSet> {
        &self.set
    }

    /// What is counted: one bucket for each of [`RuleSet::buckets`].
    #[must_use]
    pub fn buckets(&self) -> &[Bucket] {
        &self.buckets
    }
}

/// What a rule's "no" does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// It refuses the event.
    Enforce,
    /// It is recorded and refuses nothing.
    Monitor,
}

/// The things that a rule counts together, as a key: a name and the values it is about.
///
/// It may hold a phone number, so it has no readable `Debug`, and a store keeps a keyed digest of
/// it only.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Bucket(Vec<u8>);

impl Bucket {
    /// A bucket of the rule called `name`.
    #[must_use]
    pub fn named(name: &str) -> Self {
        Self(Vec::with_capacity(64)).part(name)
    }

    /// Narrows the bucket to `value`.
    #[must_use]
    pub fn part(mut self, value: &str) -> Self {
        // A length before each part: no two lists of parts make the same key.
        self.0
            .extend(u32::try_from(value.len()).unwrap_or(u32::MAX).to_be_bytes());
        self.0.extend(value.as_bytes());
        self
    }

    /// The key, unambiguous, to be digested before it is kept.
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

/// What a rule said of an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// The name of its limit.
    pub rule: Cow<'static, str>,
    /// What its "no" does.
    pub mode: Mode,
    /// `None`: allowed. Otherwise when the same event would be allowed if nothing else happened;
    /// an event heavier than the rule's `max` is never allowed, and gets the end of a whole window.
    pub refused_until: Option<Timestamp>,
}

impl Verdict {
    /// Whether this verdict stops the event.
    #[must_use]
    pub fn refuses(&self) -> bool {
        self.mode == Mode::Enforce && self.refused_until.is_some()
    }
}

pub mod guesses;
mod judge;
mod sends;

pub use judge::{Hit, LATENESS, judge, thin};
pub use sends::{InvalidSendLimits, Part, SendLimit, SendLimits};

#[cfg(test)]
mod tests;
