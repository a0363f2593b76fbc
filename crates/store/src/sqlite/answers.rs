//! Keeping answers under idempotency keys: the port [`Answers`] over held keys, the log and the writer.

use std::sync::Arc;

use async_trait::async_trait;
use countersign_core::idempotency::{Claim, KeptAnswer, KeyedCall};
use countersign_core::policy;
use countersign_core::ports::StoreError;
use countersign_core::ports::answers::{Answers, Claimed};

use super::log::keyed;
use super::log::record::Record;
use super::{DECISION, SqliteStore, read_with, unsealed, wait};
use crate::call_at_rest::{self, SealedAnswer};

#[async_trait]
impl Answers for SqliteStore {
    async fn claim(&self, call: KeyedCall) -> Result<Claimed, StoreError> {
        let Some(hold) = self.held.hold(&call.name, policy::KEY_PATIENCE).await else {
            return Ok(Claimed::UnderWay);
        };
        let (claim, now) = (Claim::new(call, hold), self.clock.now());
        // A call that was decided on holds its key until that is on record, so the record lacks nothing.
        let (sealer, asked) = (self.sealer.get(), claim.clone());
        let found = read_with(Arc::clone(&self.keyed), move |log| {
            keyed::find(log, &sealer, asked.call(), now)
        })
        .await?;
        Ok(call_at_rest::claimed(claim, found))
    }

    async fn keep(&self, claim: Claim, answer: KeptAnswer) -> Result<(), StoreError> {
        let row = SealedAnswer::of(claim, &answer, &self.sealer.get()).ok_or_else(unsealed)?;
        wait(self.queue.push(Record::Answer(Box::new(row)))?, DECISION).await
    }
}
