//! The life of a code: how it is made, when it is good, how a guess is checked, and the cost of a wrong guess.
//!
//! Everything here is pure: it has no lock, no row and no clock. A [ledger](crate::ports::ledger) keeps the
//! [`Code`]s of a *scope* (one application, channel and phone number) and the [`failures`] of a number;
//! it asks this module for the finding of a guess and applies the [`Effect`](check::Effect) that comes back.
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
pub mod keyring;
pub mod length;
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
    /// The message that brought the code first.
    pub message: MessageId,
    /// The MAC that guesses are compared with.
    pub mac: PasscodeMac,
    /// Milliseconds from the making of the message id to the decision; negative where the clock of the node that made
    /// the id was ahead of the ledger's.
    decided_after: i32,
    /// Milliseconds from the decision to the end of the code's life.
    life: u32,
    /// The number of further wrong guesses that the code survives.
    pub tries_left: u8,
    /// The number of newest sent codes that stay good once this code is sent. It ends every older code of its
    /// scope.
    pub keeps: u8,
    /// Whether the code's message has an outcome by which it may have been sent; see [`Code::counts_as_sent`].
    pub sent: bool,
    /// Whether a right guess has used it up.
    pub used: bool,
}

/// The state of the code of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CodeState {
    /// The message has no outcome yet.
    Pending,
    /// A right guess passes.
    Live,
    /// A right guess of the application used the code up.
    Used,
    /// Wrong guesses used up all tries.
    Exhausted,
    /// A newer code took its place.
    Replaced,
    /// The code's life is over.
    Expired,
    /// The code was never sent.
    Void,
}

impl CodeState {
    /// The name of the state in timelines, in snake case.
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

    /// Returns whether a right guess passes.
    #[must_use]
    pub const fn is_good(self) -> bool {
        matches!(self, CodeState::Pending | CodeState::Live)
    }
}

/// The age of a code. Codes of one scope are ordered by it, oldest first.
pub type Age = (Timestamp, MessageId);

impl Code {
    /// Makes the pending code `new` of `message`, decided on at `decided_at`.
    #[must_use]
    pub fn pending(message: MessageId, decided_at: Timestamp, new: &NewCode) -> Self {
        let ends = decided_at.after(new.life);
        Self::recorded(message, decided_at, ends, new.mac)
            .with_tries(new.tries)
            .with_keeps(new.keeps)
    }

    /// Makes a pending code that lives from `decided_at` to `expires_at`, survives no wrong guess and has
    /// `keeps = 1`, for a ledger that reads the other fields from its record.
    #[must_use]
    pub fn recorded(
        message: MessageId,
        decided_at: Timestamp,
        expires_at: Timestamp,
        mac: PasscodeMac,
    ) -> Self {
        let after = decided_at.as_millis() - message.made_at().as_millis();
        let life = decided_at.until(expires_at).as_millis();
        Self {
            message,
            mac,
            decided_after: i32::try_from(after).unwrap_or(if after < 0 {
                i32::MIN
            } else {
                i32::MAX
            }),
            life: u32::try_from(life).unwrap_or(u32::MAX),
            tries_left: 0,
            keeps: 1,
            sent: false,
            used: false,
        }
    }

    /// Returns this code with `tries` tries left.
    #[must_use]
    pub const fn with_tries(self, tries: u8) -> Self {
        Self {
            tries_left: tries,
            ..self
        }
    }

    /// Returns this code, keeping the `keeps` newest sent codes of its scope, itself included.
    #[must_use]
    pub const fn with_keeps(self, keeps: u8) -> Self {
        Self { keeps, ..self }
    }

    /// Returns this code with an outcome by which its message may have been sent, or without one.
    #[must_use]
    pub const fn with_sent(self, sent: bool) -> Self {
        Self { sent, ..self }
    }

    /// Returns this code used up, or not.
    #[must_use]
    pub const fn with_used(self, used: bool) -> Self {
        Self { used, ..self }
    }

    /// Returns the time at which the code's message was decided on.
    #[must_use]
    pub fn decided_at(&self) -> Timestamp {
        let made_at = self.message.made_at().as_millis();
        Timestamp::from_millis(made_at + i64::from(self.decided_after))
    }

    /// Returns the end of the code's life.
    #[must_use]
    pub fn expires_at(&self) -> Timestamp {
        let life = Duration::from_millis(self.life.into());
        self.decided_at().after(life)
    }

    /// Returns the place of the code among the codes of its scope.
    #[must_use]
    pub fn age(&self) -> Age {
        (self.decided_at(), self.message)
    }

    /// Returns whether the code's message may have been sent, as known at `now`. Before that the code is
    /// pending. A message whose outcome [is overdue](settle::is_overdue) counts as sent.
    #[must_use]
    pub fn counts_as_sent(&self, now: Timestamp) -> bool {
        self.sent || settle::is_overdue(self.decided_at(), now)
    }

    /// Returns the state of the code at `now`. Precedence: used, exhausted, expired, then live or pending. A
    /// code decided on before `dead_before` is expired, since the time that passed since then is unknown.
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

    /// Returns the time from which checks stop reporting this code as expired: [`policy::REMEMBERED`] after its
    /// end.
    #[must_use]
    pub fn forgotten_at(&self) -> Timestamp {
        self.expires_at().after(policy::REMEMBERED)
    }

    /// Returns whether a check at `now` treats the code as if it never existed.
    #[must_use]
    pub fn is_forgotten(&self, now: Timestamp) -> bool {
        self.forgotten_at() <= now
    }
}

/// Returns whether a ledger may drop `codes`, all the codes of one scope, at `now`: once every one is
/// forgotten. A code that is forgotten earlier stays, since it counts among the newest sent ones.
#[must_use]
pub fn are_forgotten(codes: &[Code], now: Timestamp) -> bool {
    codes.iter().all(|code| code.is_forgotten(now))
}

/// The data on record about a code that its ledger no longer holds in memory, or never held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CodeOnRecord {
    /// The code as it was when its message was decided on.
    pub new: Code,
    /// Whether the message was certainly not sent.
    pub void: bool,
    /// Whether the message has an outcome on record.
    pub settled: bool,
    /// The number of wrong guesses that were compared with the code.
    pub wrong: usize,
    /// Whether a right guess used it up.
    pub used: bool,
}

impl CodeOnRecord {
    /// Returns the state of the code at `now`. A code that would be live but is gone from its ledger was
    /// replaced.
    #[must_use]
    pub fn state(&self, now: Timestamp, dead_before: Timestamp) -> CodeState {
        if self.void {
            return CodeState::Void;
        }
        let wrong = u8::try_from(self.wrong).unwrap_or(u8::MAX);
        let code = self
            .new
            .with_tries(self.new.tries_left.saturating_sub(wrong))
            .with_sent(self.settled)
            .with_used(self.used);
        match code.state(now, dead_before) {
            CodeState::Live => CodeState::Replaced,
            state => state,
        }
    }
}

#[cfg(test)]
mod tests;
