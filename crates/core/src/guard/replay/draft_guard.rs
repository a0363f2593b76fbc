//! A guard that lives through the history.

use super::{PastSend, Refusals, RuleOutcome};
use crate::guard::verdict::{BLOCK, CONVERSION};
use crate::guard::{Exemption, Guard, GuardSettings, Verdict};
use crate::limit::{SendFacts, Standing};

/// A guard, and what it refuses.
pub(super) struct DraftGuard {
    guard: Guard,
    by_conversion: Refusals,
    by_block: Refusals,
}

impl DraftGuard {
    /// Makes a guard that callers meet who can solve challenges. It goes by no setup, so no application is young enough for
    /// it to watch first: it shows everything that it would do.
    pub(super) fn new(settings: GuardSettings) -> Self {
        Self {
            guard: Guard::of_one_process(settings),
            by_conversion: Refusals::default(),
            by_block: Refusals::default(),
        }
    }

    /// Judges a send, and counts it unless it is refused. Returns whether it is.
    pub(super) fn judge(&mut self, send: &PastSend, is_real: bool) -> bool {
        let facts = SendFacts {
            app: &send.app,
            channel: send.channel,
            phone: &send.phone,
            address: None,
            standing: Standing::Unsolved,
            price: send.price,
            exempt: Exemption::default(),
        };
        match self.guard.judge(&facts, send.at).verdict {
            Verdict::Refuses(refusal) if refusal.limit == BLOCK => {
                self.by_block.add(send, is_real);
                true
            }
            Verdict::Refuses(_) => {
                self.by_conversion.add(send, is_real);
                true
            }
            Verdict::Allows | Verdict::Notes(_) => {
                self.guard.sent(&send.app, &send.phone, send.at);
                false
            }
        }
    }

    /// Counts that the code of a send is used.
    pub(super) fn verified(&self, send: &PastSend) {
        self.guard.verified(&send.app, &send.phone, send.at);
    }

    /// Returns the outcomes of the guard's two rules.
    pub(super) fn outcomes(&self) -> [RuleOutcome; 2] {
        [
            self.by_conversion.outcome(CONVERSION, true),
            self.by_block.outcome(BLOCK, true),
        ]
    }
}
