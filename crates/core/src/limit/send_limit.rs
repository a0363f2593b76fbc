//! One limit on sends, as an operator writes it.

use std::collections::BTreeSet;
use std::time::Duration;

use super::{Bound, Counts, InvalidRules, Limit, Mode, Part, SendFacts, Standing};
use crate::application::AppId;
use crate::phone::Country;

/// A limit on sends that have these parts in common. Without parts it limits all sends of the deployment
/// together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SendLimit {
    /// The name under which verdicts are kept and shown: 1 to 32 characters of `a-z 0-9 - _`, unique in the
    /// deployment.
    pub name: String,
    /// The parts that sends counted together share.
    pub by: BTreeSet<Part>,
    /// What is added up.
    pub counts: Counts,
    /// The rolling window.
    pub window: Duration,
    /// How much fits into the window.
    pub bound: Bound,
    /// The consequence of a refusal.
    pub mode: Mode,
    /// Only sends to numbers at home (`true`), or only sends abroad (`false`).
    pub home: Option<bool>,
    /// Whether a right guess of the application's own server ends the hits. Such a limit is by application, channel and
    /// number.
    pub until_verified: bool,
    /// The part of the maximum, in per cent, that is kept for [trusted](Standing::Trusted) callers; 0 to 99.
    pub reserve_percent: u8,
    /// The part of the maximum, in per cent, from which on callers that can solve a challenge have to; 1 to 100.
    pub challenge_percent: Option<u8>,
    /// The part of the maximum, in per cent, by which the limit may refuse early: 0 to 20. See [`Limit::early_percent`].
    pub early_percent: u8,
    /// Whether the pumping guard stops the sends that have these parts in common for a while once the limit refuses.
    pub blocks: bool,
    /// Other maxima for some sends. The first that fits holds.
    pub overrides: Vec<Override>,
}

/// Another maximum of a [`SendLimit`], for the sends that fit everything it names.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Override {
    /// Sends of this application.
    pub application: Option<AppId>,
    /// Sends to this country.
    pub country: Option<Country>,
    /// Sends to numbers of this calling code.
    pub calling_code: Option<u16>,
    /// The maximum.
    pub max: u64,
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
    /// A part of the maximum out of bounds.
    #[error(
        "limit {0:?}: reserve_percent is 0 to 99, challenge_percent 1 to 100, and early_percent 0 to 20"
    )]
    Percent(String),
    /// A maximum beyond [`Counts::largest_max`].
    #[error("limit {0:?}: max is at most {1}")]
    Max(String, String),
    /// A limit with waits that has a part of a limit with a maximum.
    #[error(
        "limit {0:?}: one with waits_seconds counts messages, and has no overrides, reserve_percent, challenge_percent or early_percent"
    )]
    Waits(String),
    /// A limit that a right guess ends, by other parts than those of a code.
    #[error("limit {0:?}: with until_verified, `by` is application, channel and number")]
    UntilVerified(String),
    /// Limits that cannot be judged together.
    #[error(transparent)]
    Rules(#[from] InvalidRules),
}

/// The parts that the codes of a scope have in common.
pub(super) const SCOPE: [Part; 3] = [Part::Application, Part::Channel, Part::Number];

impl SendLimit {
    /// Makes a limit of at most `max` messages in a window: in mode [`Mode::Enforce`], and without anything else.
    #[must_use]
    pub fn new(name: &str, by: &[Part], window: Duration, max: u64) -> Self {
        Self {
            name: name.to_owned(),
            by: by.iter().copied().collect(),
            counts: Counts::Messages,
            window,
            bound: Bound::Max(max),
            mode: Mode::Enforce,
            home: None,
            until_verified: false,
            reserve_percent: 0,
            challenge_percent: None,
            early_percent: 0,
            blocks: false,
            overrides: Vec::new(),
        }
    }

    /// Returns whether the limit may admit a send that `before`, the same limit otherwise set, refuses.
    #[must_use]
    pub fn is_looser_than(&self, before: &Self) -> bool {
        let has_refused = before.mode != Mode::Monitor;
        let admits_more = self.mode < before.mode
            || self.window < before.window
            || scopes(&self.overrides, &before.overrides)
                .iter()
                .any(|scope| self.max_of(scope) > before.max_of(scope));
        has_refused && admits_more
    }

    /// Returns the maximum for the sends that fit what `scope` names and no other override; of a limit with waits 0.
    fn max_of(&self, scope: &Override) -> u64 {
        let first = self.overrides.iter().find(|other| other.covers(scope));
        match (first, &self.bound) {
            (Some(other), _) => other.max,
            (None, Bound::Max(max)) => *max,
            (None, Bound::Waits(_)) => 0,
        }
    }

    pub(super) fn check(&self) -> Result<(), InvalidSendLimits> {
        let name = || self.name.clone();
        let plain = |c: char| matches!(c, 'a'..='z' | '0'..='9' | '-' | '_');
        if self.name.is_empty() || self.name.len() > 32 || !self.name.chars().all(plain) {
            return Err(InvalidSendLimits::Name(name()));
        }
        let challenge = self.challenge_percent.unwrap_or(100);
        let is_within = self.reserve_percent <= 99 && self.early_percent <= 20;
        if !is_within || !(1..=100).contains(&challenge) {
            return Err(InvalidSendLimits::Percent(name()));
        }
        let has_maximum = self.counts != Counts::Messages
            || !self.overrides.is_empty()
            || self.reserve_percent != 0
            || self.challenge_percent.is_some()
            || self.early_percent != 0;
        if matches!(self.bound, Bound::Waits(_)) && has_maximum {
            return Err(InvalidSendLimits::Waits(name()));
        }
        let most = self.counts.largest_max();
        if self.maxima().any(|max| max > most) {
            return Err(InvalidSendLimits::Max(name(), self.counts.told(most)));
        }
        if self.until_verified && self.by != BTreeSet::from(SCOPE) {
            return Err(InvalidSendLimits::UntilVerified(name()));
        }
        Ok(())
    }

    /// Iterates over the maximum and those of the overrides.
    fn maxima(&self) -> impl Iterator<Item = u64> {
        let own = match self.bound {
            Bound::Max(max) => Some(max),
            Bound::Waits(_) => None,
        };
        own.into_iter()
            .chain(self.overrides.iter().map(|other| other.max))
    }

    /// Returns whether the limit is about a send. It looks at nothing by which sends of one class of
    /// [`SendLimits`](super::SendLimits) differ.
    pub(super) fn is_about(&self, send: &SendFacts<'_>, is_home: bool) -> bool {
        self.home.is_none_or(|home| home == is_home)
            && self.by.iter().all(|part| part.is_of(send))
            && !send.exempt.lifts(&self.by, self.counts)
            && self.counts_in_money_of(send)
    }

    /// Returns whether the limit counts no money, or that of the send's price.
    fn counts_in_money_of(&self, send: &SendFacts<'_>) -> bool {
        match self.counts {
            Counts::Money(currency) => send.price.is_some_and(|price| price.currency == currency),
            Counts::Messages | Counts::Numbers => true,
        }
    }

    /// Returns the place of the override that fits a send.
    pub(super) fn override_of(&self, send: &SendFacts<'_>) -> Option<usize> {
        self.overrides.iter().position(|other| other.is_of(send))
    }

    /// Returns the place of the first override that fits every send of `app`.
    pub(super) fn override_for(&self, app: &AppId) -> Option<usize> {
        self.overrides.iter().position(|other| {
            let every = other.country.is_none() && other.calling_code.is_none();
            every && other.application.as_ref().is_none_or(|named| named == app)
        })
    }

    /// Returns the limit as it holds for a send: by the override at `place`, and for a caller of this standing.
    pub(super) fn for_caller(&self, place: Option<usize>, standing: Standing) -> Limit {
        let other = place.and_then(|place| self.overrides.get(place));
        let bound = match other {
            Some(other) => Bound::Max(other.max),
            None => self.bound.clone(),
        };
        let (mode, percent) = self.asked_of(standing);
        Limit {
            name: self.name.clone().into(),
            counts: self.counts,
            window: self.window,
            bound: bound.part(percent),
            mode,
            refundable: true,
            until_verified: self.until_verified,
            early_percent: self.early_percent,
        }
    }

    /// Returns the mode of the limit for callers of this standing, and which part of the maximum they get, in per cent.
    fn asked_of(&self, standing: Standing) -> (Mode, u8) {
        let open = 100 - self.reserve_percent.min(99);
        match (self.mode, standing) {
            (Mode::Monitor, _) => (Mode::Monitor, 100),
            (Mode::Challenge, Standing::Unsolved) => (Mode::Challenge, 100),
            (Mode::Challenge, Standing::Public | Standing::Trusted) => (Mode::Monitor, 100),
            (Mode::Enforce, Standing::Trusted) => (Mode::Enforce, 100),
            (Mode::Enforce, Standing::Public) => (Mode::Enforce, open),
            (Mode::Enforce, Standing::Unsolved) => match self.challenge_percent {
                Some(percent) => (Mode::Challenge, percent.min(open)),
                None if open < 100 => (Mode::Challenge, open),
                None => (Mode::Enforce, 100),
            },
        }
    }
}

impl Override {
    /// Whether every send that fits what `scope` names fits this.
    fn covers(&self, scope: &Self) -> bool {
        fn holds<T: PartialEq>(own: Option<&T>, of: Option<&T>) -> bool {
            own.is_none_or(|own| Some(own) == of)
        }
        holds(self.application.as_ref(), scope.application.as_ref())
            && holds(self.country.as_ref(), scope.country.as_ref())
            && holds(self.calling_code.as_ref(), scope.calling_code.as_ref())
    }

    fn is_of(&self, send: &SendFacts<'_>) -> bool {
        let phone = send.phone;
        self.application.as_ref().is_none_or(|app| app == send.app)
            && self
                .country
                .is_none_or(|country| country == phone.country())
            && self
                .calling_code
                .is_none_or(|code| code == phone.calling_code())
    }
}

/// Returns every scope for which these overrides can tell sends apart: each application, country and calling code that one of
/// them names, or none, with each of the others.
fn scopes(some: &[Override], others: &[Override]) -> Vec<Override> {
    fn named<T: Ord>(parts: impl Iterator<Item = Option<T>>) -> BTreeSet<Option<T>> {
        parts.chain([None]).collect()
    }
    let all = || some.iter().chain(others);
    let applications = named(all().map(|other| other.application.clone()));
    let countries = named(all().map(|other| other.country));
    let codes = named(all().map(|other| other.calling_code));
    let mut scopes = Vec::new();
    for application in &applications {
        for country in &countries {
            scopes.extend(codes.iter().map(|code| Override {
                application: application.clone(),
                country: *country,
                calling_code: *code,
                max: 0,
            }));
        }
    }
    scopes
}

impl Bound {
    fn part(self, percent: u8) -> Self {
        match self {
            Bound::Max(max) => {
                // Rounded up, so that a small maximum keeps its last one.
                let part = (u128::from(max) * u128::from(percent)).div_ceil(100);
                Bound::Max(u64::try_from(part).unwrap_or(max))
            }
            waits @ Bound::Waits(_) => waits,
        }
    }
}

#[cfg(test)]
mod tests;
