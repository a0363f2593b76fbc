//! Checking a code: what is asked, what a ledger looks at, what it finds, and what that changes.
//!
//! [`judge`] is the whole rule. A ledger brings the [`Codes and failures`](CheckView) that the check is about, in one
//! atomic step; it applies the returned [`Effect`] in the same step, records it, and replays it at a start. The
//! meaning of an effect is told here once ([`Effect::on_code`], [`Effect::consecutive`], [`Effect::hits`]).

use std::time::Duration;

use super::failures::{FailureBudget, Failures};
use super::guess::Guess;
use super::{Code, CodeState, are_forgotten, resend};
use crate::id::{MessageId, RequestId};
use crate::limit::{Bucket, Rules, guesses};
use crate::phone::PhoneNumber;
use crate::policy;
use crate::time::Timestamp;

/// On whose behalf a code is checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Caller {
    /// Anyone with an application id. A right guess does not use the code up.
    Public,
    /// The application's own server, by its secret. A right guess uses the code up.
    Application,
}

impl Caller {
    /// Both.
    pub const ALL: [Caller; 2] = [Caller::Public, Caller::Application];

    /// The wrong guesses it is allowed.
    #[must_use]
    pub const fn budget(self) -> FailureBudget {
        match self {
            Caller::Public => FailureBudget::PUBLIC,
            Caller::Application => FailureBudget::WITH_RESERVE,
        }
    }

    /// The name in timelines and at rest.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Caller::Public => "public",
            Caller::Application => "application",
        }
    }
}

/// A guess, to be counted, compared and, where it is right, used up in one step.
#[derive(Debug, Clone)]
pub struct CodeCheck {
    /// The request it came with. No two checks share one.
    pub request_id: RequestId,
    /// On whose behalf.
    pub caller: Caller,
    /// The guess.
    pub guess: Guess,
    /// By these a wrong guess is counted; when one of them refuses, nothing is compared.
    pub rules: Rules,
    /// With so many wrong guesses in a row about its number, nothing is compared.
    pub most_in_a_row: u32,
}

impl CodeCheck {
    /// The check of `guess` for `caller`, under the caller's [budget](Caller::budget).
    #[must_use]
    pub fn new(request_id: RequestId, caller: Caller, guess: Guess) -> Self {
        Self {
            request_id,
            caller,
            rules: guesses::wrong_guesses(&guess.phone, caller),
            most_in_a_row: caller.budget().in_a_row,
            guess,
        }
    }

    /// Whether it reached the ledger so late that it must not be made any more.
    #[must_use]
    pub fn is_too_late(&self, now: Timestamp) -> bool {
        is_too_late(self.request_id, now)
    }
}

/// Whether an act of `request` on a code comes too late at `now`: later than [`policy::CHECK_LATENESS`] after the
/// request's head. Unlocking and using a token obey it too.
#[must_use]
pub fn is_too_late(request: RequestId, now: Timestamp) -> bool {
    now > request.made_at().after(policy::CHECK_LATENESS)
}

/// What a ledger holds about a check, read in the same atomic step in which the effect is applied.
#[derive(Debug, Clone, Copy)]
pub struct CheckView<'a> {
    /// The codes of the guess's application, channel and number, in order of age, oldest first.
    pub codes: &'a [Code],
    /// The wrong guesses about its number.
    pub failures: Failures,
    /// The moment of the check, on the ledger's clock.
    pub now: Timestamp,
    /// Codes of before this moment are dead.
    pub dead_before: Timestamp,
    /// Whether a wrong guess about a number without any code is counted. A ledger says no while its memory is full
    /// of such numbers: one guess at each of millions of numbers must not fill it.
    pub counts_strangers: bool,
}

/// What a check found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Checked {
    /// It is the code of that message. For [`Caller::Application`] it is used up now.
    Right {
        /// The message that brought the code.
        message: MessageId,
        /// The moment of the check, on the ledger's clock.
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

/// What an act on codes changes in a ledger: in the codes of a scope, and in the failures of a number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// A wrong guess, compared with the codes of these messages; with none of them, where there was nothing to
    /// compare it with.
    Wrong {
        /// The messages that brought the codes.
        codes: Vec<MessageId>,
    },
    /// A right guess of the application's own server: the first of these codes was guessed, and all are used up.
    Used {
        /// The messages that brought the codes.
        codes: Vec<MessageId>,
    },
    /// An operator forgets the wrong guesses about a number.
    Unlocked,
    /// A token, or anything else that is good once, is used.
    TokenUsed,
}

/// What an [`Effect`] does to the count of consecutive wrong guesses about a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Consecutive {
    /// Nothing.
    Keep,
    /// It counts one more.
    Increment,
    /// It starts again at zero.
    Reset,
}

impl Consecutive {
    /// The count after it, which was `before`.
    #[must_use]
    pub const fn after(self, before: u32) -> u32 {
        match self {
            Consecutive::Keep => before,
            Consecutive::Increment => before.saturating_add(1),
            Consecutive::Reset => 0,
        }
    }
}

/// What an [`Effect`] does in the buckets that go with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HitChange {
    /// Nothing.
    Keep,
    /// A hit is added to each.
    Add,
    /// Each loses all hits up to the moment of the effect.
    Clear,
}

impl Effect {
    /// The codes it is about, by their messages.
    #[must_use]
    pub fn codes(&self) -> &[MessageId] {
        match self {
            Effect::Wrong { codes } | Effect::Used { codes } => codes,
            Effect::Unlocked | Effect::TokenUsed => &[],
        }
    }

    /// Applies it to one code of the scope.
    pub fn on_code(&self, code: &mut Code) {
        match self {
            Effect::Wrong { codes } if codes.contains(&code.message) => {
                code.tries_left = code.tries_left.saturating_sub(1);
            }
            Effect::Used { codes } if codes.contains(&code.message) => code.used = true,
            _ => {}
        }
    }

    /// What it does to the number's consecutive wrong guesses. A wrong guess counts there only if it was compared
    /// with a code: guesses at numbers that nobody sent a code must not lock them for good.
    #[must_use]
    pub fn consecutive(&self) -> Consecutive {
        match self {
            Effect::Wrong { codes } if !codes.is_empty() => Consecutive::Increment,
            Effect::Used { .. } | Effect::Unlocked => Consecutive::Reset,
            Effect::Wrong { .. } | Effect::TokenUsed => Consecutive::Keep,
        }
    }

    /// What it does in its buckets: those of [`CodeCheck::rules`], [`Unlock::rules`] or [`TokenUse::bucket`].
    #[must_use]
    pub const fn hits(&self) -> HitChange {
        match self {
            Effect::Wrong { .. } | Effect::TokenUsed => HitChange::Add,
            Effect::Used { .. } => HitChange::Keep,
            Effect::Unlocked => HitChange::Clear,
        }
    }
}

/// What `check` finds in `view`, and what that changes; `None` changes nothing. The work is the same whatever it
/// finds.
///
/// In this order: a spent budget locks, and nothing is compared. A right guess passes, and uses up every good code of
/// the scope where the application asks. The code that was used last costs nothing. Any other guess is wrong: it
/// costs every good code of the scope a try, and the number's budget a hit, also where there was nothing to compare
/// it with.
#[must_use]
pub fn judge(check: &CodeCheck, view: &CheckView<'_>) -> (Checked, Option<Effect>) {
    if let Some(wait) = view.failures.locked(check.most_in_a_row, view.now) {
        check.guess.compare_with_nothing();
        return (Checked::Locked { wait }, None);
    }
    match compare(&check.guess, view) {
        Comparison::Right(codes) => right(check.caller, codes, view.now),
        Comparison::Used => (Checked::Used, None),
        Comparison::Wrong { codes, tries_left } => {
            let tries_left = tries_left.saturating_sub(1);
            (Checked::Wrong { tries_left }, Some(Effect::Wrong { codes }))
        }
        Comparison::Nothing(None) if !view.counts_strangers => (Checked::NotSent, None),
        Comparison::Nothing(newest) => {
            let found = match newest {
                Some(CodeState::Exhausted) => Checked::Exhausted,
                Some(CodeState::Expired) => Checked::Expired,
                _ => Checked::NotSent,
            };
            (found, Some(Effect::Wrong { codes: Vec::new() }))
        }
    }
}

fn right(caller: Caller, codes: Vec<MessageId>, at: Timestamp) -> (Checked, Option<Effect>) {
    let Some(&message) = codes.first() else {
        return (Checked::NotSent, None);
    };
    let effect = match caller {
        Caller::Public => None,
        Caller::Application => Some(Effect::Used { codes }),
    };
    (Checked::Right { message, at }, effect)
}

/// What comparing a guess with the codes of a scope showed.
enum Comparison {
    /// It is the first of these codes; the others are good as well.
    Right(Vec<MessageId>),
    /// It is none of these codes, which are good; the newest survives so many more.
    Wrong {
        codes: Vec<MessageId>,
        tries_left: u8,
    },
    /// It is a code that was used.
    Used,
    /// There was no good code; the state of the newest one, if any is remembered.
    Nothing(Option<CodeState>),
}

/// Compares `guess` with every code of the scope that was not replaced, dead ones included.
fn compare(guess: &Guess, view: &CheckView<'_>) -> Comparison {
    let codes = if are_forgotten(view.codes, view.now) {
        &[]
    } else {
        resend::kept(view.codes, view.now)
    };
    if codes.is_empty() {
        guess.compare_with_nothing();
    }
    let state = |code: &Code| code.state(view.now, view.dead_before);
    let (mut good, mut tries_left, mut right, mut used) = (Vec::new(), 0, None, false);
    for code in codes {
        let is_it = guess.is(code.message, &code.mac);
        match state(code) {
            CodeState::Live | CodeState::Pending => {
                good.push(code.message);
                tries_left = code.tries_left;
                right = if is_it { Some(code.message) } else { right };
            }
            CodeState::Used => used |= is_it,
            _ => {}
        }
    }
    match right {
        Some(right) => {
            let others = good.into_iter().filter(|message| *message != right);
            Comparison::Right(std::iter::once(right).chain(others).collect())
        }
        None if used => Comparison::Used,
        None if good.is_empty() => Comparison::Nothing(codes.last().map(state)),
        None => Comparison::Wrong {
            codes: good,
            tries_left,
        },
    }
}

/// One check of a message's code, as its timeline shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CheckRecord {
    /// When.
    pub at: Timestamp,
    /// The request it came with.
    pub request_id: RequestId,
    /// On whose behalf.
    pub caller: Caller,
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

impl Unlock {
    /// The rules whose buckets it clears: the ones by which wrong guesses about the number are counted.
    #[must_use]
    pub fn rules(&self) -> Rules {
        guesses::wrong_guesses(&self.phone, Caller::Application)
    }
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

/// A token, or anything else that is good once.
#[derive(Debug, Clone)]
pub struct TokenUse {
    /// The request it came with.
    pub request_id: RequestId,
    /// Identifies the token.
    pub token: String,
    /// How long its use is remembered: at least as long as it is good. One of a few lengths, never one of its own.
    pub life: Duration,
}

impl TokenUse {
    /// Its use is a hit in this bucket, for as long as `life`; with a hit there, the token was used before.
    #[must_use]
    pub fn bucket(&self) -> Bucket {
        Bucket::named("token").part(&self.token)
    }
}

#[cfg(test)]
mod tests;
