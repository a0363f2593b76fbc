//! One call to one provider, and which of several says what became of the message.

use super::outcome::{Outcome, RefusalKind};
use crate::policy;
use crate::time::Timestamp;

/// One call to one provider, or the reason why it was not called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    /// The provider; `None` where nobody recorded which one it was.
    pub provider: Option<String>,
    /// When the call began.
    pub started_at: Timestamp,
    /// When its outcome was known.
    pub ended_at: Timestamp,
    /// What became of it.
    pub outcome: Outcome,
}

impl Attempt {
    /// Stands for the attempts at a message that was decided on at `decided_at`, while the process that sent it ended:
    /// a provider may have taken it.
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

    /// Stands for the attempts at a message whose sender gave up before its decision was durable: no provider was
    /// called.
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

/// The place of the attempt that says what became of the message: the last one that was accepted, else the last one
/// that may have been, else the last refusal that says most.
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

/// The one outcome of several attempts ([`decisive`]); `None` if there are none.
#[must_use]
pub fn outcome(attempts: &[Attempt]) -> Option<&Outcome> {
    Some(&attempts.get(decisive(attempts)?)?.outcome)
}

fn refused_by_vendor(outcome: &Outcome) -> bool {
    let unreachable = outcome.is_refusal(RefusalKind::Unreachable);
    outcome.is_of_a_call() && !unreachable
}
