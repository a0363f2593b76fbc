//! The limits on wrong guesses by where they come from: from one address, and from everybody at one application.
//!
//! The [budget of a number](super::guesses) bounds guesses at one person. These limits bound whoever guesses at many: one
//! guess at each of thousands of numbers finds a code sooner or later, and touches no number's budget.

use std::net::IpAddr;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use super::{
    Bound, Bucket, Counts, Limit, LimitKind, LimitState, Mode, Part, Refusal, RuleSet, Rules,
    Standing,
};
use crate::application::AppId;
use crate::time::Timestamp;

/// The limits on wrong guesses by where they come from, checked once.
#[derive(Debug, Clone)]
pub struct GuessLimits {
    /// The limits on one address: for callers that can be asked for a challenge, and for others.
    asked: Arc<RuleSet>,
    plain: Arc<RuleSet>,
    mode: Mode,
}

/// Where a guess comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GuessSource {
    /// The address that a wrong guess counts under; `None` if it counts under none.
    pub address: Option<IpAddr>,
    /// The standing of the caller.
    pub standing: Standing,
}

impl GuessSource {
    /// A caller that limits on sources do not count, such as an operator.
    pub const UNCOUNTED: Self = Self {
        address: None,
        standing: Standing::Trusted,
    };
}

impl GuessLimits {
    /// The wrong guesses of one address in an hour that no challenge is asked for, where settings do not say otherwise.
    pub const FREE: u32 = 20;

    /// The maximum of wrong guesses of one address in an hour, where settings do not say otherwise.
    pub const HOUR: u32 = 100;

    /// Makes limits: an address may guess wrongly `most` times in a rolling hour, and callers that can solve a challenge have
    /// to from `free` on. In mode [`Mode::Monitor`] they refuse nobody.
    #[must_use]
    pub fn new(free: u32, most: u32, mode: Mode) -> Self {
        let limit = |name: &'static str, max, mode| Limit {
            name: name.into(),
            counts: Counts::Messages,
            window: Duration::from_secs(3600),
            bound: Bound::Max(max),
            mode,
            refundable: false,
            until_verified: false,
            early_percent: 0,
        };
        let set = |challenge| {
            Arc::new(RuleSet::of_one_bucket([
                limit("guesses-address", most.into(), mode),
                limit("guesses-address-challenge", free.into(), challenge),
            ]))
        };
        Self {
            asked: set(match mode {
                Mode::Enforce | Mode::Challenge => Mode::Challenge,
                Mode::Monitor => Mode::Monitor,
            }),
            plain: set(Mode::Monitor),
            mode,
        }
    }

    /// Returns the rules for a guess at a code of `app`.
    #[must_use]
    pub fn rules(&self, app: &AppId, source: GuessSource) -> GuessRules {
        let asks = source.standing == Standing::Unsolved && self.mode != Mode::Monitor;
        let set = if asks { &self.asked } else { &self.plain };
        let address = source.address.map(|address| {
            let bucket = Bucket::named("wrong-address").part(&Part::address(address));
            Rules::in_one_bucket(Arc::clone(set), bucket)
        });
        let of_app = |name| Bucket::named(name).part(app.as_str());
        GuessRules {
            address,
            wrong: Rules::in_one_bucket(Arc::clone(&COUNTED), of_app("wrong-app")),
            right: Rules::in_one_bucket(Arc::clone(&COUNTED), of_app("right-app")),
            asks,
        }
    }
}

impl Default for GuessLimits {
    fn default() -> Self {
        Self::new(Self::FREE, Self::HOUR, Mode::Enforce)
    }
}

/// Counts the guesses at the codes of an application. What they mean is [`AppGuesses::are_sprayed`].
static COUNTED: LazyLock<Arc<RuleSet>> = LazyLock::new(|| {
    Arc::new(RuleSet::of_one_bucket([Limit {
        name: "guesses-app".into(),
        counts: Counts::Messages,
        window: AppGuesses::WINDOW,
        bound: Bound::Max(u64::MAX),
        mode: Mode::Monitor,
        refundable: false,
        until_verified: false,
        early_percent: 0,
    }]))
});

/// The rules for one guess by where it comes from. A wrong guess makes a hit in every bucket of `address` and `wrong`.
#[derive(Debug, Clone)]
pub struct GuessRules {
    /// Counts wrong guesses of the address.
    pub address: Option<Rules>,
    /// Counts wrong guesses at the codes of the application.
    pub wrong: Rules,
    /// Counts codes of the application that were used up. A ledger may forget these: fewer right guesses make the limit
    /// stricter.
    pub right: Rules,
    asks: bool,
}

/// The guesses at the codes of one application in the [window](Self::WINDOW).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct AppGuesses {
    /// Wrong guesses.
    pub wrong: u64,
    /// Codes that were used up. A right guess that uses nothing up counts nothing: the same code may pass many times.
    pub right: u64,
}

impl AppGuesses {
    /// The rolling window.
    pub const WINDOW: Duration = Duration::from_mins(10);

    /// The least number of guesses that say anything.
    const LEAST: u64 = 200;

    /// The part of wrong guesses, in per cent, that people stay below.
    const WRONG_PERCENT: u64 = 40;

    /// Returns whether somebody tries guesses at the codes of many people.
    #[must_use]
    pub const fn are_sprayed(self) -> bool {
        let all = self.all();
        all >= Self::LEAST && self.wrong * 100 > all * Self::WRONG_PERCENT
    }

    const fn all(self) -> u64 {
        self.wrong + self.right
    }
}

/// What a ledger counts of the guesses of a source.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SourceView {
    /// The state of each limit on the address.
    pub address: Vec<LimitState>,
    /// The guesses at the codes of the application.
    pub app: AppGuesses,
}

impl GuessRules {
    /// Returns the limit that refuses a guess at `now`, before it is compared: for good in its window, or unless the caller
    /// solves a challenge.
    #[must_use]
    pub fn refusal(&self, view: &SourceView, now: Timestamp) -> Option<Refusal> {
        let of_address = |mode| {
            let mut states = view.address.iter().filter(|state| state.limit.mode == mode);
            states.find_map(|state| of_state(state, now))
        };
        of_address(Mode::Enforce)
            .or_else(|| of_address(Mode::Challenge))
            .or_else(|| (self.asks && view.app.are_sprayed()).then(|| of_spray(view.app, now)))
    }
}

fn of_state(state: &LimitState, now: Timestamp) -> Option<Refusal> {
    let words = state.limit.in_words(state.count);
    Some(Refusal {
        limit: state.limit.name.clone(),
        kind: LimitKind::Caller,
        mode: state.limit.mode,
        counts: state.limit.counts,
        count: words.count,
        max: words.max,
        window: words.window,
        at: now,
        until: Some(state.refused_until?),
    })
}

fn of_spray(guesses: AppGuesses, now: Timestamp) -> Refusal {
    let max = guesses.all() * AppGuesses::WRONG_PERCENT / 100;
    Refusal {
        limit: "guesses-app".into(),
        kind: LimitKind::Everybody,
        mode: Mode::Challenge,
        counts: Counts::Messages,
        count: guesses.wrong,
        max,
        window: AppGuesses::WINDOW,
        at: now,
        until: Some(now.after(AppGuesses::WINDOW)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn guesses(wrong: u64, right: u64) -> AppGuesses {
        AppGuesses { wrong, right }
    }

    #[test]
    fn two_hundred_guesses_of_which_more_than_two_fifths_are_wrong_are_sprayed() {
        for (wrong, right, sprayed) in [
            (0, 0, false),
            (199, 0, false),
            (200, 0, true),
            (80, 120, false),
            (81, 119, true),
            (400, 600, false),
            (401, 600, true),
        ] {
            assert_eq!(
                guesses(wrong, right).are_sprayed(),
                sprayed,
                "{wrong} {right}"
            );
        }
    }

    /// The mode and the name of the limit that refuses a guess after so many wrong ones of its address.
    fn refused(limits: &GuessLimits, standing: Standing, count: u64, app: AppGuesses) -> String {
        let source = GuessSource {
            address: Some("192.0.2.1".parse().unwrap()),
            standing,
        };
        let rules = limits.rules(&AppId::parse("app").unwrap(), source);
        let now = Timestamp::from_millis(1_000);
        let states = rules.address.as_ref().unwrap().set().limits().iter();
        let states = states.map(|placed| LimitState {
            limit: placed.limit.clone(),
            count,
            refused_until: match &placed.limit.bound {
                Bound::Max(max) if count >= *max => Some(now.after(placed.limit.window)),
                _ => None,
            },
        });
        let view = SourceView {
            address: states.collect(),
            app,
        };
        let refusal = rules.refusal(&view, now);
        refusal.map_or(String::new(), |refusal| {
            format!(
                "{:?} {} {} of {}",
                refusal.mode, refusal.limit, refusal.count, refusal.max
            )
        })
    }

    #[test]
    fn an_address_is_asked_for_a_challenge_and_then_refused() {
        let (limits, calm, spray) = (GuessLimits::default(), guesses(9, 9), guesses(300, 0));
        let of = |standing, count, app| refused(&limits, standing, count, app);
        assert_eq!(of(Standing::Unsolved, 19, calm), "");
        let asked = "Challenge guesses-address-challenge 20 of 20";
        assert_eq!(of(Standing::Unsolved, 20, calm), asked);
        assert_eq!(of(Standing::Public, 99, spray), "", "it cannot solve any");
        assert_eq!(of(Standing::Trusted, 99, spray), "");
        for standing in [Standing::Unsolved, Standing::Public, Standing::Trusted] {
            assert_eq!(
                of(standing, 100, spray),
                "Enforce guesses-address 100 of 100"
            );
        }
        assert_eq!(
            of(Standing::Unsolved, 0, spray),
            "Challenge guesses-app 300 of 120"
        );
        let watched = GuessLimits::new(20, 100, Mode::Monitor);
        assert_eq!(refused(&watched, Standing::Unsolved, 1_000, spray), "");
    }

    // shows: B8
    #[test]
    fn an_address_of_ipv6_is_its_network_of_64_bits() {
        let bucket = |address: &str| {
            let source = GuessSource {
                address: Some(address.parse().unwrap()),
                ..GuessSource::UNCOUNTED
            };
            let rules = GuessLimits::default().rules(&AppId::parse("app").unwrap(), source);
            rules.address.unwrap().buckets()[0].clone()
        };
        assert_eq!(bucket("2001:db8::1"), bucket("2001:db8::ffff:1"));
        assert_ne!(bucket("2001:db8::1"), bucket("2001:db8:0:1::1"));
        assert_ne!(bucket("192.0.2.1"), bucket("192.0.2.2"));
    }
}
