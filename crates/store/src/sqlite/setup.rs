//! The setup in memory, and the port to it.

mod row;
mod value;

use std::sync::Arc;

use async_trait::async_trait;
use countersign_core::application::AppId;
use countersign_core::ports::setup::{
    Change, ChangeError, SecretMac, Setup, SetupStore, SetupVersion,
};
use rusqlite::Connection;
use tokio::sync::{Mutex, watch};

use super::rows::Record;
use super::{SqliteStore, unsealed, writer};
use crate::seal::Sealer;

pub(crate) use row::SetupRow;

/// The newest setup. The writer replaces it once a change is durable.
pub(super) struct LiveSetup {
    newest: watch::Sender<Arc<Setup>>,
    /// Held while a change is on its way to the log: the next one is judged by the version after it.
    changing: Mutex<()>,
}

impl LiveSetup {
    /// Reads the setup from the log.
    pub(super) fn read(log: &Connection, sealer: &Sealer) -> rusqlite::Result<Self> {
        Ok(Self {
            newest: watch::Sender::new(Arc::new(row::read(log, sealer)?)),
            changing: Mutex::new(()),
        })
    }

    /// Takes over a change that has become durable, and wakes who waits for news.
    pub(super) fn apply(&self, row: &SetupRow) {
        self.newest.send_modify(|newest| {
            *newest = Arc::new(newest.after(row.change().clone()));
        });
    }

    fn newest(&self) -> Arc<Setup> {
        Arc::clone(&self.newest.borrow())
    }
}

#[async_trait]
impl SetupStore for SqliteStore {
    fn setup(&self) -> Arc<Setup> {
        self.setup.newest()
    }

    async fn newer_than(&self, seen: SetupVersion) -> Arc<Setup> {
        let mut news = self.setup.newest.subscribe();
        let newer = news.wait_for(|setup| setup.version > seen).await;
        match newer.map(|setup| Arc::clone(&setup)) {
            Ok(setup) => setup,
            Err(_) => std::future::pending().await,
        }
    }

    async fn change(&self, seen: SetupVersion, change: Change) -> Result<Arc<Setup>, ChangeError> {
        let _turn = self.setup.changing.lock().await;
        if self.setup().version != seen {
            return Err(ChangeError::Stale);
        }
        let row = SetupRow::of(seen, change, &self.sealer).ok_or_else(unsealed)?;
        // Without a limit of time: a caller that gave up could not tell whether the change was made.
        let durable = self.queue.push(Record::Setup(Box::new(row)))?;
        let recorded = durable.await.map_err(|_| writer::stopped())?;
        let newest = self.setup();
        match recorded {
            Ok(()) => Ok(newest),
            // A change whose caller has gone may still have been in the queue, ahead of this one.
            Err(_) if newest.version != seen => Err(ChangeError::Stale),
            Err(error) => Err(error.into()),
        }
    }

    fn secret_mac(&self, app: &AppId, secret: &str) -> SecretMac {
        SecretMac::from_bytes(self.sealer.secret(app.as_str(), secret))
    }
}
