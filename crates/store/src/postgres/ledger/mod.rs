//! The port [`Ledger`] over batches.

mod check;
mod decide;
mod preview;
mod settle;
mod token;
mod undecided;
mod unlock;

use std::sync::Arc;

use async_trait::async_trait;
use countersign_core::code::check::{Checked, CodeCheck, TokenUse, Unlock};
use countersign_core::limit::{LimitState, Rules};
use countersign_core::message::{Decision, Intent};
use countersign_core::ports::StoreError;
use countersign_core::ports::ledger::{Ledger, LedgerState, Settled};
use countersign_core::send::settle::Settlement;
use tokio_postgres::types::ToSql;

use super::batch::Place;
use super::{DECISION, PostgresStore, unsealed};
use crate::hit::Touched;
use check::Checking;
use decide::Deciding;
use token::Using;
pub(super) use undecided::Undecided;
use unlock::Unlocking;

#[async_trait]
impl Ledger for PostgresStore {
    async fn decide(&self, intent: Intent, rules: Rules) -> Result<Decision, StoreError> {
        let message = intent.id;
        let (keyring, clock) = (&self.keyring, Arc::clone(&self.clock));
        let deciding = Deciding::new(intent, rules, keyring, clock, Some(&self.leases))?;
        let (decision, facts) = self.batches.decide(deciding, DECISION).await?;
        if let Some(facts) = facts {
            self.undecided.add(message, facts);
        }
        Ok(decision)
    }

    async fn preview(&self, rules: Rules) -> Result<Vec<LimitState>, StoreError> {
        preview::preview(self, &rules).await
    }

    async fn settle(&self, settlement: Settlement) -> Result<Settled, StoreError> {
        settle::settle(self, settlement).await
    }

    async fn check(&self, check: CodeCheck) -> Result<Checked, StoreError> {
        let checking = Checking::new(check, &self.keyring, Arc::clone(&self.clock));
        self.batches.decide(checking, DECISION).await
    }

    async fn unlock(&self, unlock: Unlock) -> Result<(), StoreError> {
        let unlocking = Unlocking::new(unlock, &self.keyring, Arc::clone(&self.clock))?;
        self.batches.decide(unlocking, DECISION).await
    }

    async fn use_token(&self, token: TokenUse) -> Result<bool, StoreError> {
        let using = Using::new(token, &self.keyring, Arc::clone(&self.clock));
        self.batches.decide(using, DECISION).await
    }

    async fn probe(&self) -> Result<(), StoreError> {
        self.keyring.has_all()?;
        let probe = "INSERT INTO probe VALUES (true, clock()) ON CONFLICT (only_row) DO UPDATE SET at = excluded.at";
        let wrote = self.execute(probe, &[]);
        let late = |_| StoreError::Unavailable("a commit takes too long".to_owned());
        tokio::time::timeout(DECISION, wrote)
            .await
            .map_err(late)??;
        Ok(())
    }

    /// The number of codes and the size are those of the last look at the database, a minute ago at most.
    fn state(&self) -> LedgerState {
        LedgerState {
            waiting: self.batches.waiting(),
            pending: self.undecided.len(),
            committing: self.batches.committing(),
            live_codes: self.gauges.live_codes(),
            size: self.gauges.size(),
            replica_lag: self.replica.as_ref().map(|replica| replica.lag()),
            ..LedgerState::default()
        }
    }
}

impl PostgresStore {
    /// Runs a statement that no batch waits for.
    pub(super) async fn execute(
        &self,
        sql: &'static str,
        values: &[&(dyn ToSql + Sync)],
    ) -> Result<u64, StoreError> {
        let session = self.reading.get().await?;
        let done = async {
            let statement = session.prepared(sql).await?;
            session.client.execute(&statement, values).await
        };
        done.await
            .map_err(|error| super::words::unavailable(&error))
    }
}

/// Returns the buckets of an event, under every generation of keys.
fn buckets(touched: &Touched) -> Vec<Place> {
    let places = (0..touched.hits.len()).filter_map(|place| touched.bucket(place));
    places
        .flat_map(|bucket| bucket.all().map(Place::Bucket).collect::<Vec<_>>())
        .collect()
}

fn too_old() -> StoreError {
    StoreError::Unavailable("the request is too old".to_owned())
}
