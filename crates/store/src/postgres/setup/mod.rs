//! Keeping the setup: the port [`SetupStore`] over the newest setup that this node knows of, and the table `setting`.
//!
//! | room | what is in it |
//! |---|---|
//! | [`change`] | a change and its act in one transaction |
//! | [`mod@read`] | the setup out of its rows |
//! | [`newer_mac`] | MACs of secrets under the newest keys, in place of older ones |
//! | [`follow`] | hearing of the changes that other nodes make |

mod change;
mod follow;
mod newer_mac;
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
use super::keys::Keyring;
use super::words::Failure;
use super::{PostgresStore, stopped};
use crate::live_setup::LiveSetup;
use crate::setup_at_rest::{older_secret_macs, secret_mac};
use change::Changing;
pub(super) use change::{notify, record};
pub(super) use follow::Follower;
use newer_mac::NewerMacs;
pub(super) use read::{read, read_by};

/// The setup as one node knows it.
pub(super) struct Setups {
    newest: LiveSetup,
    /// The changes, of which this node makes one at a time.
    changes: Transactions,
    keyring: Arc<Keyring>,
    newer_macs: NewerMacs,
    clock: Arc<dyn Clock>,
}

impl Setups {
    /// Reads the setup.
    ///
    /// # Errors
    /// [`StoreError`] when it cannot be read.
    pub(super) async fn open(
        database: &Arc<Database>,
        keyring: &Arc<Keyring>,
        clock: Arc<dyn Clock>,
    ) -> Result<Arc<Self>, StoreError> {
        let changes = Transactions::new(database, Work::Deciding);
        let setup = read_in(&changes, keyring).await?;
        Ok(Arc::new(Self {
            newest: LiveSetup::new(setup),
            changes,
            keyring: Arc::clone(keyring),
            newer_macs: NewerMacs::default(),
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
            at: self.clock.wall(),
            act: Act::of_change(by, &setup, &change),
            change: change.clone(),
        };
        let keyring = Arc::clone(&self.keyring);
        let write =
            move |session: Arc<Connected>| async move { changing.write(&session, &keyring).await };
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
        let setup = read_in(&self.changes, &self.keyring).await?;
        self.newest.show(Arc::new(setup));
        Ok(())
    }

    /// Uses the keys of these generations, newest first, from now on. Where this node lacks some, it is told once, and the setup
    /// stays as this node can read it.
    async fn keep_up(
        &self,
        needed: Vec<i32>,
        client: &tokio_postgres::Client,
    ) -> Result<(), Failure> {
        let sealer = self.keyring.sealer();
        let in_use = sealer.all().map(|each| each.number);
        match in_use.eq(needed.into_iter().map(i32::unsigned_abs)) {
            true => Ok(()),
            false => self.keyring.follow(client).await,
        }
    }

    async fn show(&self, client: &tokio_postgres::Client) -> Result<(), Failure> {
        let setup = read(client, &self.keyring).await?;
        self.newest.show(Arc::new(setup));
        Ok(())
    }
}

/// Reads the setup in a transaction.
async fn read_in(transactions: &Transactions, keyring: &Arc<Keyring>) -> Result<Setup, StoreError> {
    let keyring = Arc::clone(keyring);
    let read = |session: Arc<Connected>| async move { read(&session.client, &keyring).await };
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
        secret_mac(&self.keyring.sealer(), app, secret)
    }

    fn older_secret_macs(&self, app: &AppId, secret: &str) -> Vec<SecretMac> {
        older_secret_macs(&self.keyring.sealer(), app, secret)
    }

    /// The setup counts its version up, so that every node hears of it; the application keeps its own.
    fn keep_newer_mac(&self, id: &AppId, old: SecretMac, new: SecretMac) {
        if let Some(turn) = self.setups.newer_macs.turn(id) {
            let (setups, id) = (Arc::clone(&self.setups), id.clone());
            // Nobody waits: a MAC that is not on record is replaced at the next right use.
            self.database.runtime().spawn(async move {
                setups.keep_newer_mac(id, old, new).await;
                drop(turn);
            });
        }
    }
}
