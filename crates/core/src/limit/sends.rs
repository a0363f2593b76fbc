//! The limits on sends: the one-minute limit, the limit on give-backs, and the limits that a deployment adds.

use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap};
use std::net::IpAddr;
use std::sync::{Arc, LazyLock, PoisonError, RwLock};

use super::send_limit::SCOPE;
use super::{
    Bound, Bucket, Counts, InvalidSendLimits, Limit, LimitKind, Mode, Part, PlacedLimit, Refusal,
    Rule, RuleSet, Rules, SendLimit, Standing, Verdict,
};
use crate::application::AppId;
use crate::channel::Channel;
use crate::guard::{Exemption, GuardSettings};
use crate::message::Decision;
use crate::phone::{Country, PhoneNumber};
use crate::policy;
use crate::price::{Currency, Price};

/// Everything about a send that limits look at.
#[derive(Debug, Clone, Copy)]
pub struct SendFacts<'a> {
    /// The application that sends the code.
    pub app: &'a AppId,
    /// The purpose of the code.
    pub channel: Channel,
    /// The number that the code goes to.
    pub phone: &'a PhoneNumber,
    /// The [address](crate::send::client::Client::counted) that the send counts under; `None` if it counts under none.
    pub address: Option<IpAddr>,
    /// The standing of the caller.
    pub standing: Standing,
    /// The price that the send may cost at most; `None` where it is not known.
    pub price: Option<Price>,
    /// The limits that do not count for the send, since its number or address is on the safe list.
    pub exempt: Exemption,
}

/// All limits that a send is judged by. The one-minute limit is always the first: one code per application,
/// channel and number.
#[derive(Debug)]
pub struct SendLimits {
    limits: Vec<SendLimit>,
    home: Country,
    sets: RwLock<HashMap<Class, Arc<ClassRules>>>,
}

/// The sends that are judged by the same limits: they agree in all that decides which limits are about a send.
#[derive(Debug, PartialEq, Eq, Hash)]
struct Class {
    standing: Standing,
    is_home: bool,
    currency: Option<Currency>,
    exempt: Exemption,
    /// Whether the sends have each of [`Part::ALL`].
    parts: [bool; Part::ALL.len()],
    /// For each limit with overrides, the one that fits.
    overrides: Vec<Option<usize>>,
}

/// The rules of one [`Class`].
#[derive(Debug, PartialEq, Eq)]
struct ClassRules {
    set: Arc<RuleSet>,
    buckets: Vec<BucketKind>,
}

/// A bucket of sends: what is counted in it, and the parts that its sends share.
#[derive(Debug, Clone, PartialEq, Eq)]
struct BucketKind {
    counts: Counts,
    until_verified: bool,
    /// The parts, in their order.
    by: Vec<Part>,
}

impl Limit {
    /// Returns the one-minute limit: one send in a rolling minute.
    #[must_use]
    pub const fn one_per_minute() -> Self {
        Self {
            name: Cow::Borrowed("minute"),
            counts: Counts::Messages,
            window: policy::MINUTE,
            bound: Bound::Max(1),
            mode: Mode::Enforce,
            refundable: true,
            until_verified: false,
            early_percent: 0,
        }
    }
}

impl SendLimits {
    /// Takes `more` beside the one-minute limit, of a deployment whose home is China.
    ///
    /// # Errors
    /// [`InvalidSendLimits`] says which constraint they break.
    pub fn new(more: Vec<SendLimit>) -> Result<Self, InvalidSendLimits> {
        Self::at_home(Country::CHINA, more)
    }

    /// Takes `more` beside the one-minute limit, of a deployment at home in this country.
    ///
    /// # Errors
    /// [`InvalidSendLimits`] says which constraint they break.
    pub fn at_home(home: Country, more: Vec<SendLimit>) -> Result<Self, InvalidSendLimits> {
        let mut names = BTreeSet::from(["minute", GuardSettings::NAME]);
        for limit in &more {
            limit.check()?;
            if !names.insert(&limit.name) {
                return Err(InvalidSendLimits::NameTaken(limit.name.clone()));
            }
        }
        let every = (0..more.len()).map(|place| (place, None)).collect();
        class_rules(&more, Standing::Trusted, every)?;
        Ok(Self {
            limits: more,
            home,
            sets: RwLock::default(),
        })
    }

    /// Returns the country that the deployment is at home in.
    #[must_use]
    pub const fn home(&self) -> Country {
        self.home
    }

    /// Returns the limits beside the one-minute limit.
    #[must_use]
    pub fn limits(&self) -> &[SendLimit] {
        &self.limits
    }

    /// Returns the limit that refused a send by [`rules`](Self::rules) of these limits; `None` if the decision
    /// admitted it.
    #[must_use]
    pub fn refusal(&self, decision: &Decision) -> Option<Refusal> {
        let (_, limit, until) = decision.refused_by()?;
        // No other limit has the name of the minute.
        let mut others = self.limits.iter();
        let other = others.find(|other| other.name == limit.name);
        let kind = other.map_or(LimitKind::Minute, |other| LimitKind::of(&other.by));
        let words = limit.in_words(decision.counted);
        Some(Refusal {
            limit: limit.name.clone(),
            kind,
            mode: limit.mode,
            counts: limit.counts,
            count: words.count,
            max: words.max,
            window: words.window,
            at: decision.at,
            until: (!limit.never_admits()).then_some(until),
        })
    }

    /// Returns the limits that refused a send by [`rules`](Self::rules) of these limits, and that make the guard block it
    /// then ([`SendLimit::blocks`]).
    pub fn blocking<'a>(&'a self, decision: &'a Decision) -> impl Iterator<Item = &'a SendLimit> {
        // A caller that may come back with a solved challenge is no reason for a block.
        let enforced = |verdict: &Verdict| verdict.refuses() && verdict.mode == Mode::Enforce;
        let refused = decision.verdicts().filter(enforced);
        refused.filter_map(|verdict| {
            let mut limits = self.limits.iter();
            limits.find(|limit| limit.blocks && limit.name == verdict.rule)
        })
    }

    /// Returns the rules for one send.
    #[must_use]
    pub fn rules(&self, send: &SendFacts<'_>) -> Rules {
        let class = self.class_of(send);
        let buckets = class.buckets.iter().map(|kind| kind.bucket(send));
        // `class_rules` made the set and its buckets together, so their numbers agree.
        Rules::paired(Arc::clone(&class.set), buckets.collect())
            .with_price(send.price.map_or(0, Price::weight))
    }

    /// Returns the rules whose hits a right guess of the application's own server ends.
    #[must_use]
    pub fn ended_by_success(
        &self,
        app: &AppId,
        channel: Channel,
        phone: &PhoneNumber,
    ) -> Option<Rules> {
        let send = SendFacts {
            app,
            channel,
            phone,
            address: None,
            standing: Standing::Trusted,
            price: None,
            exempt: Exemption::default(),
        };
        let ends = self.limits.iter().filter(|limit| limit.until_verified);
        let rules = ends.map(|limit| Rule {
            bucket: BucketKind::of(limit).bucket(&send),
            limit: limit.for_caller(None, send.standing),
        });
        let rules: Vec<_> = rules.collect();
        Some(rules)
            .filter(|rules| !rules.is_empty())
            .and_then(|rules| Rules::new(rules).ok())
    }

    fn class_of(&self, send: &SendFacts<'_>) -> Arc<ClassRules> {
        let with_overrides = self
            .limits
            .iter()
            .filter(|limit| !limit.overrides.is_empty());
        let class = Class {
            standing: send.standing,
            is_home: send.phone.country() == self.home,
            currency: send.price.map(|price| price.currency),
            exempt: send.exempt,
            parts: Part::ALL.map(|part| part.is_of(send)),
            overrides: with_overrides
                .map(|limit| limit.override_of(send))
                .collect(),
        };
        let sets = self.sets.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = sets.get(&class) {
            return Arc::clone(known);
        }
        drop(sets);
        let limits = self.limits.iter().enumerate();
        let about = limits.filter(|(_, limit)| limit.is_about(send, class.is_home));
        let about = about.map(|(place, limit)| (place, limit.override_of(send)));
        // All limits together fit into one set, so those of any class do.
        let rules = class_rules(&self.limits, send.standing, about.collect());
        let rules = rules.unwrap_or_else(|_| ClassRules::minute_alone());
        let mut sets = self.sets.write().unwrap_or_else(PoisonError::into_inner);
        // A ledger finds a set that it knows by its address: classes with the same rules share them.
        let equal = sets.values().find(|known| ***known == rules).cloned();
        let rules = equal.unwrap_or_else(|| Arc::new(rules));
        Arc::clone(sets.entry(class).or_insert(rules))
    }
}

/// Returns the rules of the sends that these of the `limits` are about, each with the override that fits.
fn class_rules(
    limits: &[SendLimit],
    standing: Standing,
    about: Vec<(usize, Option<usize>)>,
) -> Result<ClassRules, InvalidSendLimits> {
    let mut placed = vec![PlacedLimit::alone(Limit::one_per_minute())];
    let mut buckets = vec![BucketKind::minute()];
    let mut place_of = |kind: BucketKind| {
        let known = buckets.iter().position(|bucket| *bucket == kind);
        known.unwrap_or_else(|| {
            buckets.push(kind);
            buckets.len() - 1
        })
    };
    for (place, other) in about {
        let Some(limit) = limits.get(place) else {
            continue;
        };
        let kind = BucketKind::of(limit);
        let of_number = (limit.counts == Counts::Numbers).then(|| place_of(kind.of_number()));
        placed.push(PlacedLimit {
            limit: limit.for_caller(other, standing),
            bucket: place_of(kind),
            of_number,
        });
    }
    let set = Arc::new(RuleSet::new(placed)?);
    Ok(ClassRules { set, buckets })
}

impl ClassRules {
    fn minute_alone() -> Self {
        Self {
            set: Arc::new(RuleSet::of_one_bucket([Limit::one_per_minute()])),
            buckets: vec![BucketKind::minute()],
        }
    }
}

impl BucketKind {
    /// The bucket of the one-minute limit, which is always the first.
    fn minute() -> Self {
        Self {
            counts: Counts::Messages,
            until_verified: false,
            by: SCOPE.to_vec(),
        }
    }

    fn of(limit: &SendLimit) -> Self {
        Self {
            counts: limit.counts,
            until_verified: limit.until_verified,
            by: limit.by.iter().copied().collect(),
        }
    }

    /// Returns the bucket of the sends to one number among those that count in this bucket.
    fn of_number(&self) -> Self {
        let parts = self.by.iter().copied().chain([Part::Number]);
        Self {
            counts: Counts::Messages,
            by: parts.collect::<BTreeSet<_>>().into_iter().collect(),
            ..*self
        }
    }

    /// Returns the bucket of this kind that a send counts in. The names never change, since hits are on record under them.
    fn bucket(&self, send: &SendFacts<'_>) -> Bucket {
        // A limit is not about sends without one of its parts.
        self.with(|part| part.value(send).unwrap_or_default())
    }

    /// Returns the bucket of the sends whose parts have these values.
    fn with<'a>(&self, value: impl Fn(Part) -> Cow<'a, str>) -> Bucket {
        let name = match self.counts {
            Counts::Messages if self.until_verified => "send-unverified",
            Counts::Messages => "send",
            Counts::Numbers => "send-numbers",
            Counts::Money(_) => "send-money",
        };
        let bucket = match self.counts {
            Counts::Money(currency) => Bucket::named(name).part(currency.as_str()),
            Counts::Messages | Counts::Numbers => Bucket::named(name),
        };
        self.by.iter().fold(bucket, |bucket, part| {
            bucket.part(part.short()).part(&value(*part))
        })
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
    counts: Counts::Messages,
    window: policy::GIVE_BACK_WINDOW,
    bound: Bound::Max(policy::GIVE_BACKS),
    mode: Mode::Enforce,
    refundable: false,
    until_verified: false,
    early_percent: 0,
};

impl Default for SendLimits {
    /// Returns the one-minute limit alone.
    fn default() -> Self {
        Self {
            limits: Vec::new(),
            home: Country::CHINA,
            sets: RwLock::default(),
        }
    }
}

mod fullest;
mod quotas;

pub use fullest::{BucketUse, NamedBucket, Sampled, Shared};
pub use quotas::{Quota, QuotaUse};

#[cfg(test)]
pub(in crate::limit) mod tests;
