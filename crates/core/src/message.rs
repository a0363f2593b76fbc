//! One SMS that was decided on, from intent to outcome.

use std::sync::Arc;
use std::time::Duration;

use crate::application::AppId;
use crate::channel::Channel;
use crate::code::check::CheckRecord;
use crate::code::passcode::{PasscodeMac, SealedPasscode};
use crate::id::{MessageId, RequestId};
use crate::limit::{Mode, RuleSet, Rules, Verdict};
use crate::phone::PhoneNumber;
use crate::receipt::ReceiptRecord;
use crate::send::dispatch;
use crate::send::outcome::Outcome;
use crate::time::Timestamp;

/// The wish to send one code to one number: what a store decides on, before any provider hears of
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

/// What a store decided about an [`Intent`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// The moment of the decision, on the store's clock.
    pub at: Timestamp,
    /// What was judged by.
    pub limits: Arc<RuleSet>,
    /// The limits that said "no", by their place in `limits`, and until when they would.
    pub refusals: Vec<(usize, Timestamp)>,
    /// The code that the message brings instead of its own.
    pub again: Option<LiveCode>,
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

/// One call to one provider, or the reason why it was not called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    /// The provider; `None` where the process died before that was recorded.
    pub provider: Option<String>,
    /// When the call began.
    pub started_at: Timestamp,
    /// When its outcome was known.
    pub ended_at: Timestamp,
    /// What became of it.
    pub outcome: Outcome,
}

/// What became of an admitted message, to be recorded.
#[derive(Debug, Clone)]
pub struct Settlement {
    /// The message.
    pub message: MessageId,
    /// The attempts at providers, in order, at least one. What they say together is the message's
    /// outcome ([`dispatch::outcome`]).
    pub attempts: Vec<Attempt>,
    /// If nothing was sent and these allow one more, the message's refundable hits are taken back, and
    /// these buckets get a hit instead.
    pub give_back: Rules,
}

impl Settlement {
    /// Whether the message may have been sent: one sure attempt is enough, and one unsure.
    #[must_use]
    pub fn may_have_been_sent(&self) -> bool {
        dispatch::outcome(&self.attempts).is_none_or(Outcome::may_have_been_sent)
    }
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
}
