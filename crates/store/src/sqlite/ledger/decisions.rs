//! Decisions on sends: judged and reserved in memory, and queued for the log, under one lock.

use std::sync::Arc;

use countersign_core::limit::{RuleSet, Rules};
use countersign_core::message::{Decision, Intent};
use countersign_core::ports::StoreError;

use super::prepared::PreparedMessage;
use crate::hit::Touched;
use crate::seal::Sealer;
use crate::sqlite::log::record::Record;
use crate::sqlite::writer::queue::Durable;
use crate::sqlite::{SqliteStore, writer};

impl SqliteStore {
    /// Judges, and on admission reserves in memory and queues the row, all under one lock, so the order of
    /// decisions is the order of the log.
    pub(super) fn reserve(
        &self,
        intent: Intent,
        rules: &Rules,
    ) -> Result<(Decision, Option<Durable>), StoreError> {
        let wait = self.clock.now().until(self.held_until);
        if !wait.is_zero() {
            return Err(StoreError::Held { wait });
        }
        let seen = self.sealer.get();
        let touched = Touched::of(rules, &seen);
        if let Some(decision) = self.refuse_early(rules, &touched)? {
            return Ok((decision, None));
        }
        let prepare = |sealer: &Sealer| {
            // Nearly always the keys are those of a moment ago.
            let touched = match std::ptr::eq(sealer, &*seen) {
                true => touched.clone(),
                false => Touched::of(rules, sealer),
            };
            PreparedMessage::of(&intent, rules, touched, sealer)
        };
        let (mut live, prepared) = self.with_newest_keys(prepare)?;
        let now = self.clock.now();
        if intent.is_too_late(now) {
            return Err(StoreError::Unavailable("the intent is too old".to_owned()));
        }
        let decision = prepared.decide(&intent, &live, rules.set(), now);
        if !decision.admitted() {
            return Ok((live.counted(decision, &prepared.touched), None));
        }
        if self.queue.is_full() {
            return Err(StoreError::Overloaded);
        }
        let row = prepared.into_row(intent, &decision, live.next_message(), &self.sealer.get());
        let admission = row.admission.clone();
        let durable = self.queue.push(Record::Message(Box::new(row)))?;
        live.admit(admission);
        Ok((decision, Some(durable)))
    }

    /// Fast path: judges [the likeliest bucket](RuleSet::FAST_PATH) alone, before sealing anything that only an
    /// admitted message needs. Nearly every refusal ends here.
    fn refuse_early(
        &self,
        rules: &Rules,
        touched: &Touched,
    ) -> Result<Option<Decision>, StoreError> {
        let live = self.live.lock().map_err(|_| writer::stopped())?;
        let now = self.clock.now();
        let first = live.judge_first(rules.set(), touched, RuleSet::FAST_PATH, now);
        if first.is_empty() {
            return Ok(None);
        }
        // A refusal names every limit that refuses.
        let refusals = live.judge_send(rules.set(), touched, now);
        let decision = Decision::new(now, Arc::clone(rules.set()), refusals);
        let decision = live.counted(decision, touched);
        drop(live);
        Ok((!decision.admitted()).then_some(decision))
    }
}
