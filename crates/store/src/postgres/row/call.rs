//! Calls with an idempotency key: a row says whether the key is free, and what was decided under it.

use std::collections::HashMap;

use countersign_core::code::check::Checked;
use countersign_core::id::MessageId;
use countersign_core::idempotency::Claim;
use countersign_core::phone::PhoneNumber;
use countersign_core::ports::StoreError;
use countersign_core::time::Timestamp;

use crate::finding;
use crate::seal::{CallId, CallPart, Key, Sealer};

/// A call that was decided on, to be written in the commit of what was decided.
#[derive(Debug)]
pub(crate) struct DecidedCall {
    pub(crate) id: CallId,
    pub(crate) body: CallId,
    pub(crate) number: Key,
    pub(crate) ends: Timestamp,
    pub(crate) message: Option<MessageId>,
    pub(crate) finding: Option<Vec<u8>>,
    /// Keeps the key held on this node until the row is on record.
    _claim: Claim,
}

/// The calls of a batch.
#[derive(Debug, Default)]
pub(crate) struct CallRows {
    /// When the life of each key ends that was decided under.
    ends: HashMap<CallId, Timestamp>,
    pub(crate) decided: Vec<DecidedCall>,
}

impl CallRows {
    /// Takes a row that was read.
    pub(crate) fn read(&mut self, id: CallId, ends: Timestamp) {
        self.ends.insert(id, ends);
    }

    /// Checks that the key of a claim is free at `now`, under every generation of keys.
    ///
    /// # Errors
    /// [`StoreError`] when another node has decided under it: the next repeat gets its answer.
    pub(crate) fn is_free(
        &self,
        claim: &Claim,
        sealer: &Sealer,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let ids = sealer.all().map(|each| each.call_id(&claim.call().name));
        let is_taken = ids
            .into_iter()
            .any(|id| self.ends.get(&id).is_some_and(|ends| *ends > now));
        match is_taken {
            true => Err(StoreError::Unavailable(
                "another node has decided on this call".to_owned(),
            )),
            false => Ok(()),
        }
    }

    /// Notes that a call was decided on.
    pub(crate) fn decide(&mut self, call: DecidedCall) {
        self.ends.insert(call.id, call.ends);
        self.decided.push(call);
    }
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
            ends: now.after(call.name.endpoint.life()),
            message: None,
            finding: None,
            _claim: claim,
        }
    }
}
