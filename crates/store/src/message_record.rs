//! A message as a store reads it back: its timeline, and the code that it brought.

use countersign_core::application::AppId;
use countersign_core::channel::Channel;
use countersign_core::code::{Code, CodeOnRecord, CodeState};
use countersign_core::id::{MessageId, RequestId};
use countersign_core::limit::RuleSet;
use countersign_core::message::{self, Timeline};
use countersign_core::send::attempt;
use countersign_core::time::Timestamp;

use crate::limits_at_rest;
use crate::seal::{Keys, Sealer};

/// A timeline and the code that its message brought.
pub(crate) struct MessageRecord {
    pub(crate) timeline: Timeline,
    /// The message that brought the code first: mostly this message itself.
    pub(crate) code_of: MessageId,
    code_expires_at: Timestamp,
    /// The number of wrong guesses that the code survived when it was new.
    pub(crate) code_tries: u8,
}

/// The columns of a message.
pub(crate) struct MessageColumns<'a> {
    pub(crate) id: MessageId,
    pub(crate) request_id: RequestId,
    pub(crate) app: &'a str,
    pub(crate) channel: &'a str,
    /// The sealed number.
    pub(crate) phone: &'a [u8],
    pub(crate) decided_at: Timestamp,
    pub(crate) limits: &'a RuleSet,
    pub(crate) refusals: Option<&'a [u8]>,
    pub(crate) code_of: Option<MessageId>,
    pub(crate) code_ends: Timestamp,
    pub(crate) code_tries: u8,
}

impl MessageRecord {
    /// Reads a message, as yet without attempts, reports and checks; `None` if it cannot be read with these keys.
    pub(crate) fn of(columns: &MessageColumns<'_>, sealer: &Sealer) -> Option<Self> {
        let id = columns.id;
        let refusals = limits_at_rest::refusals_of_column(columns.refusals);
        Some(Self {
            timeline: Timeline {
                id,
                request_id: columns.request_id,
                app: AppId::parse(columns.app).ok()?,
                channel: Channel::parse(columns.channel)?,
                phone: sealer.open(columns.phone, id)?,
                decided_at: columns.decided_at,
                verdicts: message::verdicts(columns.limits, &refusals).collect(),
                attempts: Vec::new(),
                receipts: Vec::new(),
                gave_back: false,
                checks: Vec::new(),
                code: CodeState::Pending,
            },
            code_of: columns.code_of.unwrap_or(id),
            code_expires_at: columns.code_ends,
            code_tries: columns.code_tries,
        })
    }

    /// Returns the keys of the application, channel and number that the code is for.
    pub(crate) fn scope(&self, sealer: &Sealer) -> Keys {
        let Timeline {
            app,
            channel,
            phone,
            ..
        } = &self.timeline;
        sealer.keys(|each| each.code_scope(app.as_str(), channel.as_str(), phone))
    }

    /// Returns the timeline as it looks at `now`. `remembered` is the state of the code where the store still knows the code.
    pub(crate) fn shown(
        self,
        remembered: Option<CodeState>,
        now: Timestamp,
        dead_before: Timestamp,
    ) -> Timeline {
        let on_record = self.code();
        let remembered = remembered.filter(|_| !on_record.void);
        let code = remembered.unwrap_or_else(|| on_record.state(now, dead_before));
        Timeline {
            code,
            ..self.timeline.with_overdue_attempt(now)
        }
    }

    /// Returns the record of the message's code. A message that was certainly not sent brought no code, even if
    /// it was meant to bring a live one again.
    fn code(&self) -> CodeOnRecord {
        let timeline = &self.timeline;
        let outcome = attempt::outcome(&timeline.attempts);
        let new = Code::recorded(
            timeline.id,
            timeline.decided_at,
            self.code_expires_at,
            [0; 16],
        );
        CodeOnRecord {
            new: new.with_tries(self.code_tries),
            void: outcome.is_some_and(|outcome| !outcome.may_have_been_sent()),
            settled: outcome.is_some(),
            wrong: timeline.checks.iter().filter(|check| !check.right).count(),
            used: timeline.checks.iter().any(|check| check.right),
        }
    }
}
