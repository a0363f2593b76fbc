//! One call to one provider, and the choice of the call that decides a message's outcome.

use super::outcome::{Outcome, RefusalKind};
use crate::policy;
use crate::time::Timestamp;

/// One call to one provider, or the reason why it was not called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    /// The provider; `None` where the record does not name one.
    pub provider: Option<String>,
    /// The time at which the call began.
    pub started_at: Timestamp,
    /// The time at which its outcome was known.
    pub ended_at: Timestamp,
    /// The outcome of the call.
    pub outcome: Outcome,
}

impl Attempt {
    /// Stands for the attempts at a message that was decided on at `decided_at` and whose sending process ended
    /// before it recorded them: a provider may have taken the message.
    #[must_use]
    pub fn interrupted(decided_at: Timestamp, now: Timestamp) -> Self {
        let cause = "the process ended before the outcome was recorded";
        Self::unrecorded(decided_at, now, cause)
    }

    /// Stands for the attempts at a message that was decided on at `decided_at`, when its outcome
    /// [is overdue](super::settle::is_overdue).
    #[must_use]
    pub fn overdue(decided_at: Timestamp) -> Self {
        let due = decided_at.after(policy::OUTCOME_DUE);
        Self::unrecorded(decided_at, due, "no outcome was recorded in time")
    }

    fn unrecorded(started_at: Timestamp, ended_at: Timestamp, cause: &str) -> Self {
        let cause = cause.to_owned();
        Self {
            provider: None,
            started_at,
            ended_at,
            outcome: Outcome::Unknown { cause },
        }
    }

    /// Returns whether the provider was asked and did not take the message for certain, or lacks a template for it. A
    /// provider that was left out, since it rested or had too much under way, did not fail at this message.
    #[must_use]
    pub fn is_failure(&self) -> bool {
        match &self.outcome {
            Outcome::Accepted { .. } => false,
            Outcome::Unknown { .. } => true,
            Outcome::NotAccepted(why) => {
                why.kind.is_of_a_call() || why.kind == RefusalKind::NoTemplate
            }
        }
    }

    /// Stands for the attempts at a message whose sender gave up before its decision was durable. No provider
    /// was called.
    #[must_use]
    pub fn too_late(decided_at: Timestamp, now: Timestamp) -> Self {
        Self {
            provider: None,
            started_at: decided_at,
            ended_at: now,
            outcome: Outcome::not_accepted(RefusalKind::TooLate),
        }
    }
}

/// Returns the place of the attempt that decides the outcome of the message: the last one that was accepted,
/// else the last unknown one, else the last of the most telling refusals.
#[must_use]
pub fn decisive(attempts: &[Attempt]) -> Option<usize> {
    let last =
        |says: fn(&Outcome) -> bool| attempts.iter().rposition(|attempt| says(&attempt.outcome));
    last(|outcome| matches!(outcome, Outcome::Accepted { .. }))
        .or_else(|| last(Outcome::may_have_been_sent))
        .or_else(|| last(refused_by_vendor))
        .or_else(|| last(Outcome::is_of_a_call))
        .or_else(|| attempts.len().checked_sub(1))
}

/// Returns the outcome of the message after several attempts ([`decisive`]); `None` if there are none.
#[must_use]
pub fn outcome(attempts: &[Attempt]) -> Option<&Outcome> {
    Some(&attempts.get(decisive(attempts)?)?.outcome)
}

fn refused_by_vendor(outcome: &Outcome) -> bool {
    let unreachable = outcome.is_refusal(RefusalKind::Unreachable);
    outcome.is_of_a_call() && !unreachable
}
