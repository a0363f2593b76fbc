//! A call with an idempotency key as a store keeps it: its key and body as keyed MACs, what came of it sealed.

use countersign_core::code::check::Checked;
use countersign_core::id::MessageId;
use countersign_core::idempotency::{Claim, KeptAnswer, KeyedCall};
use countersign_core::phone::PhoneNumber;
use countersign_core::ports::answers::{Claimed, Decided};
use countersign_core::time::Timestamp;

use crate::finding;
use crate::seal::{CallId, CallPart, Key, Sealer};

/// A call that was decided on, to be recorded in the commit of what was decided.
#[derive(Debug)]
pub(crate) struct DecidedCall {
    pub(crate) id: CallId,
    pub(crate) body: CallId,
    pub(crate) number: Key,
    /// The time of the decision.
    pub(crate) at: Timestamp,
    pub(crate) ends: Timestamp,
    pub(crate) message: Option<MessageId>,
    pub(crate) finding: Option<Vec<u8>>,
    /// Keeps the key held on this node until the call is on record.
    _claim: Claim,
}

impl DecidedCall {
    /// The call of a send that led to `message` at `now`.
    pub(crate) fn on_message(
        claim: Claim,
        phone: &PhoneNumber,
        message: MessageId,
        now: Timestamp,
        sealer: &Sealer,
    ) -> Self {
        Self {
            message: Some(message),
            ..Self::of(claim, phone, now, sealer)
        }
    }

    /// The call of a check with this finding at `now`; `None` for a finding that is kept under no key.
    pub(crate) fn on_check(
        claim: Claim,
        phone: &PhoneNumber,
        found: &Checked,
        now: Timestamp,
        sealer: &Sealer,
    ) -> Option<Self> {
        let text = finding::to_text(found)?;
        let call = Self::of(claim, phone, now, sealer);
        let finding = sealer.seal_call(CallPart::Finding, text.as_bytes(), call.id);
        Some(Self { finding, ..call })
    }

    fn of(claim: Claim, phone: &PhoneNumber, now: Timestamp, sealer: &Sealer) -> Self {
        let call = claim.call();
        let id = sealer.call_id(&call.name);
        Self {
            id,
            body: sealer.call_body(id, &call.body),
            number: sealer.phone(phone),
            at: now,
            ends: now.after(call.name.endpoint.life()),
            message: None,
            finding: None,
            _claim: claim,
        }
    }
}

/// The answer of a call that was decided on, to be recorded.
#[derive(Debug)]
pub(crate) struct SealedAnswer {
    /// The id of the call under each generation of keys, with the answer sealed for it. One of them is on record.
    pub(crate) sealed: Vec<(CallId, Vec<u8>)>,
    /// Keeps the key held on this node until the answer is on record.
    _claim: Claim,
}

impl SealedAnswer {
    /// Seals the answer of a call; `None` if it cannot be sealed.
    pub(crate) fn of(claim: Claim, answer: &KeptAnswer, sealer: &Sealer) -> Option<Self> {
        let ids = sealer.all().map(|each| each.call_id(&claim.call().name));
        let sealed = |id| Some((id, sealer.seal_call(CallPart::Answer, &answer.0, id)?));
        Some(Self {
            sealed: ids.map(sealed).collect::<Option<_>>()?,
            _claim: claim,
        })
    }
}

/// The columns of a call on record.
pub(crate) struct CallColumns<'a> {
    pub(crate) id: CallId,
    pub(crate) body: &'a [u8],
    pub(crate) message: Option<MessageId>,
    pub(crate) finding: Option<&'a [u8]>,
    pub(crate) answer: Option<&'a [u8]>,
}

/// A call on record whose key is not over.
#[derive(Debug)]
pub(crate) struct FoundCall {
    has_same_body: bool,
    message: Option<MessageId>,
    finding: Option<Checked>,
    answer: Option<KeptAnswer>,
}

impl FoundCall {
    /// Reads the call that was found under the key of `call`.
    pub(crate) fn of(columns: &CallColumns<'_>, call: &KeyedCall, sealer: &Sealer) -> Self {
        let id = columns.id;
        let opened = |part, sealed: Option<&[u8]>| sealer.open_call(part, sealed?, id);
        let finding = opened(CallPart::Finding, columns.finding);
        let finding = finding.and_then(|text| String::from_utf8(text).ok());
        let mut bodies = sealer.all().map(|each| each.call_body(id, &call.body));
        Self {
            has_same_body: bodies.any(|body| body.as_slice() == columns.body),
            message: columns.message,
            finding: finding.and_then(|text| finding::of_text(&text)),
            answer: opened(CallPart::Answer, columns.answer).map(KeptAnswer),
        }
    }
}

/// Returns the state of the key of `claim`, with what is on record of it.
pub(crate) fn claimed(claim: Claim, found: Option<FoundCall>) -> Claimed {
    let Some(found) = found else {
        return Claimed::First(claim);
    };
    if !found.has_same_body {
        return Claimed::OtherBody;
    }
    match (found.answer, found.finding, found.message) {
        (Some(answer), ..) => Claimed::Kept(answer),
        (None, Some(finding), _) => Claimed::Unanswered(claim, Decided::Guess(finding)),
        (None, None, Some(message)) => Claimed::Unanswered(claim, Decided::Message(message)),
        // Nothing that can be opened is left of it.
        (None, None, None) => Claimed::UnderWay,
    }
}
