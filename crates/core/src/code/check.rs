//! Checking a code: the input of a check, the codes and failures that a ledger reads for it, the finding, and
//! the resulting change.
//!
//! [`judge`] is the whole rule. A ledger brings the [`Codes and failures`](CheckView) that the check is about,
//! in one atomic step; it applies the returned [`Effect`] in the same step, records it, and replays it at a
//! start. The meaning of an effect is told here once ([`Effect::on_code`], [`Effect::consecutive`],
//! [`Effect::hits`]).

mod comparison;

use std::time::Duration;

use comparison::Comparison;

use super::failures::{FailureBudget, Failures};
use super::guess::Guess;
use super::length::CodeLength;
use super::{Code, CodeState};
use crate::audit::Author;
use crate::id::{MessageId, RequestId};
use crate::idempotency::Claim;
use crate::limit::guess_sources::{GuessRules, SourceView};
use crate::limit::{Bucket, Refusal, Rules, guesses};
use crate::phone::PhoneNumber;
use crate::policy;
use crate::time::Timestamp;

/// The party on whose behalf a code is checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Caller {
    /// Anyone with an application id. A right guess does not use the code up.
    Public,
    /// The application's own server, which proves itself by the application's secret. A right guess uses the
    /// code up.
    Application,
}

impl Caller {
    /// Both callers.
    pub const ALL: [Caller; 2] = [Caller::Public, Caller::Application];

    /// Returns the wrong guesses that this caller is allowed.
    #[must_use]
    pub const fn budget(self) -> FailureBudget {
        match self {
            Caller::Public => FailureBudget::PUBLIC,
            Caller::Application => FailureBudget::WITH_RESERVE,
        }
    }

    /// Returns the caller's name in timelines and at rest.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Caller::Public => "public",
            Caller::Application => "application",
        }
    }
}

/// A guess, which a ledger counts, compares and, where it is right and the application asks, uses up in one
/// step.
#[derive(Debug, Clone)]
pub struct CodeCheck {
    /// The request that brought the guess. Each check has a request of its own.
    pub request_id: RequestId,
    /// The party on whose behalf the code is checked.
    pub caller: Caller,
    /// The guess.
    pub guess: Guess,
    /// The length of the codes of the guess's application and channel.
    pub length: CodeLength,
    /// The rules by which a wrong guess is counted. When one of them refuses, the ledger compares nothing.
    pub rules: Rules,
    /// The maximum of consecutive wrong guesses about the number. Once it is reached, the ledger compares
    /// nothing.
    pub most_in_a_row: u32,
    /// The rules of sends whose hits end when the guess is right and uses the code up; `None` if there are none.
    pub ends: Option<Rules>,
    /// The claim of the idempotency key that the request came with.
    pub claim: Option<Claim>,
    /// The rules about where the guess comes from; `None` if it is counted under no source.
    pub source: Option<GuessRules>,
}

impl CodeCheck {
    /// Makes the check of `guess` for `caller`, under the caller's [budget](Caller::budget).
    #[must_use]
    pub fn new(request_id: RequestId, caller: Caller, guess: Guess, length: CodeLength) -> Self {
        Self {
            request_id,
            caller,
            rules: guesses::wrong_guesses(&guess.phone, caller),
            most_in_a_row: caller.budget().in_a_row,
            length,
            guess,
            ends: None,
            claim: None,
            source: None,
        }
    }

    /// Counts and judges the guess by where it comes from, too.
    #[must_use]
    pub fn from_source(self, rules: GuessRules) -> Self {
        Self {
            source: Some(rules),
            ..self
        }
    }

    /// Lets a right guess that uses the code up end the hits of `rules`.
    #[must_use]
    pub fn ending(self, rules: Option<Rules>) -> Self {
        Self {
            ends: rules,
            ..self
        }
    }

    /// Makes this check the one call with the key of `claim`.
    #[must_use]
    pub fn claimed(self, claim: Option<Claim>) -> Self {
        Self { claim, ..self }
    }

    /// Returns whether the check reached the ledger so late that it must be refused.
    #[must_use]
    pub fn is_too_late(&self, now: Timestamp) -> bool {
        is_too_late(self.request_id, now)
    }
}

/// Returns whether an act of `request` on a code comes too late at `now`: later than [`policy::CHECK_LATENESS`]
/// after the head of the request arrived. Unlocking and using a token obey this rule too.
#[must_use]
pub fn is_too_late(request: RequestId, now: Timestamp) -> bool {
    now > request.made_at().after(policy::CHECK_LATENESS)
}

/// The codes and failures that a ledger holds about a check, read in the same atomic step in which it applies
/// the effect.
#[derive(Debug, Clone)]
pub struct CheckView<'a> {
    /// The codes of the guess's scope (application, channel and number), oldest first.
    pub codes: &'a [Code],
    /// The wrong guesses about the guess's number.
    pub failures: Failures,
    /// What is counted by the rules of [`CodeCheck::source`].
    pub source: SourceView,
    /// The moment of the check, on the ledger's clock.
    pub now: Timestamp,
    /// The start of trustworthy time: codes decided on before this moment are dead.
    pub dead_before: Timestamp,
    /// Whether a wrong guess about a number without any code is counted. A ledger sets this to false while its
    /// memory is full of such numbers, so that one guess at each of millions of numbers cannot fill it.
    pub counts_strangers: bool,
}

/// The finding of a check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Checked {
    /// A limit on where guesses come from refuses: for a while, or until the caller solves a challenge. The ledger compared
    /// and counted nothing.
    Refused(Refusal),
    /// The text cannot be a code of this application and channel. Nothing was compared or counted.
    Malformed,
    /// The guess is the code of that message. For [`Caller::Application`] the code is used up now.
    Right {
        /// The message that brought the code.
        message: MessageId,
        /// The moment of the check, on the ledger's clock.
        at: Timestamp,
    },
    /// The guess is not the code.
    Wrong {
        /// The number of further wrong guesses that the newest code survives; with 0 it is dead.
        tries_left: u8,
    },
    /// The guess is a code that a newer one replaced, within its life. It counts like any other wrong guess.
    Replaced {
        /// The number of further wrong guesses that the newest code survives; with 0 it is dead.
        tries_left: u8,
    },
    /// There was a code, and wrong guesses had killed it.
    Exhausted,
    /// There was a code, and its life is over.
    Expired,
    /// The guess is a code that was used before. The ledger counts nothing.
    Used,
    /// The scope has no code on record, or only a used one that differs from the guess.
    NotSent,
    /// The budget of wrong guesses is spent. The ledger compared nothing.
    Locked {
        /// The time until the lock ends by itself; `None` where time does not end it.
        wait: Option<Duration>,
    },
}

/// The change that an act on codes makes in a ledger: in the codes of a scope, and in the failures of a number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// A wrong guess, compared with the codes of these messages. The list is empty where there was no code to
    /// compare with.
    Wrong {
        /// The messages that brought the codes.
        codes: Vec<MessageId>,
    },
    /// A right guess of the application's own server. The guess is the first of these codes; all of them are
    /// used up.
    Used {
        /// The messages that brought the codes.
        codes: Vec<MessageId>,
    },
    /// An operator unlocked a number: the ledger forgets the wrong guesses about it.
    Unlocked,
    /// A token, or another thing that is good once, is used.
    TokenUsed,
    /// The wrong guesses about a number are counted on under a newer key, which changes none of the counts.
    Rekeyed,
}

/// The change that an [`Effect`] makes to the count of consecutive wrong guesses about a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Consecutive {
    /// The count stays.
    Keep,
    /// The count grows by one.
    Increment,
    /// The count restarts at zero.
    Reset,
}

impl Consecutive {
    /// Returns the count after the change of a count of `before`.
    #[must_use]
    pub const fn after(self, before: u32) -> u32 {
        match self {
            Consecutive::Keep => before,
            Consecutive::Increment => before.saturating_add(1),
            Consecutive::Reset => 0,
        }
    }
}

/// The change that an [`Effect`] makes in its buckets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HitChange {
    /// The hits stay.
    Keep,
    /// Each bucket gets a hit.
    Add,
    /// Each bucket loses all hits up to the moment of the effect.
    Clear,
    /// Each bucket of sends loses all hits up to the moment of the effect.
    EndSends,
}

impl Effect {
    /// Returns the name in records: `wrong`, `right`, `unlocked`, `token_used` or `rekeyed`.
    #[must_use]
    pub const fn as_str(&self) -> &'static str {
        match self {
            Effect::Wrong { .. } => "wrong",
            Effect::Used { .. } => "right",
            Effect::Unlocked => "unlocked",
            Effect::TokenUsed => "token_used",
            Effect::Rekeyed => "rekeyed",
        }
    }

    /// Returns the effect of that name on the codes of these messages; `None` for any other name.
    #[must_use]
    pub fn recorded(name: &str, codes: Vec<MessageId>) -> Option<Self> {
        Some(match name {
            "wrong" => Effect::Wrong { codes },
            "right" => Effect::Used { codes },
            "unlocked" => Effect::Unlocked,
            "token_used" => Effect::TokenUsed,
            "rekeyed" => Effect::Rekeyed,
            _ => return None,
        })
    }

    /// Returns the messages whose codes the effect changes.
    #[must_use]
    pub fn codes(&self) -> &[MessageId] {
        match self {
            Effect::Wrong { codes } | Effect::Used { codes } => codes,
            Effect::Unlocked | Effect::TokenUsed | Effect::Rekeyed => &[],
        }
    }

    /// Applies the effect to one code of the scope.
    pub fn on_code(&self, code: &mut Code) {
        match self {
            Effect::Wrong { codes } if codes.contains(&code.message) => {
                code.tries_left = code.tries_left.saturating_sub(1);
            }
            Effect::Used { codes } if codes.contains(&code.message) => code.used = true,
            _ => {}
        }
    }

    /// Returns the change to the number's consecutive wrong guesses. A wrong guess counts only if it was
    /// compared with a code, so guesses at a number that never got a code cannot lock it for good.
    #[must_use]
    pub fn consecutive(&self) -> Consecutive {
        match self {
            Effect::Wrong { codes } if !codes.is_empty() => Consecutive::Increment,
            Effect::Used { .. } | Effect::Unlocked => Consecutive::Reset,
            Effect::Wrong { .. } | Effect::TokenUsed | Effect::Rekeyed => Consecutive::Keep,
        }
    }

    /// Returns the change to the hits of the effect's buckets: those of [`CodeCheck::rules`], [`CodeCheck::ends`] for a
    /// right guess, [`Unlock::rules`] or [`TokenUse::bucket`].
    #[must_use]
    pub const fn hits(&self) -> HitChange {
        match self {
            Effect::Wrong { .. } | Effect::TokenUsed => HitChange::Add,
            Effect::Used { .. } => HitChange::EndSends,
            Effect::Rekeyed => HitChange::Keep,
            Effect::Unlocked => HitChange::Clear,
        }
    }
}

/// Returns the finding of `check` in `view`, and the effect that the ledger must apply; `None` changes nothing.
/// The work is the same for every finding, so the time of an answer tells nothing.
///
/// The order: a limit on where guesses come from refuses. A guess of a length that no good code of the scope can have ([`CodeLength`]) is malformed. A spent
/// budget locks. In these cases nothing is compared. A right guess passes, and uses up every good code
/// of the scope where the application asks. The code that was used last costs nothing. Any other guess is
/// wrong: it costs every good code of the scope a try and the number's budget a hit, also where there was no
/// code to compare it with. A wrong guess that is a replaced code within its life is told apart, and costs the same.
#[must_use]
pub fn judge(check: &CodeCheck, view: &CheckView<'_>) -> (Checked, Option<Effect>) {
    let source = check.source.as_ref();
    if let Some(refusal) = source.and_then(|rules| rules.refusal(&view.source, view.now)) {
        check.guess.compare_with_nothing();
        return (Checked::Refused(refusal), None);
    }
    if !check.length.allows(check.guess.digits(), view) {
        check.guess.compare_with_nothing();
        return (Checked::Malformed, None);
    }
    if let Some(wait) = view.failures.locked(check.most_in_a_row, view.now) {
        check.guess.compare_with_nothing();
        return (Checked::Locked { wait }, None);
    }
    let compared = comparison::compare(&check.guess, view);
    let told = |found, tries_left| match compared.is_replaced {
        true => Checked::Replaced { tries_left },
        false => found,
    };
    match compared.with {
        Comparison::Right(codes) => right(check.caller, codes, view.now),
        Comparison::Used => (Checked::Used, None),
        Comparison::Wrong { codes, tries_left } => {
            let tries_left = tries_left.saturating_sub(1);
            let found = told(Checked::Wrong { tries_left }, tries_left);
            (found, Some(Effect::Wrong { codes }))
        }
        Comparison::Nothing(None) if !view.counts_strangers => (Checked::NotSent, None),
        Comparison::Nothing(newest) => {
            let found = match newest {
                Some(CodeState::Exhausted) => Checked::Exhausted,
                Some(CodeState::Expired) => Checked::Expired,
                _ => Checked::NotSent,
            };
            (told(found, 0), Some(Effect::Wrong { codes: Vec::new() }))
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

/// One check of a message's code, as its timeline shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CheckRecord {
    /// The time of the check.
    pub at: Timestamp,
    /// The request that brought the guess.
    pub request_id: RequestId,
    /// The party on whose behalf the code was checked.
    pub caller: Caller,
    /// Whether the guess was right and used the code up; false for a wrong guess.
    pub right: bool,
}

/// An operator's wish to forget the wrong guesses about a number.
#[derive(Debug, Clone)]
pub struct Unlock {
    /// The request that asked for the unlock.
    pub request_id: RequestId,
    /// The number.
    pub phone: PhoneNumber,
    /// The operator's reason, for the record.
    pub note: String,
    /// The author of the act.
    pub by: Author,
}

impl Unlock {
    /// Returns the rules whose buckets the unlock clears: those that count wrong guesses about the number.
    #[must_use]
    pub fn rules(&self) -> Rules {
        guesses::wrong_guesses(&self.phone, Caller::Application)
    }
}

/// An [`Unlock`] that is on record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnlockRecord {
    /// The time of the unlock.
    pub at: Timestamp,
    /// The request that asked for it.
    pub request_id: RequestId,
    /// The number.
    pub phone: PhoneNumber,
    /// The operator's reason.
    pub note: String,
}

/// The use of a token, or of another thing that is good once.
#[derive(Debug, Clone)]
pub struct TokenUse {
    /// The request that used the token.
    pub request_id: RequestId,
    /// The id of the token.
    pub token: String,
    /// The time for which the use is remembered: at least the life of the token. Use one of a few fixed durations, never one per token.
    pub life: Duration,
}

impl TokenUse {
    /// Returns the bucket in which the use is a hit for `life`. A token with a hit there was used before.
    #[must_use]
    pub fn bucket(&self) -> Bucket {
        Bucket::named("token").part(&self.token)
    }
}

#[cfg(test)]
mod tests;
