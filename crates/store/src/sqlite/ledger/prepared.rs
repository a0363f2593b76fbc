//! The part of a decision that needs no lock: sealing and digesting.

use std::sync::Arc;

use countersign_core::code::Code;
use countersign_core::limit::{RuleSet, Rules};
use countersign_core::message::{Decision, Intent};
use countersign_core::ports::StoreError;
use countersign_core::time::Timestamp;

use crate::call_at_rest::DecidedCall;
use crate::hit::Touched;
use crate::seal::{Key, Keys, Sealer};
use crate::sqlite::log::message::{Admission, MessageRow};
use crate::sqlite::memory::Live;
use crate::sqlite::unsealed;

/// Everything about an intent that can be computed before the lock is taken.
pub(super) struct PreparedMessage {
    scope: Keys,
    sealed_phone: Vec<u8>,
    phone: Key,
    pub(super) touched: Touched,
    price: u64,
}

impl PreparedMessage {
    /// Seals and digests everything that the row of an admitted message needs.
    pub(super) fn of(
        intent: &Intent,
        rules: &Rules,
        touched: Touched,
        sealer: &Sealer,
    ) -> Result<Self, StoreError> {
        let (app, channel) = (intent.app.as_str(), intent.channel.as_str());
        let sealed_phone = sealer.seal(&intent.phone, intent.id);
        Ok(Self {
            scope: sealer.keys(|each| each.code_scope(app, channel, &intent.phone)),
            sealed_phone: sealed_phone.ok_or_else(unsealed)?,
            phone: sealer.phone(&intent.phone),
            touched,
            price: rules.price(),
        })
    }

    /// Judges the intent at `now`, and finds the code that it brings once more.
    pub(super) fn decide(
        &self,
        intent: &Intent,
        live: &Live,
        limits: &Arc<RuleSet>,
        now: Timestamp,
    ) -> Decision {
        let refusals = live.judge_send(limits, &self.touched, now);
        let mut decision = Decision::new(now, Arc::clone(limits), refusals);
        if decision.admitted() && intent.sends_again() {
            decision.again = live.code_to_send_again(&self.scope, now);
        }
        decision
    }

    /// Makes the row of the message, once it is admitted.
    pub(super) fn into_row(
        self,
        intent: Intent,
        decision: &Decision,
        seq: i64,
        sealer: &Sealer,
    ) -> MessageRow {
        let is_new = decision.again.is_none();
        let keyed = intent.claim.map(|claim| {
            DecidedCall::on_message(claim, &intent.phone, intent.id, decision.at, sealer)
        });
        let code = Code::pending(intent.id, decision.at, &intent.code);
        MessageRow {
            request_id: intent.request_id,
            app: intent.app,
            channel: intent.channel.as_str(),
            sealed_phone: self.sealed_phone,
            phone: self.phone,
            limits: Arc::clone(&decision.limits),
            refusals: decision.refusals.clone(),
            price: self.price,
            again: decision.again.clone(),
            keyed: keyed.map(Box::new),
            admission: Admission {
                seq,
                message: intent.id,
                decided_at: decision.at,
                scope: self.scope.newest,
                code: is_new.then_some(code),
                sealed: intent.code.sealed.filter(|_| is_new),
                hits: self.touched.hits,
            },
        }
    }
}
