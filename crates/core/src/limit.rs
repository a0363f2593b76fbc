//! Limits: rules that can refuse a send.
//!
//! Every limit is one sentence of the same shape: *the hits of this bucket within the last `window`
//! may weigh at most `max`*. One code per minute is that sentence with weight 1; so are five an
//! hour, a thousand a day per country, or a budget in cents. A rule is plain data, complete before
//! the store is asked, so that a store can judge a whole list of them in one atomic step, whether
//! that step is a lock in memory or a statement in a database (`docs/decisions/0003-store-port.md`).

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fmt;
use std::time::Duration;

use crate::application::AppId;
use crate::channel::Channel;
use crate::phone::PhoneNumber;
use crate::policy;
use crate::time::Timestamp;

/// A limit on one bucket, ready to be judged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// The name under which verdicts are kept and shown, such as `minute`.
    pub name: Cow<'static, str>,
    /// What is counted together.
    pub bucket: Bucket,
    /// The rolling window; at most [`Rule::LONGEST_WINDOW`].
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

impl Rule {
    /// The longest window that stores are built for.
    pub const LONGEST_WINDOW: Duration = Duration::from_secs(31 * 24 * 3600);

    /// One code per application, channel and number in a rolling minute.
    #[must_use]
    pub fn one_per_minute(app: &AppId, channel: Channel, phone: &PhoneNumber) -> Self {
        Self {
            name: Cow::Borrowed("minute"),
            bucket: Bucket::named("minute")
                .part(app.as_str())
                .part(channel.as_str())
                .part(phone.e164()),
            window: policy::MINUTE,
            max: 1,
            weight: 1,
            mode: Mode::Enforce,
            refundable: true,
        }
    }

    /// How often a definite failure may give the minute back, per number and channel.
    #[must_use]
    pub fn give_backs(channel: Channel, phone: &PhoneNumber) -> Self {
        Self {
            name: Cow::Borrowed("give_back"),
            bucket: Bucket::named("give_back")
                .part(channel.as_str())
                .part(phone.e164()),
            window: policy::MINUTE,
            max: policy::GIVE_BACKS_PER_MINUTE,
            weight: 1,
            mode: Mode::Enforce,
            refundable: false,
        }
    }
}

/// The rules for one event: complete before a store is asked, and such that a store can judge them in
/// one step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rules(Vec<Rule>);

/// Why rules cannot be judged together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidRules {
    /// More than [`Rules::MOST`].
    #[error("an event has at most 64 rules")]
    TooMany,
    /// A window of no length, or longer than [`Rule::LONGEST_WINDOW`].
    #[error("a window has 1 millisecond to 31 days")]
    Window,
    /// A weight of nothing.
    #[error("an event weighs at least 1")]
    Weight,
    /// Two rules about one bucket: the verdict of one would depend on the other's.
    #[error("no two rules of an event share a bucket")]
    SharedBucket,
}

impl Rules {
    /// The most rules for one event.
    pub const MOST: usize = 64;

    /// Checks and takes `rules`.
    ///
    /// # Errors
    /// [`InvalidRules`] says which constraint they break.
    pub fn new(rules: Vec<Rule>) -> Result<Self, InvalidRules> {
        if rules.len() > Self::MOST {
            return Err(InvalidRules::TooMany);
        }
        let mut buckets = BTreeSet::new();
        for rule in &rules {
            if rule.window.as_millis() == 0 || rule.window > Rule::LONGEST_WINDOW {
                return Err(InvalidRules::Window);
            }
            if rule.weight == 0 {
                return Err(InvalidRules::Weight);
            }
            if !buckets.insert(&rule.bucket) {
                return Err(InvalidRules::SharedBucket);
            }
        }
        Ok(Self(rules))
    }

    /// The rules, in order.
    #[must_use]
    pub fn as_slice(&self) -> &[Rule] {
        &self.0
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
        self.0.extend((value.len() as u64).to_be_bytes());
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
    /// The name of the rule.
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

/// One event that counts in a bucket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hit {
    /// When.
    pub at: Timestamp,
    /// How much.
    pub weight: u32,
}

/// What `rule` says of an event at `now`, given the earlier `hits` of its bucket in order of time.
///
/// This is the meaning of a rule; every store agrees with it. A hit at `t` counts until
/// `t + window`, not including that moment.
#[must_use]
pub fn judge(rule: &Rule, hits: &[Hit], now: Timestamp) -> Verdict {
    let live = hits.iter().filter(|hit| hit.at.after(rule.window) > now);
    let mut weight =
        u64::from(rule.weight) + live.clone().map(|hit| u64::from(hit.weight)).sum::<u64>();
    let max = u64::from(rule.max);
    let mut refused_until = None;
    if weight > max {
        // Hits leave in the order they came; the event fits once enough of them have left.
        let mut until = now.after(rule.window);
        for hit in live {
            weight -= u64::from(hit.weight);
            if weight <= max {
                until = hit.at.after(rule.window);
                break;
            }
        }
        refused_until = Some(until);
    }
    Verdict {
        rule: rule.name.clone(),
        mode: rule.mode,
        refused_until,
    }
}

#[cfg(test)]
mod tests;
