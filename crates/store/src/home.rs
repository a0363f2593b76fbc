//! The place of a store, and opening it: the one place that knows which databases there are.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use countersign_core::ports::answers::Answers;
use countersign_core::ports::audit::AuditLog;
use countersign_core::ports::erasure::Eraser;
use countersign_core::ports::ledger::Ledger;
use countersign_core::ports::nodes::NodeBook;
use countersign_core::ports::records::Records;
use countersign_core::ports::refusals::Refusals;
use countersign_core::ports::setup::SetupStore;
use countersign_core::ports::staff::Staff;
use countersign_core::ports::tallies::TallyBook;
use countersign_core::retention::Retention;
use countersign_core::time::Clock;

use crate::address::DatabaseAddress;
use crate::folder::{ClaimError, OwnedFolder};
use crate::generations::Generations;
use crate::moving::MoveError;
use crate::moving::ends::{Source, Target};
use crate::refusals::RecentRefusals;
use crate::seal::StoreKeys;
use crate::shared_secrets::SharedSecrets;
use crate::sqlite::{self, SqliteStore};

/// A store that is open, as the ports that a service is made of. They say nothing about the database behind them.
#[derive(Clone)]
pub struct OpenStore {
    /// Decides on sends and checks.
    pub ledger: Arc<dyn Ledger>,
    /// The audit record.
    pub audit: Arc<dyn AuditLog>,
    /// Timelines, receipts and unlocks.
    pub records: Arc<dyn Records>,
    /// Answers under idempotency keys.
    pub answers: Arc<dyn Answers>,
    /// The counts of messages.
    pub tallies: Arc<dyn TallyBook>,
    /// Everything in the store that holds phone numbers.
    pub erasers: Vec<Arc<dyn Eraser>>,
    /// The record of refused sends.
    pub refusals: Arc<dyn Refusals>,
    /// The setup.
    pub setup: Arc<dyn SetupStore>,
    /// Sessions, used codes and tries of the people who work with the console.
    pub staff: Arc<dyn Staff>,
    /// The nodes of the deployment.
    pub nodes: Arc<dyn NodeBook>,
    /// The generations of keys, and the keys that others keep here.
    pub generations: Arc<dyn Generations>,
    /// The secrets that the nodes of a deployment share; `None` where one process has the deployment alone, and its folder
    /// keeps them.
    pub shared_secrets: Option<Arc<dyn SharedSecrets>>,
    /// The store as something that is kept in order.
    pub housekeeping: Arc<dyn Housekeeping>,
    /// The clock for everything beside the store.
    pub clock: Arc<dyn Clock>,
}

impl std::fmt::Debug for OpenStore {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("OpenStore").finish_non_exhaustive()
    }
}

/// The store as something that is kept in order.
pub trait Housekeeping: Send + Sync + 'static {
    /// Lets go what is older than `retention`, from now on: before this is called, everything is kept. Another call
    /// changes nothing.
    fn keep_for(&self, retention: Retention);

    /// Returns whether the path of the data folder still leads to what is open there. Looks at the disk.
    fn is_in_place(&self) -> bool;

    /// Returns how far the clock given at the start was behind the record: zero, unless it was set back.
    fn clock_was_behind(&self) -> Duration {
        Duration::ZERO
    }
}

/// The place of a store, claimed by this process.
#[derive(Debug)]
pub struct Home(Inner);

#[derive(Debug)]
enum Inner {
    /// The embedded store, in a folder that this process owns.
    Embedded(OwnedFolder),
    /// A database beside a folder that several nodes may have.
    #[cfg(feature = "postgres")]
    Postgres(crate::folder::SharedFolder, Box<DatabaseAddress>),
}

/// The reason why a store could not be opened. Each sentence says how to mend it.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The embedded store.
    #[error(transparent)]
    Embedded(#[from] sqlite::OpenError),
    /// The store on PostgreSQL.
    #[cfg(feature = "postgres")]
    #[error(transparent)]
    Postgres(#[from] crate::postgres::OpenError),
}

impl OpenError {
    /// Returns whether the database was written with other keys.
    #[must_use]
    pub fn is_of_other_keys(&self) -> bool {
        match self {
            OpenError::Embedded(error) => matches!(error, sqlite::OpenError::Keys),
            #[cfg(feature = "postgres")]
            OpenError::Postgres(error) => matches!(error, crate::postgres::OpenError::Keys),
        }
    }
}

impl Home {
    /// Claims `folder`, which is made if it is not there. Without `database`, the store is in the folder, and the folder is
    /// this process's alone. With it, the folder holds what is a node's own, and the store is in the database.
    ///
    /// # Errors
    /// [`ClaimError`] when another process has the folder, or it cannot be used.
    pub fn claim(folder: &Path, database: Option<DatabaseAddress>) -> Result<Self, ClaimError> {
        Ok(Self(match database {
            None => Inner::Embedded(OwnedFolder::claim(folder)?),
            #[cfg(feature = "postgres")]
            Some(address) => {
                let folder = crate::folder::SharedFolder::claim(folder)?;
                Inner::Postgres(folder, Box::new(address))
            }
            #[cfg(not(feature = "postgres"))]
            Some(address) => match address.never {},
        }))
    }

    /// Returns the path of the folder.
    #[must_use]
    pub fn path(&self) -> &Path {
        match &self.0 {
            Inner::Embedded(folder) => folder.path(),
            #[cfg(feature = "postgres")]
            Inner::Postgres(folder, _) => folder.path(),
        }
    }

    /// Opens the store with `keys`, the first of which are those to write with, and the clock of this process. With
    /// `accept_restored`, the database is taken as one that was put back: every earlier code is dead, sends are held for
    /// [`RESTORED_HOLD`](countersign_core::policy::RESTORED_HOLD), and the act is on record. Call this on the runtime that
    /// shall drive the store.
    ///
    /// # Errors
    /// [`OpenError`] when the database cannot be opened, or was put back and that is not accepted.
    pub async fn open(
        self,
        keys: &[StoreKeys],
        clock: Arc<dyn Clock>,
        accept_restored: bool,
    ) -> Result<OpenStore, OpenError> {
        match self.0 {
            Inner::Embedded(folder) => {
                let open = match accept_restored {
                    true => SqliteStore::open_restored,
                    false => SqliteStore::open,
                };
                Ok(embedded(Arc::new(open(folder, keys, clock)?)))
            }
            #[cfg(feature = "postgres")]
            Inner::Postgres(folder, address) => {
                Ok(crate::postgres::open(folder, *address, keys, clock, accept_restored).await?)
            }
        }
    }
}

/// The ends of a move.
impl Home {
    /// Opens the store as one that is read whole, while nobody uses it.
    pub(crate) async fn source(
        self,
        keys: &[StoreKeys],
        clock: Arc<dyn Clock>,
    ) -> Result<Box<dyn Source>, MoveError> {
        match self.0 {
            Inner::Embedded(folder) => {
                let source = sqlite::moving::SqliteSource::open(folder, keys, clock)?;
                Ok(Box::new(source))
            }
            #[cfg(feature = "postgres")]
            Inner::Postgres(_, address) => {
                let source =
                    crate::postgres::moving::PostgresSource::open(address.url, keys).await?;
                Ok(Box::new(source))
            }
        }
    }

    /// Takes the place as one that a file goes into.
    pub(crate) async fn target(self) -> Result<Box<dyn Target>, MoveError> {
        match self.0 {
            Inner::Embedded(folder) => Ok(Box::new(sqlite::moving::SqliteTarget::of(folder))),
            #[cfg(feature = "postgres")]
            Inner::Postgres(_, address) => {
                let target = crate::postgres::moving::PostgresTarget::open(address.url).await?;
                Ok(Box::new(target))
            }
        }
    }
}

fn embedded(store: Arc<SqliteStore>) -> OpenStore {
    let refusals = Arc::new(RecentRefusals::default());
    OpenStore {
        ledger: Arc::<SqliteStore>::clone(&store),
        audit: Arc::<SqliteStore>::clone(&store),
        records: Arc::<SqliteStore>::clone(&store),
        answers: Arc::<SqliteStore>::clone(&store),
        tallies: Arc::<SqliteStore>::clone(&store),
        erasers: vec![
            Arc::<SqliteStore>::clone(&store),
            Arc::<RecentRefusals>::clone(&refusals),
        ],
        refusals,
        setup: Arc::<SqliteStore>::clone(&store),
        nodes: Arc::<SqliteStore>::clone(&store),
        staff: Arc::<SqliteStore>::clone(&store),
        generations: Arc::<SqliteStore>::clone(&store),
        shared_secrets: None,
        clock: store.clock(),
        housekeeping: store,
    }
}
