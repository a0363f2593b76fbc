//! Limits: rules that can refuse an event.
//!
//! Nearly every limit is one sentence of the same shape: *the hits of this bucket within the last `window` may weigh
//! at most `max`*. One code per minute is that sentence with weight 1; so are five an hour, a thousand a day
//! per country, or a budget in money. Some limits count different numbers in place of messages ([`Counts::Numbers`]), and
//! some say how long to wait after the first event, after the second, and so on ([`Bound::Waits`]).
//!
//! A [`Limit`] is what a deployment decides on once; an event brings the buckets, and both together are [`Rules`]. Rules are plain data and complete before the ledger is asked, so
//! that a ledger can judge a whole list of them in one atomic step, whether that step is a lock in memory or a
//! transaction in a database (`docs/decisions/0003-store-port.md`).

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::price::Currency;
use crate::time::Timestamp;

/// How often an event may happen, independent of the bucket it is counted in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limit {
    /// The name under which verdicts are kept and shown, such as `minute`.
    pub name: Cow<'static, str>,
    /// What the limit adds up.
    pub counts: Counts,
    /// The rolling window; at most [`Limit::LONGEST_WINDOW`].
    pub window: Duration,
    /// How much fits into a window.
    pub bound: Bound,
    /// The consequence of a refusal.
    pub mode: Mode,
    /// Whether the hit is given back when nothing was sent.
    pub refundable: bool,
    /// Whether a right guess of the application's own server ends the hits of the code's scope.
    pub until_verified: bool,
    /// The part of the maximum, in per cent, by which the limit may refuse early; it never refuses late. Several nodes
    /// that share a database count a busy bucket in parts then, without asking for each event. One process needs no room.
    pub early_percent: u8,
}

/// What a limit adds up.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Counts {
    /// Events: each weighs 1.
    #[default]
    Messages,
    /// The different numbers that events are about: an event about a number that has a hit in the window weighs nothing.
    Numbers,
    /// Money of this currency: an event weighs its [price](Rules::with_price).
    Money(Currency),
}

impl Counts {
    /// Returns whether money is added up.
    #[must_use]
    pub const fn is_money(self) -> bool {
        matches!(self, Counts::Money(_))
    }
}

/// How much fits into a window.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Bound {
    /// The maximum sum of the weights of the hits in a window.
    Max(u32),
    /// After the first event of a window, the least time before the next one; then after the second, and so on. The last
    /// entry holds for all further events.
    Waits(Arc<[Duration]>),
}

impl Limit {
    /// The longest window that stores support.
    pub const LONGEST_WINDOW: Duration = Duration::from_secs(31 * 24 * 3600);

    /// Returns whether the limit refuses every event.
    #[must_use]
    pub fn never_admits(&self) -> bool {
        self.bound == Bound::Max(0)
    }

    /// Returns the limit in the words "at most `max` within `window`", as it holds after `count` hits in its window.
    #[must_use]
    pub fn in_words(&self, count: u64) -> Words {
        match &self.bound {
            Bound::Max(max) => Words {
                count,
                max: *max,
                window: self.window,
            },
            Bound::Waits(waits) => Words {
                count: count.min(1),
                max: 1,
                window: wait_after(waits, count),
            },
        }
    }
}

/// A limit as it is told to people: `count` of at most `max` within `window`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Words {
    /// The weight that is counted.
    pub count: u64,
    /// The maximum weight.
    pub max: u32,
    /// The window.
    pub window: Duration,
}

/// Returns the least time between the event number `count` of a window and the next one.
fn wait_after(waits: &[Duration], count: u64) -> Duration {
    let place = usize::try_from(count)
        .unwrap_or(usize::MAX)
        .saturating_sub(1);
    let wait = waits.get(place).or(waits.last());
    wait.copied().unwrap_or_default()
}

/// A limit on one bucket, ready to be judged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// The bucket that the hits are counted in.
    pub bucket: Bucket,
    /// The limit on the bucket.
    pub limit: Limit,
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

/// The limits of one kind of event, and which of them share a bucket; checked once, judged often.
///
/// The first bucket is the likeliest to refuse. A ledger may judge it alone first, before it prepares anything
/// that only an admitted event needs ([`RuleSet::FAST_PATH`]).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleSet {
    limits: Vec<PlacedLimit>,
    buckets: Vec<HitKind>,
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
        Ok(Self { limits, buckets })
    }

    /// Makes the set of limits that share one bucket and make the hit of the first.
    pub(crate) fn of_one_bucket<const N: usize>(limits: [Limit; N]) -> Self {
        let limits = limits.map(PlacedLimit::alone);
        let window = limits.iter().map(|placed| placed.limit.window).max();
        let counted = limits.first().map(|first| HitKind {
            window: window.unwrap_or(first.limit.window),
            ..first.hit_kind()
        });
        Self {
            limits: limits.into(),
            buckets: counted.into_iter().collect(),
        }
    }

    /// Returns the limits that refuse an event, or note that they would: their places in the set, and until when.
    /// `judge` answers for a limit, as [`judge`](judge()) does.
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

impl Limit {
    fn check(&self) -> Result<(), InvalidRules> {
        if self.window.as_millis() == 0 || self.window > Limit::LONGEST_WINDOW {
            return Err(InvalidRules::Window);
        }
        match &self.bound {
            Bound::Waits(waits) if waits.is_empty() => Err(InvalidRules::Waits),
            Bound::Waits(waits) if waits.iter().any(|wait| *wait > self.window) => {
                Err(InvalidRules::Waits)
            }
            _ => Ok(()),
        }
    }
}

/// The rules for one event: complete before a ledger is asked, so that a ledger can judge them in one step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rules {
    set: Arc<RuleSet>,
    buckets: Vec<Bucket>,
    price: u32,
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
            limits.push(PlacedLimit {
                bucket: number,
                ..PlacedLimit::alone(limit)
            });
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
        Ok(Self {
            set,
            buckets,
            price: 0,
        })
    }

    /// Makes the rules by which a set [of one bucket](RuleSet::of_one_bucket) judges an event in `bucket`.
    pub(crate) fn in_one_bucket(set: Arc<RuleSet>, bucket: Bucket) -> Self {
        Self {
            set,
            buckets: vec![bucket],
            price: 0,
        }
    }

    /// Lets the event weigh `price` where a limit [counts money](Counts::Money), in ten-thousandths of the currency.
    #[must_use]
    pub fn with_price(self, price: u32) -> Self {
        Self { price, ..self }
    }

    /// Returns the weight of the hit that the event makes in a bucket of this kind.
    #[must_use]
    pub const fn weight(&self, kind: &HitKind) -> u32 {
        match kind.counts {
            Counts::Messages | Counts::Numbers => 1,
            Counts::Money(_) => self.price,
        }
    }

    /// Returns the weight of the event where a limit counts money.
    #[must_use]
    pub const fn price(&self) -> u32 {
        self.price
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
    /// The limit refuses the event, and the caller may come back with a solved challenge.
    Challenge,
    /// The ledger records the refusal and admits the event.
    Monitor,
}

impl Mode {
    /// All modes.
    pub const ALL: [Self; 3] = [Mode::Enforce, Mode::Challenge, Mode::Monitor];

    /// Returns the name of the mode.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Mode::Enforce => "enforce",
            Mode::Challenge => "challenge",
            Mode::Monitor => "monitor",
        }
    }

    /// Returns the mode with this name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|mode| mode.as_str() == name)
    }
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
        let length = u32::try_from(value.len()).unwrap_or(u32::MAX);
        self.0.extend_from_slice(&length.to_be_bytes());
        self.0.extend_from_slice(value.as_bytes());
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
        self.mode != Mode::Monitor && self.refused_until.is_some()
    }
}

/// A limit at one moment, for one event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LimitState {
    /// The limit.
    pub limit: Limit,
    /// The weight that the limit counts, without the event.
    pub count: u64,
    /// The time until which the limit would refuse the event; `None` if it would not. See [`Verdict::refused_until`].
    pub refused_until: Option<Timestamp>,
}

mod base;
pub mod guess_sources;
pub mod guesses;
mod hits;
mod in_use;
mod judge;
mod part;
mod refusal;
mod send_limit;
mod sends;
mod standing;

pub use base::{BaseLimits, InvalidLimitChange, LimitChange, LimitSource};
pub use hits::Hits;
pub use in_use::LimitsInUse;
pub use judge::{Hit, LATENESS, count, judge, thin};
pub use part::Part;
pub use refusal::{LimitKind, Refusal};
pub use send_limit::{InvalidSendLimits, Override, SendLimit};
pub use sends::{SendFacts, SendLimits};
pub use standing::Standing;

#[cfg(test)]
mod tests;
