//! The row of a message: one SMS that was decided on.

use std::sync::Arc;

use countersign_core::application::AppId;
use countersign_core::code::Code;
use countersign_core::code::passcode::SealedPasscode;
use countersign_core::id::{MessageId, RequestId};
use countersign_core::limit::RuleSet;
use countersign_core::message::LiveCode;
use countersign_core::time::Timestamp;
use rusqlite::{Connection, Statement, params};

use super::rule_set::RuleSets;
use crate::call_at_rest::DecidedCall;
use crate::hit::{self, LoggedHit};
use crate::limits_at_rest;
use crate::seal::Key;

/// A message to be appended.
#[derive(Debug)]
pub(crate) struct MessageRow {
    pub(crate) request_id: RequestId,
    pub(crate) app: AppId,
    pub(crate) channel: &'static str,
    pub(crate) sealed_phone: Vec<u8>,
    pub(crate) phone: Key,
    pub(crate) limits: Arc<RuleSet>,
    pub(crate) refusals: Vec<(usize, Timestamp)>,
    /// The weight that is reserved where limits count money.
    pub(crate) price: u64,
    /// The live code that the message brings once more.
    pub(crate) again: Option<LiveCode>,
    pub(crate) admission: Admission,
    /// The call with an idempotency key that asked for the message.
    pub(crate) keyed: Option<Box<DecidedCall>>,
}

/// A message that is to be admitted to the live state.
#[derive(Debug, Clone)]
pub(crate) struct Admission {
    /// Its row in the log.
    pub(crate) seq: i64,
    pub(crate) message: MessageId,
    pub(crate) decided_at: Timestamp,
    pub(crate) scope: Key,
    /// The message's code; `None` where it brings one that is live already.
    pub(crate) code: Option<Code>,
    /// The sealed code, where it is to be sent again.
    pub(crate) sealed: Option<SealedPasscode>,
    pub(crate) hits: Arc<[LoggedHit]>,
}

impl MessageRow {
    pub(crate) const INSERT: &str = "
        INSERT INTO message VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";

    /// Runs [`MessageRow::INSERT`]. `buckets` is a buffer for the column of that name.
    pub(crate) fn insert(
        &self,
        insert: &mut Statement<'_>,
        log: &Connection,
        rule_sets: &mut RuleSets,
        buckets: &mut Vec<u8>,
    ) -> rusqlite::Result<()> {
        let admission = &self.admission;
        let code = admission.code.as_ref();
        let again = self.again.as_ref();
        let ends = code
            .map(Code::expires_at)
            .or(again.map(|again| again.expires_at))
            .unwrap_or_default();
        let sealed = admission.sealed.as_ref().filter(|_| code.is_some());
        let rule_set = rule_sets.id_of(&self.limits, log)?;
        buckets.clear();
        let keys = admission.hits.iter().map(|hit| hit.bucket.0.to_be_bytes());
        buckets.extend(keys.flatten());
        insert.execute(params![
            admission.seq,
            admission.message.as_bytes(),
            self.request_id.as_bytes(),
            admission.decided_at.as_millis(),
            self.app.as_str(),
            self.channel,
            self.sealed_phone,
            self.phone.column(),
            admission.scope.column(),
            code.map_or(&[][..], |code| &code.mac),
            ends.as_millis(),
            code.map_or(0, |code| code.tries_left),
            code.map_or(0, |code| code.keeps),
            sealed.map(SealedPasscode::as_bytes),
            again.map(|again| again.message.as_bytes()),
            rule_set,
            &*buckets,
            limits_at_rest::refusals_to_column(&self.refusals),
            hit::weight_column(self.price),
        ])?;
        Ok(())
    }
}
