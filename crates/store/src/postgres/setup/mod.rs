//! Keeping the setup: the port [`SetupStore`] over the newest setup that this node knows of, and the table `setting`.
//!
//! | room | what is in it |
//! |---|---|
//! | [`change`] | a change and its act in one transaction |
//! | [`mod@read`] | the setup out of its rows |
//! | [`follow`] | hearing of the changes that other nodes make |

mod change;
mod follow;
mod read;

use std::sync::Arc;

use async_trait::async_trait;
use countersign_core::application::AppId;
use countersign_core::audit::{Act, Author};
use countersign_core::ports::StoreError;
use countersign_core::ports::setup::{
    Change, ChangeError, SecretMac, Setup, SetupStore, SetupVersion,
};
use countersign_core::time::Clock;

use super::connect::{Connected, Database, Transactions, Work};
use super::words::Failure;
use super::{PostgresStore, stopped, unsealed};
use crate::live_setup::LiveSetup;
use crate::seal::{Sealer, SealerInUse};
use crate::setup_at_rest::{SettingRow, older_secret_macs, secret_mac};
use change::Changing;
pub(super) use follow::Follower;
pub(super) use read::read;

/// The setup as one node knows it.
pub(super) struct Setups {
    newest: LiveSetup,
    /// The changes, of which this node makes one at a time.
    changes: Transactions,
    sealer: SealerInUse,
    clock: Arc<dyn Clock>,
}

impl Setups {
    /// Reads the setup.
    ///
    /// # Errors
    /// [`StoreError`] when it cannot be read.
    pub(super) async fn open(
        database: &Arc<Database>,
        sealer: SealerInUse,
        clock: Arc<dyn Clock>,
    ) -> Result<Arc<Self>, StoreError> {
        let changes = Transactions::new(database, Work::Deciding);
        let setup = read_in(&changes, sealer.get()).await?;
        Ok(Arc::new(Self {
            newest: LiveSetup::new(setup),
            changes,
            sealer,
            clock,
        }))
    }

    async fn change(
        &self,
        seen: SetupVersion,
        change: Change,
        by: Author,
    ) -> Result<Arc<Setup>, ChangeError> {
        let _turn = self.newest.turn().await;
        let setup = self.newest.newest();
        if setup.version != seen {
            return Err(ChangeError::Stale);
        }
        let changing = Changing {
            seen,
            row: SettingRow::after(&change, &self.sealer.get()).ok_or_else(unsealed)?,
            at: self.clock.wall(),
            act: Act::of_change(by, &setup, &change),
        };
        let write = move |session: Arc<Connected>| async move { changing.write(&session).await };
        match self.changes.run(write).await {
            Ok(true) => {
                let setup = Arc::new(setup.after(change));
                self.newest.show(Arc::clone(&setup));
                Ok(setup)
            }
            Ok(false) => {
                self.refresh().await?;
                Err(ChangeError::Stale)
            }
            Err(error) => {
                // It may be committed all the same. Where the truth cannot be read now, the follower shows it later.
                let _ = self.refresh().await;
                Err(error.into())
            }
        }
    }

    /// Shows the setup that is in the database.
    async fn refresh(&self) -> Result<(), StoreError> {
        let setup = read_in(&self.changes, self.sealer.get()).await?;
        self.newest.show(Arc::new(setup));
        Ok(())
    }

    async fn show(&self, client: &tokio_postgres::Client) -> Result<(), Failure> {
        let setup = read(client, &self.sealer.get()).await?;
        self.newest.show(Arc::new(setup));
        Ok(())
    }
}

/// Reads the setup in a transaction.
async fn read_in(transactions: &Transactions, sealer: Arc<Sealer>) -> Result<Setup, StoreError> {
    let read = |session: Arc<Connected>| async move { read(&session.client, &sealer).await };
    transactions.run(read).await
}

#[async_trait]
impl SetupStore for PostgresStore {
    fn setup(&self) -> Arc<Setup> {
        self.setups.newest.newest()
    }

    async fn newer_than(&self, seen: SetupVersion) -> Arc<Setup> {
        self.setups.newest.newer_than(seen).await
    }

    async fn change(
        &self,
        seen: SetupVersion,
        change: Change,
        by: Author,
    ) -> Result<Arc<Setup>, ChangeError> {
        let setups = Arc::clone(&self.setups);
        let changing = async move { setups.change(seen, change, by).await };
        // A caller that drops its future leaves no transaction behind.
        let changed = self.database.runtime().spawn(changing).await;
        changed.map_err(|_| ChangeError::Store(stopped()))?
    }

    fn secret_mac(&self, app: &AppId, secret: &str) -> SecretMac {
        secret_mac(&self.sealer.get(), app, secret)
    }

    fn older_secret_macs(&self, app: &AppId, secret: &str) -> Vec<SecretMac> {
        older_secret_macs(&self.sealer.get(), app, secret)
    }
}
