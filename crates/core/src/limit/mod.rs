//! Limits: rules that can refuse an event.
//!
//! Nearly every limit is one sentence of the same shape: *the hits of this bucket within the last `window` may weigh
//! at most `max`*. One code per minute is that sentence with weight 1; so are five an hour, a thousand a day
//! per country, or a budget in money. Some limits count different numbers in place of messages ([`Counts::Numbers`]), and
//! some say how long to wait after the first event, after the second, and so on ([`Bound::Waits`]).
//!
//! A [`Limit`] is what a deployment decides on once; an event brings the buckets, and both together are [`Rules`]. Rules are
//! plain data and complete before the ledger is asked, so that a ledger can judge a whole list of them in one atomic step,
//! whether that step is a lock in memory or a transaction in a database (`docs/decisions/0003-store-port.md`).

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

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

/// How much fits into a window.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Bound {
    /// The maximum sum of the weights of the hits in a window: of money in ten-thousandths of the currency.
    Max(u64),
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

/// A limit as it is told to people: `count` of at most `max` within `window`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Words {
    /// The weight that is counted.
    pub count: u64,
    /// The maximum weight.
    pub max: u64,
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

mod base;
mod bucket;
mod counts;
pub mod guess_sources;
pub mod guesses;
mod hits;
mod in_use;
mod judge;
mod lease;
mod mode;
mod part;
mod refusal;
mod rule_set;
mod rules;
mod send_limit;
mod sends;
mod standing;
mod verdict;

pub use base::{BaseLimits, InvalidLimitChange, LimitChange, LimitSource};
pub use bucket::Bucket;
pub use counts::{Counts, InvalidWeight};
pub use hits::Hits;
pub use in_use::LimitsInUse;
pub use judge::{Hit, LATENESS, count, judge, thin};
pub use lease::{Lease, LeaseTerms};
pub use mode::Mode;
pub use part::Part;
pub use refusal::{LimitKind, Refusal};
pub use rule_set::{HitKind, InvalidRules, PlacedLimit, RuleSet};
pub use rules::{Rule, Rules};
pub use send_limit::{InvalidSendLimits, Override, SendLimit};
pub use sends::{BucketUse, NamedBucket, Quota, QuotaUse, Sampled, SendFacts, SendLimits, Shared};
pub use standing::Standing;
pub use verdict::{LimitState, Verdict};

#[cfg(test)]
mod tests;
