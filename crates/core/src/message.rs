//! One SMS that was decided on, from intent to outcome.

use std::sync::Arc;
use std::time::Duration;

use crate::application::AppId;
use crate::channel::Channel;
use crate::code::CodeState;
use crate::code::check::CheckRecord;
use crate::code::passcode::{PasscodeMac, SealedPasscode};
use crate::id::{MessageId, RequestId};
use crate::limit::{Mode, RuleSet, Verdict};
use crate::phone::PhoneNumber;
use crate::policy;
use crate::receipt::ReceiptRecord;
use crate::send::attempt::Attempt;
use crate::send::settle;
use crate::time::Timestamp;

/// The wish to send one code to one number: what a ledger decides on, before any provider hears of
/// it.
#[derive(Debug, Clone)]
pub struct Intent {
    /// The id of the message to be.
    pub id: MessageId,
    /// The request that asked for it.
    pub request_id: RequestId,
    /// For whom.
    pub app: AppId,
    /// What the code is for.
    pub channel: Channel,
    /// To whom.
    pub phone: PhoneNumber,
    /// The code that it would bring.
    pub code: NewCode,
}

/// What is kept of a new code, and the rules of its life.
#[derive(Debug, Clone)]
pub struct NewCode {
    /// What a guess is compared with.
    pub mac: PasscodeMac,
    /// How long it lives from the decision on.
    pub life: Duration,
    /// How many wrong guesses kill it.
    pub tries: u8,
    /// How many of the newest codes of its application, channel and number are good, itself included.
    pub keeps: u8,
    /// The code, sealed, where it is to be sent again for as long as it lives. Then, if such a code is live,
    /// the message brings that one and not this.
    pub sealed: Option<SealedPasscode>,
}

/// A live code that a message brings once more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LiveCode {
    /// The message that brought it first: what it is bound to.
    pub message: MessageId,
    /// The code.
    pub sealed: SealedPasscode,
    /// When it ends.
    pub expires_at: Timestamp,
}

/// What a ledger decided about an [`Intent`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// The moment of the decision, on the ledger's clock.
    pub at: Timestamp,
    /// What was judged by.
    pub limits: Arc<RuleSet>,
    /// The limits that said "no", by their place in `limits`, and until when they would.
    pub refusals: Vec<(usize, Timestamp)>,
    /// The code that the message brings instead of its own.
    pub again: Option<LiveCode>,
}

impl Intent {
    /// Whether it reached the ledger so late that nothing may be decided any more: a message must be handed over
    /// within [`policy::HAND_OVER`] of the making of its id.
    #[must_use]
    pub fn is_too_late(&self, now: Timestamp) -> bool {
        now > self.id.made_at().after(policy::HAND_OVER)
    }
}

impl Decision {
    /// Whether no rule refused. Then, and only then, the message exists.
    #[must_use]
    pub fn admitted(&self) -> bool {
        self.wait().is_none()
    }

    /// What each limit said, in their order.
    pub fn verdicts(&self) -> impl Iterator<Item = Verdict> {
        verdicts(&self.limits, &self.refusals)
    }

    /// How long until no rule that refused would refuse any more; `None` if none refused.
    #[must_use]
    pub fn wait(&self) -> Option<Duration> {
        let enforced = |limit: usize| {
            let found = self.limits.limits().get(limit);
            found.is_some_and(|(limit, _)| limit.mode == Mode::Enforce)
        };
        let refusals = self.refusals.iter().filter(|(limit, _)| enforced(*limit));
        let until = refusals.map(|(_, until)| *until).max()?;
        Some(self.at.until(until))
    }
}

/// What each of `limits` said, where these refused.
pub fn verdicts(
    limits: &RuleSet,
    refusals: &[(usize, Timestamp)],
) -> impl Iterator<Item = Verdict> {
    limits.limits().iter().zip(0..).map(|((limit, _), number)| {
        let refusal = refusals.iter().find(|(refused, _)| *refused == number);
        Verdict {
            rule: limit.name.clone(),
            mode: limit.mode,
            refused_until: refusal.map(|(_, until)| *until),
        }
    })
}

/// All that is known of one message, in order of time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Timeline {
    /// The message.
    pub id: MessageId,
    /// The request that asked for it.
    pub request_id: RequestId,
    /// For whom.
    pub app: AppId,
    /// What its code is for.
    pub channel: Channel,
    /// To whom.
    pub phone: PhoneNumber,
    /// When it was decided on.
    pub decided_at: Timestamp,
    /// What each rule said.
    pub verdicts: Vec<Verdict>,
    /// The provider calls made for it.
    pub attempts: Vec<Attempt>,
    /// What the provider reported of it afterwards.
    pub receipts: Vec<ReceiptRecord>,
    /// Whether a failure gave its minute back.
    pub gave_back: bool,
    /// The checks of its code that counted.
    pub checks: Vec<CheckRecord>,
    /// What its code is good for now.
    pub code: CodeState,
}

impl Timeline {
    /// The same timeline as it looks at `now`: a message without an outcome on record that
    /// [is overdue](settle::is_overdue) is unknown, whether or not anybody has recorded that.
    #[must_use]
    pub fn with_overdue_attempt(mut self, now: Timestamp) -> Self {
        if self.attempts.is_empty() && settle::is_overdue(self.decided_at, now) {
            self.attempts.push(Attempt::overdue(self.decided_at));
        }
        self
    }
}
