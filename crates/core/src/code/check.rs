//! Checking a code: what is asked, and what a store finds.

use std::sync::{Arc, LazyLock};
use std::time::Duration;

use crate::code::guess::Guess;
use crate::id::{MessageId, RequestId};
use crate::limit::{Bucket, Limit, Mode, RuleSet, Rules};
use crate::phone::PhoneNumber;
use crate::policy::FailureBudget;
use crate::time::Timestamp;

/// Who is asking.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Door {
    /// Anyone with an application id. A right guess does not use the code up.
    Public,
    /// The application's own server, by its secret. A right guess uses the code up.
    Application,
}

impl Door {
    /// Both.
    pub const ALL: [Door; 2] = [Door::Public, Door::Application];

    /// The wrong guesses it is allowed.
    #[must_use]
    pub const fn budget(self) -> FailureBudget {
        match self {
            Door::Public => FailureBudget::PUBLIC,
            Door::Application => FailureBudget::WITH_RESERVE,
        }
    }

    /// The name in timelines and at rest.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Door::Public => "public",
            Door::Application => "application",
        }
    }
}

/// A guess, to be counted, compared and, where it is right, used up in one step.
#[derive(Debug, Clone)]
pub struct CodeCheck {
    /// The request it came with. No two checks share one.
    pub request_id: RequestId,
    /// Who is asking.
    pub door: Door,
    /// What is guessed.
    pub guess: Guess,
}

/// What a store found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Checked {
    /// It is the code of that message. Through [`Door::Application`] it is used up now.
    Right {
        /// The message that brought the code.
        message: MessageId,
        /// The moment of the check, on the store's clock.
        at: Timestamp,
    },
    /// It is not.
    Wrong {
        /// How many more wrong guesses the newest code survives; with 0 it is dead.
        tries_left: u8,
    },
    /// There was a code, and wrong guesses had killed it.
    Exhausted,
    /// There was a code, and its life is over.
    Expired,
    /// It is a code that was used. Nothing is counted.
    Used,
    /// No code is known, or only one that was used and is another.
    NotSent,
    /// The budget of wrong guesses is spent: nothing was compared.
    Locked {
        /// How long until time alone ends that; `None` where it does not.
        wait: Option<Duration>,
    },
}

/// The rules by which wrong guesses about `phone` are counted, and refused at `door`: the hour's, the day's.
#[must_use]
pub fn failure_rules(phone: &PhoneNumber, door: Door) -> Rules {
    static SETS: LazyLock<[Arc<RuleSet>; 2]> =
        LazyLock::new(|| Door::ALL.map(|door| Arc::new(failure_limits(door.budget()))));
    let [public, application] = &*SETS;
    let set = match door {
        Door::Public => public,
        Door::Application => application,
    };
    let bucket = Bucket::named("wrong").part(phone.e164());
    Rules::in_one_bucket(Arc::clone(set), bucket)
}

fn failure_limits(budget: FailureBudget) -> RuleSet {
    let limit = |name: &'static str, hours: u64, max| Limit {
        name: name.into(),
        window: Duration::from_secs(hours * 3600),
        max,
        weight: 1,
        mode: Mode::Enforce,
        refundable: false,
    };
    RuleSet::of_one_bucket([
        limit("wrong_hour", 1, budget.hour),
        limit("wrong_day", 24, budget.day),
    ])
}

/// One check of a message's code, as its timeline shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CheckRecord {
    /// When.
    pub at: Timestamp,
    /// The request it came with.
    pub request_id: RequestId,
    /// Who asked.
    pub door: Door,
    /// Whether the code was right, and used up; otherwise a wrong guess.
    pub right: bool,
}

/// The operator's wish to forget the wrong guesses about a number.
#[derive(Debug, Clone)]
pub struct Unlock {
    /// The request it came with.
    pub request_id: RequestId,
    /// The number.
    pub phone: PhoneNumber,
    /// Why, for the record.
    pub note: String,
}

/// An [`Unlock`] on record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnlockRecord {
    /// When.
    pub at: Timestamp,
    /// The request it came with.
    pub request_id: RequestId,
    /// The number.
    pub phone: PhoneNumber,
    /// Why.
    pub note: String,
}

/// A token, or whatever else is good once.
#[derive(Debug, Clone)]
pub struct TokenUse {
    /// The request it came with.
    pub request_id: RequestId,
    /// Identifies the token.
    pub token: String,
    /// How long its use is remembered: at least as long as it is good. One of a few lengths, never one of its own.
    pub life: Duration,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wrong_guesses_are_counted_by_number_in_the_hour_and_the_day() {
        let phone = |number| PhoneNumber::parse(number, None).unwrap();
        let of = |door, number| failure_rules(&phone(number), door);
        let hour = Duration::from_secs(3_600);
        for (door, in_hour, in_day) in [(Door::Public, 10, 20), (Door::Application, 15, 30)] {
            let rules = of(door, "13800138000");
            let limits = rules.set().limits().iter().map(|(limit, bucket)| {
                (*bucket, limit.window, limit.max, limit.weight, limit.mode)
            });
            let limit = |window, max| (0, window, max, 1, Mode::Enforce);
            let expected = [limit(hour, in_hour), limit(24 * hour, in_day)];
            assert_eq!(limits.collect::<Vec<_>>(), expected);
        }
        let one = of(Door::Public, "13800138000");
        let both = of(Door::Application, "13800138000");
        assert_eq!(
            one.buckets(),
            both.buckets(),
            "guesses through both doors count together"
        );
        assert_ne!(one.buckets(), of(Door::Public, "13800138001").buckets());
    }

    #[test]
    fn doors_are_known_by_their_names() {
        assert_eq!(Door::ALL.map(Door::as_str), ["public", "application"]);
    }
}
