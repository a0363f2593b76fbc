//! The port [`Ledger`] over the live state and the writer.

mod act;
mod checks;
mod decisions;
mod prepared;
mod settlements;

use std::sync::MutexGuard;
use std::time::Duration;

use async_trait::async_trait;
use countersign_core::code::check::{Checked, CodeCheck, TokenUse, Unlock};
use countersign_core::limit::{LimitState, Rules};
use countersign_core::message::{Decision, Intent};
use countersign_core::ports::StoreError;
use countersign_core::ports::ledger::{Ledger, LedgerState, Settled};
use countersign_core::send::settle::{GiveBack, Settlement};

use super::log::record::Record;
use super::memory::Live;
use super::{DECISION, SqliteStore, wait, writer};
use crate::hit::Touched;
use crate::seal::Sealer;
pub(super) use act::{NewEvent, apply};

/// The time for which a caller waits for an outcome to become durable. The writer records it in any case.
pub(super) const SETTLEMENT: Duration = Duration::from_millis(300);

#[async_trait]
impl Ledger for SqliteStore {
    async fn decide(&self, intent: Intent, rules: Rules) -> Result<Decision, StoreError> {
        let (decision, durable) = self.reserve(intent, &rules)?;
        if let Some(durable) = durable {
            wait(durable, DECISION).await?;
        }
        Ok(decision)
    }

    async fn preview(&self, rules: Rules) -> Result<Vec<LimitState>, StoreError> {
        let touched = Touched::of(&rules, &self.sealer.get());
        let live = self.live.lock().map_err(|_| writer::stopped())?;
        Ok(live.preview(rules.set(), &touched, self.clock.now()))
    }

    async fn settle(&self, settlement: Settlement) -> Result<Settled, StoreError> {
        let (give_back, durable) = self.take_outcome(settlement)?;
        if let Some(durable) = durable {
            wait(durable, SETTLEMENT).await?;
        }
        let gave_back = give_back != GiveBack::No;
        Ok(Settled { gave_back })
    }

    async fn check(&self, check: CodeCheck) -> Result<Checked, StoreError> {
        self.take_guess(check).await
    }

    async fn unlock(&self, unlock: Unlock) -> Result<(), StoreError> {
        self.forget_guesses(unlock).await
    }

    async fn use_token(&self, token: TokenUse) -> Result<bool, StoreError> {
        self.take_token(token).await
    }

    fn state(&self) -> LedgerState {
        let (pending, live_codes) = match self.live.lock() {
            Ok(live) => (live.pending_messages(), live.checkable_codes()),
            Err(_) => (0, 0),
        };
        LedgerState {
            waiting: self.queue.waiting(),
            pending,
            live_codes,
            committing: self.queue.committing(self.clock.now()),
            size: self.size(),
            room: self.folder.room(),
            replica_lag: None,
        }
    }

    async fn probe(&self) -> Result<(), StoreError> {
        wait(
            self.queue.push(Record::Barrier(self.clock.now()))?,
            DECISION,
        )
        .await
    }
}

impl SqliteStore {
    /// Takes the lock of the live state, with what `prepare` computes with the keys that are the newest under that lock.
    fn with_newest_keys<P>(
        &self,
        prepare: impl Fn(&Sealer) -> Result<P, StoreError>,
    ) -> Result<(MutexGuard<'_, Live>, P), StoreError> {
        loop {
            let sealer = self.sealer.get();
            let prepared = prepare(&sealer)?;
            let live = self.live.lock().map_err(|_| writer::stopped())?;
            // Another generation may have begun in between. Its hits would not be seen.
            if live.generation() == sealer.number {
                return Ok((live, prepared));
            }
        }
    }
}
