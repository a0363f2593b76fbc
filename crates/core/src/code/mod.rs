//! The life of a code: how it is made, when it is good, how a guess is checked, and what wrong guesses cost.
//!
//! Everything here is pure: no lock, no row, no clock of its own. A [ledger](crate::ports::ledger) keeps the
//! [`Code`]s of a *scope* (one application, channel and phone number) and the [failures] of a number; it
//! asks this module what a guess finds and applies the [`Effect`](check::Effect) that comes back.
//!
//! ```text
//!             send admitted          accepted, unknown, or no outcome in time
//!   (none) ──────────────▶ pending ─────────────────────────────▶ live ──▶ expired     its life is over
//!                             │ certainly not sent                  ├────▶ used        a right guess by the application
//!                             ▼                                     ├────▶ exhausted   as many wrong guesses as `tries`
//!                           void                                    └────▶ replaced    a newer code was sent (`resend`)
//! ```

pub mod check;
pub mod checker;
pub mod failures;
pub mod guess;
pub mod passcode;
pub mod resend;

use std::time::Duration;

use crate::id::MessageId;
use crate::message::NewCode;
use crate::policy;
use crate::send::settle;
use crate::time::Timestamp;
use passcode::PasscodeMac;

/// A code as a ledger keeps it: 44 bytes, since a busy ledger keeps millions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Code {
    /// The message that brought it first.
    pub message: MessageId,
    /// Guesses are compared with this.
    pub mac: PasscodeMac,
    /// Milliseconds from the making of the message id to the decision.
    decided_after: u32,
    /// Milliseconds from the decision to the end of its life.
    life: u32,
    /// How many more wrong guesses it survives.
    pub tries_left: u8,
    /// Once sent, it ends every code of its scope that is older than the `keeps` newest sent ones.
    pub keeps: u8,
    /// Whether its message has an outcome by which it may have been sent; see [`Code::counts_as_sent`].
    pub sent: bool,
    /// Whether a right guess has used it up.
    pub used: bool,
}

/// What the code of a message is good for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CodeState {
    /// The provider has not answered yet.
    Pending,
    /// It is a code of its application, channel and number.
    Live,
    /// It was checked and used up.
    Used,
    /// Wrong guesses killed it.
    Exhausted,
    /// A newer code took its place.
    Replaced,
    /// Its life is over.
    Expired,
    /// It was never sent.
    Void,
}

impl CodeState {
    /// The name in timelines, in snake case.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            CodeState::Pending => "pending",
            CodeState::Live => "live",
            CodeState::Used => "used",
            CodeState::Exhausted => "exhausted",
            CodeState::Replaced => "replaced",
            CodeState::Expired => "expired",
            CodeState::Void => "void",
        }
    }

    /// Whether a right guess passes.
    #[must_use]
    pub const fn is_good(self) -> bool {
        matches!(self, CodeState::Pending | CodeState::Live)
    }
}

/// How old a code is: codes of one scope are ordered by it, oldest first.
pub type Age = (Timestamp, MessageId);

impl Code {
    /// The code `new` of `message`, decided on at `decided_at`; pending.
    #[must_use]
    pub fn pending(message: MessageId, decided_at: Timestamp, new: &NewCode) -> Self {
        let ends = decided_at.after(new.life);
        Self::recorded(message, decided_at, ends, new.mac)
            .with_tries(new.tries)
            .with_keeps(new.keeps)
    }

    /// A pending code that lives from `decided_at` to `expires_at`, survives no guess and keeps itself alone: for a
    /// ledger that reads the rest from its record.
    #[must_use]
    pub fn recorded(
        message: MessageId,
        decided_at: Timestamp,
        expires_at: Timestamp,
        mac: PasscodeMac,
    ) -> Self {
        let millis = |span: Duration| u32::try_from(span.as_millis()).unwrap_or(u32::MAX);
        Self {
            message,
            mac,
            decided_after: millis(message.made_at().until(decided_at)),
            life: millis(decided_at.until(expires_at)),
            tries_left: 0,
            keeps: 1,
            sent: false,
            used: false,
        }
    }

    /// The same code, surviving `tries` wrong guesses.
    #[must_use]
    pub const fn with_tries(self, tries: u8) -> Self {
        Self {
            tries_left: tries,
            ..self
        }
    }

    /// The same code, keeping the `keeps` newest sent codes of its scope, itself included.
    #[must_use]
    pub const fn with_keeps(self, keeps: u8) -> Self {
        Self { keeps, ..self }
    }

    /// When its message was decided on.
    #[must_use]
    pub fn decided_at(&self) -> Timestamp {
        let after = Duration::from_millis(self.decided_after.into());
        self.message.made_at().after(after)
    }

    /// When its life ends.
    #[must_use]
    pub fn expires_at(&self) -> Timestamp {
        let life = Duration::from_millis(self.life.into());
        self.decided_at().after(life)
    }

    /// Its place among the codes of its scope.
    #[must_use]
    pub fn age(&self) -> Age {
        (self.decided_at(), self.message)
    }

    /// Whether its message may have been sent, as far as anybody knows at `now`. Until then the code is pending. A
    /// message whose outcome [is overdue](settle::is_overdue) counts as sent.
    #[must_use]
    pub fn counts_as_sent(&self, now: Timestamp) -> bool {
        self.sent || settle::is_overdue(self.decided_at(), now)
    }

    /// What it is good for at `now`. Used comes before exhausted before expired before live or pending. Codes that
    /// were decided on before `dead_before` are expired: nobody knows how much time has passed since.
    #[must_use]
    pub fn state(&self, now: Timestamp, dead_before: Timestamp) -> CodeState {
        let decided_at = self.decided_at();
        let born = decided_at <= now && decided_at >= dead_before;
        if self.used {
            CodeState::Used
        } else if self.tries_left == 0 {
            CodeState::Exhausted
        } else if !born || self.expires_at() <= now {
            CodeState::Expired
        } else if self.counts_as_sent(now) {
            CodeState::Live
        } else {
            CodeState::Pending
        }
    }

    /// When a check stops saying that this code has expired: [`policy::REMEMBERED`] after its end.
    #[must_use]
    pub fn forgotten_at(&self) -> Timestamp {
        self.expires_at().after(policy::REMEMBERED)
    }

    /// Whether it is at `now` as if it had never been.
    #[must_use]
    pub fn is_forgotten(&self, now: Timestamp) -> bool {
        self.forgotten_at() <= now
    }
}

/// Whether a ledger may drop `codes`, which are all of one scope, at `now`: once every one is forgotten. A code that is
/// forgotten earlier stays with the others, since it counts among the newest sent ones.
#[must_use]
pub fn are_forgotten(codes: &[Code], now: Timestamp) -> bool {
    codes.iter().all(|code| code.is_forgotten(now))
}

/// What a record tells of a code that its ledger no longer holds, or never held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CodeOnRecord {
    /// The code as it was when its message was decided on.
    pub new: Code,
    /// Whether the message was certainly not sent.
    pub void: bool,
    /// Whether the message has an outcome on record.
    pub settled: bool,
    /// How many wrong guesses were compared with it.
    pub wrong: usize,
    /// Whether a right guess used it up.
    pub used: bool,
}

impl CodeOnRecord {
    /// What the code is good for at `now`. A code that would be live, were it not gone from its ledger, was replaced.
    #[must_use]
    pub fn state(&self, now: Timestamp, dead_before: Timestamp) -> CodeState {
        if self.void {
            return CodeState::Void;
        }
        let wrong = u8::try_from(self.wrong).unwrap_or(u8::MAX);
        let code = Code {
            tries_left: self.new.tries_left.saturating_sub(wrong),
            sent: self.settled,
            used: self.used,
            ..self.new
        };
        match code.state(now, dead_before) {
            CodeState::Live => CodeState::Replaced,
            state => state,
        }
    }
}

#[cfg(test)]
mod tests;
