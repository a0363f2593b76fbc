//! Opening a store: the promises of the server, then the schema, then the keys.

use std::sync::Arc;
use std::time::Duration;

use countersign_core::ports::StoreError;
use countersign_core::time::Clock;
use tokio_postgres::Client;

use super::batch::Batches;
use super::connect::{Database, DatabaseUrl, NotOpened, Session, Transactions, Work};
use super::gauges::Gauges;
use super::keys::Keyring;
use super::lease::Leases;
use super::nodes::Life;
use super::partitions::Partitions;
use super::replica::Replica;
use super::setup::{Follower, Setups};
use super::steady::Steady;
use super::upkeep::Upkeep;
use super::{PostgresStore, keys, moving, schema, words};
use crate::held::HeldKeys;
use crate::seal::StoreKeys;

/// The reason why a store could not be opened. Each sentence says how to mend it.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The database cannot be reached or changed, or was made by a newer version; in words, with the mend.
    #[error("the database cannot be opened: {0}")]
    Database(String),
    /// The database was written with other keys.
    #[error(
        "the database does not open with these keys: all nodes of a deployment have the same keys, so copy those of another node"
    )]
    Keys,
    /// Something in the database needs older keys, which were not given.
    #[error(
        "the database still needs the keys of before: name them beside the new ones until \
         `countersign master-key status` shows that they have ended"
    )]
    OlderKeys,
    /// An import has begun and not ended.
    #[error(
        "the database holds a part of an import: run `countersign migrate import` with the same file again, which goes on \
         where it stopped"
    )]
    HalfImported,
    /// A commit may be lost although it was answered.
    #[error(
        "the database may lose what it has committed, since its setting {setting} is {value}: set it to on in \
         postgresql.conf, and restart PostgreSQL"
    )]
    Forgetful {
        /// The name of the setting.
        setting: &'static str,
        /// Its value.
        value: String,
    },
}

impl OpenError {
    /// The error for a database that a newer version has changed.
    pub(super) fn newer() -> Self {
        let words = "a newer version of countersign has changed it so that this one cannot use it: start that version";
        OpenError::Database(words.to_owned())
    }
}

/// The settings on which it rests that a commit is not lost, and their values that will do.
const LASTING: [(&str, &[&str]); 3] = [
    ("fsync", &["on"]),
    ("full_page_writes", &["on"]),
    ("synchronous_commit", &["on", "remote_apply"]),
];

impl PostgresStore {
    /// Opens the database at `url`, creates or migrates it. A new database is written with the first of `keys`; every generation
    /// of keys that another one needs must be among them. Others are for a change of keys that is to come. `clock` is that of this node. Call this on the runtime that shall drive the store.
    ///
    /// # Errors
    /// [`OpenError`] when the database cannot be opened.
    pub async fn open(
        url: DatabaseUrl,
        keys: &(impl AsRef<[StoreKeys]> + ?Sized),
        clock: Arc<dyn Clock>,
    ) -> Result<Self, OpenError> {
        let database = Database::at(url).map_err(OpenError::Database)?;
        let mut client = database.open(Work::Starting).await.map_err(not_opened)?;
        lasts(&client).await?;
        schema::lock(&client).await.map_err(unusable)?;
        schema::migrate(&mut client).await?;
        if moving::is_half(&client).await.map_err(unusable)? {
            return Err(OpenError::HalfImported);
        }
        let sealer = keys::of(&client, keys.as_ref()).await?;
        let partitions = Partitions::of(&database);
        let made = partitions.make_first(&client, clock.now()).await;
        made.map_err(unusable)?;
        let steady = Steady::by(&clock);
        let leases = Leases::start(&database, &steady);
        let keyring = Keyring::new(sealer, keys.as_ref(), &leases);
        let batches = Batches::start(&database, &partitions, &leases, &keyring, &steady);
        batches.open().await.map_err(unavailable)?;
        let retention = Arc::default();
        let setups = Setups::open(&database, &keyring, Arc::clone(&clock)).await;
        let setups = setups.map_err(unavailable)?;
        let life = Life::begin(&database, &keyring)
            .await
            .map_err(unavailable)?;
        let follower = Follower::start(&database, &setups);
        Ok(Self {
            _upkeep: Upkeep::start(&database, &keyring, &retention),
            retention,
            batches: Arc::new(batches),
            leases,
            undecided: Arc::default(),
            gauges: Gauges::start(&database),
            reading: Session::new(&database, Work::Reading),
            records: Session::new(&database, Work::Reading),
            replica: None,
            transactions: Transactions::new(&database, Work::Reading),
            held: HeldKeys::default(),
            database,
            clock,
            keyring,
            life,
            setups,
            _follower: follower,
        })
    }
}

impl PostgresStore {
    /// Lets the standby at `url` answer those who search messages and read tallies, while it is behind by less than `most`.
    /// Whether it can be reached shows later. Call this on the runtime that drives the store.
    ///
    /// # Errors
    /// [`OpenError`] when the password or the authorities of its address cannot be read.
    pub fn with_replica(self, url: DatabaseUrl, most: Duration) -> Result<Self, OpenError> {
        let replica = Database::at(url).map_err(OpenError::Database)?;
        let replica = Replica::watch(&replica, &self.database, most);
        Ok(Self {
            replica: Some(replica),
            ..self
        })
    }
}

/// Checks that a commit on this session is not lost once it is answered.
pub(super) async fn lasts(client: &Client) -> Result<(), OpenError> {
    for (setting, good) in LASTING {
        let ask = "SELECT current_setting($1)";
        let told = client.query_one(ask, &[&setting]).await;
        let value: String = told.and_then(|row| row.try_get(0)).map_err(unusable)?;
        if !good.contains(&value.as_str()) {
            return Err(OpenError::Forgetful { setting, value });
        }
    }
    Ok(())
}

// By value, as `map_err` passes it.
#[expect(clippy::needless_pass_by_value)]
pub(super) fn unusable(error: tokio_postgres::Error) -> OpenError {
    OpenError::Database(words::of_start(&error))
}

// By value, as `map_err` passes it.
#[expect(clippy::needless_pass_by_value)]
fn unavailable(error: StoreError) -> OpenError {
    OpenError::Database(error.to_string())
}

pub(super) fn not_opened(error: NotOpened) -> OpenError {
    match error {
        NotOpened::Refused(error) => unusable(error),
        NotOpened::Stopping => OpenError::Database("the program is ending".to_owned()),
    }
}
