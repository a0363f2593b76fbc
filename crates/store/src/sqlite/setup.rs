//! Keeping the setup: the port [`SetupStore`] over the newest setup in memory and the writer.

use std::sync::Arc;

use async_trait::async_trait;
use countersign_core::application::AppId;
use countersign_core::audit::{Act, Author};
use countersign_core::ports::setup::{
    Change, ChangeError, SecretMac, Setup, SetupStore, SetupVersion,
};

use super::log::record::Record;
use super::log::resealed::NewerMac;
use super::log::setup::SetupRow;
use super::{SqliteStore, unsealed, writer};
use crate::setup_at_rest::{older_secret_macs, secret_mac};

#[async_trait]
impl SetupStore for SqliteStore {
    fn setup(&self) -> Arc<Setup> {
        self.setup.newest()
    }

    async fn newer_than(&self, seen: SetupVersion) -> Arc<Setup> {
        self.setup.newer_than(seen).await
    }

    async fn change(
        &self,
        seen: SetupVersion,
        change: Change,
        by: Author,
    ) -> Result<Arc<Setup>, ChangeError> {
        let _turn = self.setup.turn().await;
        let setup = self.setup();
        if setup.version != seen {
            return Err(ChangeError::Stale);
        }
        let act = self.act_now(Act::of_change(by, &setup, &change));
        let row = SetupRow::of(seen, change, act, &self.sealer.get()).ok_or_else(unsealed)?;
        // Wait without a time limit: a caller that gave up could not tell whether the change was made.
        let durable = self.queue.push(Record::Setup(Box::new(row)))?;
        let recorded = durable.await.map_err(|_| writer::stopped())?;
        let newest = self.setup();
        match recorded {
            Ok(()) => Ok(newest),
            // A change with a dropped future may have been ahead of this one in the queue.
            Err(_) if newest.version != seen => Err(ChangeError::Stale),
            Err(error) => Err(error.into()),
        }
    }

    fn secret_mac(&self, app: &AppId, secret: &str) -> SecretMac {
        secret_mac(&self.sealer.get(), app, secret)
    }

    fn older_secret_macs(&self, app: &AppId, secret: &str) -> Vec<SecretMac> {
        older_secret_macs(&self.sealer.get(), app, secret)
    }

    fn keep_newer_mac(&self, id: &AppId, old: SecretMac, new: SecretMac) {
        let app = id.clone();
        // Nobody waits: a MAC that is not on record is replaced at the next right use.
        let _ = self
            .queue
            .push(Record::NewerMac(Box::new(NewerMac { app, old, new })));
    }
}
