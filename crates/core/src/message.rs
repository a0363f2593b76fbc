//! One SMS that was decided on, from intent to outcome.

use std::cmp::Reverse;
use std::sync::Arc;
use std::time::Duration;

use crate::application::AppId;
use crate::channel::Channel;
use crate::code::CodeState;
use crate::code::check::CheckRecord;
use crate::code::passcode::{PasscodeMac, SealedPasscode};
use crate::id::{MessageId, RequestId};
use crate::idempotency::Claim;
use crate::limit::{Limit, LimitState, Mode, RuleSet, Verdict};
use crate::phone::PhoneNumber;
use crate::policy;
use crate::receipt::ReceiptRecord;
use crate::send::attempt::Attempt;
use crate::send::settle;
use crate::time::Timestamp;

/// The wish to send one code to one number. A ledger decides on it before any provider is called.
#[derive(Debug, Clone)]
pub struct Intent {
    /// The id of the message, once the ledger admits it.
    pub id: MessageId,
    /// The request that asked for the code.
    pub request_id: RequestId,
    /// The application that sends the code.
    pub app: AppId,
    /// The purpose of the code.
    pub channel: Channel,
    /// The number that the code goes to.
    pub phone: PhoneNumber,
    /// The code that the message would bring.
    pub code: NewCode,
    /// The claim of the idempotency key that the request came with.
    pub claim: Option<Claim>,
}

/// The kept form of a new code, and the rules of its life.
#[derive(Debug, Clone)]
pub struct NewCode {
    /// The MAC that guesses are compared with.
    pub mac: PasscodeMac,
    /// The life of the code, counted from the decision.
    pub life: Duration,
    /// The number of wrong guesses that kills the code.
    pub tries: u8,
    /// The number of newest codes of the scope (application, channel and number) that are good, this one
    /// included.
    pub keeps: u8,
    /// The sealed code, where the application sends the same code again for as long as it lives. If the scope
    /// has a live code then, the message brings that one instead of this.
    pub sealed: Option<SealedPasscode>,
}

/// A live code that a message brings once more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LiveCode {
    /// The message that brought the code first, which the code is bound to.
    pub message: MessageId,
    /// The sealed code.
    pub sealed: SealedPasscode,
    /// The end of the code's life.
    pub expires_at: Timestamp,
}

/// A ledger's answer to an [`Intent`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// The moment of the decision, on the ledger's clock.
    pub at: Timestamp,
    /// The limits that judged the intent.
    pub limits: Arc<RuleSet>,
    /// The limits that refused, by their place in `limits`, and the time until which each refuses.
    pub refusals: Vec<(usize, Timestamp)>,
    /// The weight that the limit which [refused](Decision::refused_by) had counted in its window; 0 where none
    /// refused.
    pub counted: u64,
    /// The code that the message brings instead of its own.
    pub again: Option<LiveCode>,
}

impl Intent {
    /// Returns whether the message brings the live code of its scope once more, where there is one that is kept
    /// sealed for that ([`Resend::Reuse`](policy::Resend::Reuse)).
    #[must_use]
    pub const fn sends_again(&self) -> bool {
        self.code.sealed.is_some()
    }

    /// Returns whether the intent reached the ledger so late that it must be refused: a message must be handed
    /// over within [`policy::HAND_OVER`] of the making of its id.
    #[must_use]
    pub fn is_too_late(&self, now: Timestamp) -> bool {
        now > self.id.made_at().after(policy::HAND_OVER)
    }
}

impl Decision {
    /// Makes the decision of `at`, by `limits` of which `refusals` refused; the message brings its own code.
    #[must_use]
    pub const fn new(
        at: Timestamp,
        limits: Arc<RuleSet>,
        refusals: Vec<(usize, Timestamp)>,
    ) -> Self {
        Self {
            at,
            limits,
            refusals,
            counted: 0,
            again: None,
        }
    }

    /// Returns the decision that a ledger would make at `at` by `limits`, which are in these states.
    #[must_use]
    pub fn foreseen(at: Timestamp, limits: Arc<RuleSet>, states: &[LimitState]) -> Self {
        let refusals = states.iter().enumerate();
        let refusals = refusals.filter_map(|(place, state)| Some((place, state.refused_until?)));
        let mut decision = Self::new(at, limits, refusals.collect());
        let refused_by = decision.refused_by().map(|(place, ..)| place);
        let counted = refused_by.and_then(|place| states.get(place));
        decision.counted = counted.map_or(0, |state| state.count);
        decision
    }

    /// Returns whether no limit refused. The message exists if and only if this is true.
    #[must_use]
    pub fn admitted(&self) -> bool {
        self.refused_by().is_none()
    }

    /// Returns the verdict of each limit, in the order of the limits.
    pub fn verdicts(&self) -> impl Iterator<Item = Verdict> {
        verdicts(&self.limits, &self.refusals)
    }

    /// Returns the time until no limit refuses any more; `None` if no limit refused.
    #[must_use]
    pub fn wait(&self) -> Option<Duration> {
        let refusing = self
            .refusing(Mode::Enforce)
            .chain(self.refusing(Mode::Challenge));
        let until = refusing.map(|(_, _, until)| until).max()?;
        Some(self.at.until(until))
    }

    /// Returns the limit that refuses the longest, with its place in `limits` and the end of its refusal. A limit that a
    /// challenge can lift comes after all others, one that never admits before all others, and the first limit before
    /// others of the same end.
    #[must_use]
    pub fn refused_by(&self) -> Option<(usize, &Limit, Timestamp)> {
        let longest = |mode| {
            self.refusing(mode)
                .max_by_key(|(place, limit, until)| (limit.never_admits(), *until, Reverse(*place)))
        };
        longest(Mode::Enforce).or_else(|| longest(Mode::Challenge))
    }

    /// Iterates over the limits in this mode that refused, each with its place and the end of its refusal.
    fn refusing(&self, mode: Mode) -> impl Iterator<Item = (usize, &Limit, Timestamp)> {
        let refusals = self.refusals.iter().filter_map(|(place, until)| {
            let placed = self.limits.limits().get(*place)?;
            Some((*place, &placed.limit, *until))
        });
        refusals.filter(move |(_, limit, _)| limit.mode == mode)
    }
}

/// Returns the verdict of each of `limits`, given their refusals.
pub fn verdicts(
    limits: &RuleSet,
    refusals: &[(usize, Timestamp)],
) -> impl Iterator<Item = Verdict> {
    limits.limits().iter().zip(0..).map(|(placed, number)| {
        let refusal = refusals.iter().find(|(refused, _)| *refused == number);
        Verdict {
            rule: placed.limit.name.clone(),
            mode: placed.limit.mode,
            refused_until: refusal.map(|(_, until)| *until),
        }
    })
}

/// Everything on record about one message, in order of time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Timeline {
    /// The message.
    pub id: MessageId,
    /// The request that asked for the code.
    pub request_id: RequestId,
    /// The application that sent the code.
    pub app: AppId,
    /// The purpose of the code.
    pub channel: Channel,
    /// The number that the message went to.
    pub phone: PhoneNumber,
    /// The time of the decision.
    pub decided_at: Timestamp,
    /// The verdict of each rule.
    pub verdicts: Vec<Verdict>,
    /// The provider calls made for the message.
    pub attempts: Vec<Attempt>,
    /// The vendor's later reports about the message.
    pub receipts: Vec<ReceiptRecord>,
    /// Whether a failure gave the message's minute back.
    pub gave_back: bool,
    /// The checks of the message's code that counted.
    pub checks: Vec<CheckRecord>,
    /// The state of the message's code now.
    pub code: CodeState,
}

impl Timeline {
    /// Returns this timeline as it looks at `now`: a message whose outcome [is overdue](settle::is_overdue) is
    /// unknown, whether or not a ledger has recorded that.
    #[must_use]
    pub fn with_overdue_attempt(mut self, now: Timestamp) -> Self {
        self.attempts = settle::known_attempts(self.attempts, self.decided_at, now);
        self
    }

    /// Returns whether the message's code was used up by the right guess.
    #[must_use]
    pub fn is_verified(&self) -> bool {
        self.checks.iter().any(|check| check.right)
    }
}
