//! The settlement of an admitted message: its outcome, and whether its minute is given back.

use super::attempt::{self, Attempt};
use super::outcome::Outcome;
use crate::id::MessageId;
use crate::limit::Rules;
use crate::policy;
use crate::time::Timestamp;

/// The outcome of an admitted message, to be recorded.
#[derive(Debug, Clone)]
pub struct Settlement {
    /// The message.
    pub message: MessageId,
    /// The attempts at providers, in order, at least one. Together they make the message's outcome
    /// ([`attempt::outcome`]).
    pub attempts: Vec<Attempt>,
    /// The rules that count and limit give-backs; see [`GiveBack::after_failure`].
    pub give_back: Rules,
    /// The cost of the attempts that may have sent the message, where limits count money: it takes the place of the price that
    /// was reserved with the decision. A message that was not sent costs nothing.
    pub cost: u64,
}

impl Settlement {
    /// Returns whether the message may have been sent: one accepted attempt is enough, and so is one unknown
    /// attempt.
    #[must_use]
    pub fn may_have_been_sent(&self) -> bool {
        attempt::outcome(&self.attempts).is_none_or(Outcome::may_have_been_sent)
    }

    /// Judges the effect of this settlement at `now` on a message that was decided on at `decided_at` and has
    /// no outcome on record.
    #[must_use]
    pub fn judge(&self, decided_at: Timestamp, now: Timestamp) -> Settling {
        if self.may_have_been_sent() {
            Settling::Sent
        } else if is_overdue(decided_at, now) {
            Settling::Overdue
        } else {
            Settling::NotSent
        }
    }
}

/// The effect of a [`Settlement`] on its message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Settling {
    /// A failure that is reported too late: the message counts as sent already, and is unknown
    /// ([`Attempt::overdue`]).
    Overdue,
    /// The message may have been sent: its code is live and ends older ones.
    Sent,
    /// The message was certainly not sent: its code is void, and its minute is given back where that is allowed
    /// ([`GiveBack::after_failure`]).
    NotSent,
}

/// Returns whether a message that was decided on at `decided_at` and has no outcome on record at `now` is past
/// the time in which its sender may settle it ([`policy::OUTCOME_DUE`]). Such a message counts as sent
/// ([`Attempt::overdue`]) for every reader.
#[must_use]
pub fn is_overdue(decided_at: Timestamp, now: Timestamp) -> bool {
    now > decided_at.after(policy::OUTCOME_DUE)
}

/// Returns the `attempts` at a message that was decided on at `decided_at`, as they look at `now`: where none is on record and
/// the outcome [is overdue](is_overdue), the one that [stands for them](Attempt::overdue).
#[must_use]
pub fn known_attempts(
    attempts: Vec<Attempt>,
    decided_at: Timestamp,
    now: Timestamp,
) -> Vec<Attempt> {
    match attempts.is_empty() && is_overdue(decided_at, now) {
        true => vec![Attempt::overdue(decided_at)],
        false => attempts,
    }
}

/// The effect of a settlement on the refundable hits of its message.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum GiveBack {
    /// The hits still count.
    #[default]
    No,
    /// The hits are given back. A hit in each bucket of [`Settlement::give_back`] counts instead.
    Counted,
    /// The hits are given back, and no other hit counts, since the failure was ours and no provider was called.
    Uncounted,
}

impl GiveBack {
    /// Returns whether a settlement gives the minute back: after a definite failure, where its
    /// [`give_back`](Settlement::give_back) rules allow one more.
    #[must_use]
    pub const fn after_failure(allowed: bool) -> Self {
        if allowed {
            GiveBack::Counted
        } else {
            GiveBack::No
        }
    }

    /// Returns whether a hit of the message is given back.
    #[must_use]
    pub const fn takes(self, refundable: bool) -> bool {
        refundable && !matches!(self, GiveBack::No)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_certain_failure_gives_the_minute_back_where_the_rules_allow_it() {
        assert_eq!(GiveBack::after_failure(true), GiveBack::Counted);
        assert_eq!(GiveBack::after_failure(false), GiveBack::No);
        let takes = [GiveBack::No, GiveBack::Counted, GiveBack::Uncounted].map(|of| of.takes(true));
        assert_eq!(takes, [false, true, true]);
        assert!(
            !GiveBack::Counted.takes(false),
            "the hit of a limit that keeps failures"
        );
    }

    #[test]
    fn a_message_without_an_outcome_is_overdue_after_twenty_one_seconds() {
        let decided_at = Timestamp::from_millis(1_000);
        let due = decided_at.after(Duration::from_secs(21));
        assert!(!is_overdue(decided_at, due));
        assert!(is_overdue(decided_at, due.after(Duration::from_millis(1))));
    }
}
