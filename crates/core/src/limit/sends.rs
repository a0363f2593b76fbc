//! The limits on sends: the one-minute limit, the limit on give-backs, and the limits that a deployment adds.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use super::{Bucket, InvalidRules, Limit, LimitKind, Mode, Refusal, RuleSet, Rules};
use crate::application::AppId;
use crate::channel::Channel;
use crate::message::Decision;
use crate::phone::PhoneNumber;
use crate::policy;

/// A property that sends counted together have in common.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// The application.
    Application,
    /// The channel.
    Channel,
    /// The country of the number.
    Country,
    /// The number without its last four digits.
    Prefix,
    /// The number without its last two digits.
    Block,
    /// The number.
    Number,
}

impl Part {
    /// All parts.
    pub const ALL: [Part; 6] = [
        Part::Application,
        Part::Channel,
        Part::Country,
        Part::Prefix,
        Part::Block,
        Part::Number,
    ];

    /// The name of the part in buckets.
    const fn short(self) -> &'static str {
        match self {
            Part::Application => "a",
            Part::Channel => "c",
            Part::Country => "r",
            Part::Prefix => "p",
            Part::Block => "b",
            Part::Number => "n",
        }
    }

    /// The name of the part in settings.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Part::Application => "application",
            Part::Channel => "channel",
            Part::Country => "country",
            Part::Prefix => "prefix",
            Part::Block => "block",
            Part::Number => "number",
        }
    }
}

/// A limit on sends that have these parts in common. Without parts it limits all sends of the deployment
/// together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SendLimit {
    /// The name under which verdicts are kept and shown: 1 to 32 characters of `a-z 0-9 - _`, unique in the
    /// deployment.
    pub name: String,
    /// The parts that sends counted together share.
    pub by: BTreeSet<Part>,
    /// The rolling window.
    pub window: Duration,
    /// The maximum number of sends in the window.
    pub max: u32,
    /// The consequence of a refusal.
    pub mode: Mode,
}

/// The reason why limits on sends are refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidSendLimits {
    /// A name that breaks the rules for names.
    #[error("a limit's name has 1 to 32 characters of a-z 0-9 - _, not {0:?}")]
    Name(String),
    /// A name that another limit has.
    #[error("there is a limit {0:?} already")]
    NameTaken(String),
    /// Limits that cannot be judged together.
    #[error(transparent)]
    Rules(#[from] InvalidRules),
}

/// All limits that a send is judged by. The one-minute limit is always the first: one code per application,
/// channel and number.
#[derive(Debug, Clone)]
pub struct SendLimits {
    set: Arc<RuleSet>,
    /// The parts that the sends of each bucket share.
    buckets: Vec<BTreeSet<Part>>,
}

impl Limit {
    /// Returns the one-minute limit: one send in a rolling minute.
    #[must_use]
    pub const fn one_per_minute() -> Self {
        Self {
            name: Cow::Borrowed("minute"),
            window: policy::MINUTE,
            max: 1,
            weight: 1,
            mode: Mode::Enforce,
            refundable: true,
        }
    }
}

/// The parts of the one-minute limit's bucket, which is always the first.
const MINUTE_BUCKET: [Part; 3] = [Part::Application, Part::Channel, Part::Number];

impl SendLimits {
    /// Takes the one-minute limit and `more`.
    ///
    /// # Errors
    /// [`InvalidSendLimits`] says which constraint they break.
    pub fn new(more: Vec<SendLimit>) -> Result<Self, InvalidSendLimits> {
        let mut limits = vec![(Limit::one_per_minute(), 0)];
        let mut buckets = vec![BTreeSet::from(MINUTE_BUCKET)];
        for send in more {
            let name = send.name;
            let plain = |c: char| matches!(c, 'a'..='z' | '0'..='9' | '-' | '_');
            if name.is_empty() || name.len() > 32 || !name.chars().all(plain) {
                return Err(InvalidSendLimits::Name(name));
            }
            if limits.iter().any(|(limit, _)| limit.name == name) {
                return Err(InvalidSendLimits::NameTaken(name));
            }
            let known = buckets.iter().position(|by| *by == send.by);
            let bucket = known.unwrap_or_else(|| {
                buckets.push(send.by);
                buckets.len() - 1
            });
            let limit = Limit {
                name: Cow::Owned(name),
                window: send.window,
                max: send.max,
                weight: 1,
                mode: send.mode,
                refundable: true,
            };
            limits.push((limit, bucket));
        }
        let set = Arc::new(RuleSet::new(limits)?);
        Ok(Self { set, buckets })
    }

    /// Returns the limit that refused a send by [`rules`](Self::rules) of these limits; `None` if the decision
    /// admitted it.
    #[must_use]
    pub fn refusal(&self, decision: &Decision) -> Option<Refusal> {
        let (place, limit, until) = decision.refused_by()?;
        let bucket = self.set.limits().get(place).map(|(_, bucket)| *bucket);
        let by = bucket.and_then(|bucket| self.buckets.get(bucket));
        let kind = match place {
            0 => LimitKind::Minute,
            _ => by.map_or(LimitKind::Everybody, LimitKind::of),
        };
        Some(Refusal {
            limit: limit.name.clone(),
            kind,
            count: decision.counted,
            max: limit.max,
            window: limit.window,
            at: decision.at,
            until: (!limit.never_admits()).then_some(until),
        })
    }

    /// Returns the rules for one send.
    #[must_use]
    pub fn rules(&self, app: &AppId, channel: Channel, phone: &PhoneNumber) -> Rules {
        let without = |digits: usize| {
            let number = phone.e164();
            number.get(..number.len().saturating_sub(digits))
        };
        let country = phone.country();
        let value = |part: &Part| match part {
            Part::Application => app.as_str(),
            Part::Channel => channel.as_str(),
            Part::Country => country.as_str(),
            Part::Prefix => phone.prefix(),
            Part::Block => without(2).unwrap_or_default(),
            Part::Number => phone.e164(),
        };
        let bucket = |parts: &BTreeSet<Part>| {
            parts.iter().fold(Bucket::named("send"), |bucket, part| {
                bucket.part(part.short()).part(value(part))
            })
        };
        // `SendLimits::new` made the set and its buckets together, so their numbers agree.
        Rules {
            set: Arc::clone(&self.set),
            buckets: self.buckets.iter().map(bucket).collect(),
        }
    }
}

impl Rules {
    /// Returns the rules by which a definite failure gives the minute back: at most
    /// [`GIVE_BACKS`](policy::GIVE_BACKS) times per number and channel in a rolling minute.
    #[must_use]
    pub fn give_backs(channel: Channel, phone: &PhoneNumber) -> Self {
        static SET: LazyLock<Arc<RuleSet>> =
            LazyLock::new(|| Arc::new(RuleSet::of_one_bucket([GIVE_BACKS])));
        let bucket = Bucket::named("give_back")
            .part(channel.as_str())
            .part(phone.e164());
        Self::in_one_bucket(Arc::clone(&SET), bucket)
    }
}

const GIVE_BACKS: Limit = Limit {
    name: Cow::Borrowed("give_back"),
    window: policy::GIVE_BACK_WINDOW,
    max: policy::GIVE_BACKS,
    weight: 1,
    mode: Mode::Enforce,
    refundable: false,
};

impl Default for SendLimits {
    /// Returns the one-minute limit alone.
    fn default() -> Self {
        let limits = [Limit::one_per_minute()];
        Self {
            set: Arc::new(RuleSet::of_one_bucket(limits)),
            buckets: vec![BTreeSet::from(MINUTE_BUCKET)],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::Timestamp;

    fn limit(name: &str, by: &[Part]) -> SendLimit {
        SendLimit {
            name: name.to_owned(),
            by: by.iter().copied().collect(),
            window: Duration::from_secs(3600),
            max: 5,
            mode: Mode::Monitor,
        }
    }

    fn rules(limits: &SendLimits, app: &str, channel: Channel, number: &str) -> Rules {
        let (app, phone) = (AppId::parse(app), PhoneNumber::parse(number, None));
        limits.rules(&app.unwrap(), channel, &phone.unwrap())
    }

    #[test]
    fn the_one_minute_limit_is_always_the_first() {
        let alone = SendLimits::default();
        let more = SendLimits::new(vec![limit("day", &[])]).unwrap();
        for limits in [&alone, &more] {
            let rules = rules(limits, "app", Channel::Login, "13800138000");
            assert_eq!(rules.set().limits()[0], (Limit::one_per_minute(), 0));
        }
        let set = |limits| {
            let rules = rules(limits, "app", Channel::Login, "13800138000");
            (rules.set().limits().len(), rules.buckets()[0].clone())
        };
        assert_eq!((set(&alone).0, set(&more).0), (1, 2));
        assert_eq!(set(&alone).1, set(&more).1);
    }

    #[test]
    fn limits_by_the_same_parts_share_a_bucket() {
        let parts = [Part::Number, Part::Application, Part::Channel];
        let limits = vec![
            limit("a", &[Part::Number]),
            limit("b", &parts),
            limit("c", &[Part::Number]),
        ];
        let limits = SendLimits::new(limits).unwrap();
        let rules = rules(&limits, "app", Channel::Login, "13800138000");
        let buckets = rules.set().limits().iter().map(|(_, bucket)| *bucket);
        assert_eq!(buckets.collect::<Vec<_>>(), [0, 1, 0, 1]);
    }

    #[test]
    fn sends_that_differ_in_a_part_are_counted_apart() {
        let same = ("app", Channel::Login, "+8613800138000");
        let sends = [
            (("other", same.1, same.2), vec![Part::Application]),
            ((same.0, Channel::Register, same.2), vec![Part::Channel]),
            ((same.0, same.1, "+8613800138001"), vec![Part::Number]),
            (
                (same.0, same.1, "+8613800138100"),
                vec![Part::Number, Part::Block],
            ),
            (
                (same.0, same.1, "+8613800148000"),
                vec![Part::Number, Part::Block, Part::Prefix],
            ),
            (
                (same.0, same.1, "+14155550132"),
                vec![Part::Number, Part::Block, Part::Prefix, Part::Country],
            ),
        ];
        for part in Part::ALL {
            let limits = SendLimits::new(vec![limit("one", &[part])]).unwrap();
            let bucket = |(app, channel, number): (&str, Channel, &str)| {
                rules(&limits, app, channel, number).buckets()[1].clone()
            };
            for (other, differs) in &sends {
                let differ = bucket(same) != bucket(*other);
                assert_eq!(differ, differs.contains(&part), "{part:?}, {other:?}");
            }
        }
        let all = SendLimits::new(vec![limit("all", &[])]).unwrap();
        let [one, two] = [same, sends[5].0]
            .map(|(app, channel, number)| rules(&all, app, channel, number).buckets()[1].clone());
        assert_eq!(one, two);
    }

    #[test]
    fn a_refusal_is_told_by_the_enforced_limit_that_refuses_the_longest() {
        let limit = |name, by: &[Part], max, mode| SendLimit {
            max,
            mode,
            ..limit(name, by)
        };
        let more = vec![
            limit(
                "number",
                &[Part::Application, Part::Number],
                5,
                Mode::Enforce,
            ),
            limit("watched", &[], 0, Mode::Monitor),
            limit("block", &[Part::Block], 5, Mode::Enforce),
            limit("closed", &[Part::Country], 0, Mode::Enforce),
        ];
        let limits = SendLimits::new(more).unwrap();
        let told = |refusals: &[(usize, i64)]| {
            let at = Timestamp::from_millis(1_000);
            let until = |(place, after)| (place, Timestamp::from_millis(1_000 + after));
            let refusals = refusals.iter().copied().map(until).collect();
            let refusal = limits.refusal(&Decision::new(at, Arc::clone(&limits.set), refusals))?;
            let wait = refusal.wait().as_millis();
            Some((
                refusal.limit.into_owned(),
                refusal.kind,
                refusal.until.is_some(),
                wait,
            ))
        };
        let is = |name: &str, kind, ends, wait| Some((name.to_owned(), kind, ends, wait));
        assert_eq!(told(&[]), None);
        assert_eq!(
            told(&[(2, 9_000)]),
            None,
            "a monitored limit refuses nothing"
        );
        let minute = is("minute", LimitKind::Minute, true, 60);
        assert_eq!(told(&[(0, 60), (2, 9_000)]), minute);
        assert_eq!(told(&[(0, 60), (1, 60)]), minute, "the first of equals");
        let number = is("number", LimitKind::Number, true, 61);
        assert_eq!(told(&[(0, 60), (1, 61), (3, 7)]), number);
        assert_eq!(told(&[(3, 7)]), is("block", LimitKind::Everybody, true, 7));
        let never = is("closed", LimitKind::Everybody, false, 3_600_000);
        assert_eq!(told(&[(1, 3_700_000), (4, 3_600_000)]), never);
    }

    #[test]
    fn a_limit_with_a_bad_or_taken_name_is_refused() {
        for name in ["", "Day", "a b", &"a".repeat(33)] {
            let refused = SendLimits::new(vec![limit(name, &[])]).unwrap_err();
            assert_eq!(refused, InvalidSendLimits::Name(name.to_owned()));
        }
        for names in [["minute", "a"], ["a", "a"]] {
            let limits = names.map(|name| limit(name, &[])).to_vec();
            let refused = SendLimits::new(limits).unwrap_err();
            assert!(
                matches!(refused, InvalidSendLimits::NameTaken(_)),
                "{refused:?}"
            );
        }
        assert!(SendLimits::new(vec![limit(&"a-_9".repeat(8), &[])]).is_ok());
        let many = (0..64).map(|n| limit(&n.to_string(), &[])).collect();
        let refused = SendLimits::new(many).unwrap_err();
        assert_eq!(refused, InvalidSendLimits::Rules(InvalidRules::TooMany));
    }
}
