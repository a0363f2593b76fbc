//! The length that codes of an application and channel can have.

use super::check::CheckView;
use super::{CodeState, resend};
use crate::policy::{LEAST_DIGITS, MOST_DIGITS};
use crate::time::Timestamp;

/// The length of the codes of an application and channel, and the time since which it holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CodeLength {
    /// The number of digits of every code that was decided on at `since` or later.
    pub digits: u8,
    /// The time since which the settings hold, on the ledger's clock. A code that was decided on before may have
    /// another length.
    pub since: Timestamp,
}

impl CodeLength {
    /// Returns the length of codes that always had `digits` digits.
    #[must_use]
    pub fn always(digits: u8) -> Self {
        Self {
            digits,
            since: Timestamp::default(),
        }
    }

    /// Returns whether a good or used code in `view` can have `digits` digits. A guess of any other length is no
    /// guess at a code: a digit was lost or doubled in typing, and it costs no try.
    #[must_use]
    pub fn allows(&self, digits: usize, view: &CheckView<'_>) -> bool {
        digits == usize::from(self.digits)
            || (usize::from(LEAST_DIGITS)..=usize::from(MOST_DIGITS)).contains(&digits)
                && resend::kept(view.codes, view.now).iter().any(|code| {
                    let state = code.state(view.now, view.dead_before);
                    code.decided_at() < self.since && (state.is_good() || state == CodeState::Used)
                })
    }
}
