//! A change of keys: another generation begins, for all nodes at once.
//!
//! Whoever writes with keys holds the generation until the transaction ends (`hold_generation`), and reads it then. A change
//! waits for all of them, and they wait for it; so nothing is written under a generation once a newer one has begun.

use std::sync::Arc;
use std::time::Duration;

use countersign_core::audit::{Act, Author};
use countersign_core::ports::StoreError;
use countersign_core::ports::nodes::ALIVE;
use tokio_postgres::error::SqlState;
use uuid::Uuid;

use super::keyring::name_of;
use crate::generations::BeginError;
use crate::postgres::connect::{Connected, Session, Work};
use crate::postgres::records::ask;
use crate::postgres::setup;
use crate::postgres::words::{Failure, unavailable};
use crate::postgres::{PostgresStore, schema};
use crate::seal::{Generation, StoreKeys};

/// The other nodes that are alive and lack keys.
const LACKING: &str = "
    SELECT id FROM node WHERE seen_at >= clock() - $1 AND NOT coalesce(keys @> ARRAY[$2::bytea], false) AND id <> $3
    ORDER BY started_at, id";

/// Waits until nobody writes under a generation. Decisions wait meanwhile: rather than let them fail, the change gives up and is
/// tried again.
const ALONE: &str = "SET LOCAL lock_timeout = 250; SELECT pg_advisory_xact_lock(109330362692712)";

/// The number of times that it is tried, and the time between two of them.
const TRIES: usize = 20;
const AGAIN: Duration = Duration::from_millis(250);

const GENERATION: &str = "INSERT INTO key_generation VALUES ($1, $2, clock(), NULL)";
const CHECK: &str = "
    INSERT INTO key_check VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET digest = excluded.digest";

/// Everything that older keys sealed is to be looked at from its beginning.
const RESEAL: &str = "
    INSERT INTO reseal
    SELECT kind, '00000000-0000-0000-0000-000000000000'
    FROM unnest(ARRAY['setting', 'kept_key', 'refusal', 'message', 'unlock']) AS kind
    ON CONFLICT (kind) DO UPDATE SET next = excluded.next";

/// The keys that a generation begins with, and what is recorded of it.
pub(super) struct Beginning<'a> {
    pub(super) keys: &'a StoreKeys,
    /// A new key beside those of the store: its name and check value.
    pub(super) key_check: (&'static str, [u8; 16]),
    pub(super) by: Author,
}

impl Beginning<'_> {
    /// Begins the generation, unless the database is written with its keys already.
    ///
    /// # Errors
    /// [`BeginError`] when a node that is alive lacks the keys, or the change could not be made.
    pub(super) async fn begin(self, store: &PostgresStore) -> Result<(), BeginError> {
        // The session ends with this, and its lock too: no node starts meanwhile.
        let session = Session::new(&store.database, Work::Starting).get().await?;
        let locked = schema::lock(&session.client).await;
        locked.map_err(|error| unavailable(&error))?;
        let failed = |failure: Failure| BeginError::Store(failure.into());
        let keyring = &store.keyring;
        keyring.follow(&session.client).await.map_err(failed)?;
        let sealer = keyring.sealer();
        let unusable = || StoreError::Unavailable("the keys cannot be used".to_owned());
        let next = Generation::new(sealer.number + 1, self.keys).ok_or_else(unusable)?;
        if next.fingerprint() == sealer.fingerprint() {
            return Ok(());
        }
        if keyring.in_use().needs(self.keys) {
            return Err(unusable().into()); // they were in use before
        }
        let lacking = self.lacking(store, &session).await.map_err(failed)?;
        if !lacking.is_empty() {
            return Err(BeginError::Lacking(lacking));
        }
        let begun = self.record(store, &session, &next).await;
        if begun.is_err() {
            let _ = session.client.batch_execute("ROLLBACK").await;
        }
        begun.map_err(failed)?;
        keyring.follow(&session.client).await.map_err(failed)
    }

    /// Returns the names of the other nodes that are alive and lack the keys.
    async fn lacking(
        &self,
        store: &PostgresStore,
        session: &Connected,
    ) -> Result<Vec<String>, Failure> {
        let name = name_of(self.keys, &self.key_check.1).ok_or(Failure::Unreadable)?;
        let alive = i64::try_from(ALIVE.as_millis()).unwrap_or(i64::MAX);
        let rows = ask(session, LACKING, &[&alive, &name, &store.life.id()]).await?;
        let ids = rows.iter().map(|row| row.try_get::<_, Uuid>("id"));
        let ids = ids.map(|id| id.map(|id| id.to_string()));
        Ok(ids.collect::<Result<_, _>>()?)
    }

    async fn record(
        &self,
        store: &PostgresStore,
        session: &Arc<Connected>,
        next: &Generation,
    ) -> Result<(), Failure> {
        alone(session).await?;
        let (number, fingerprint) = (next.number.cast_signed(), next.fingerprint());
        let (name, digest) = self.key_check;
        let (fingerprint, digest) = (fingerprint.as_slice(), digest.as_slice());
        ask(session, GENERATION, &[&number, &fingerprint]).await?;
        ask(session, CHECK, &[&name, &digest]).await?;
        ask(session, RESEAL, &[]).await?;
        schema::outgrow(&session.client).await?;
        let act = Act::of_rotation(self.by.clone(), next.number);
        setup::record(session, store.clock.wall(), &act).await?;
        setup::notify(session).await?;
        Ok(session.client.batch_execute("COMMIT").await?)
    }
}

/// Begins a transaction in which nobody else writes with keys.
async fn alone(session: &Connected) -> Result<(), Failure> {
    for turn in 1.. {
        session.client.batch_execute("BEGIN").await?;
        let Err(error) = session.client.batch_execute(ALONE).await else {
            break;
        };
        let is_busy = error.code() == Some(&SqlState::LOCK_NOT_AVAILABLE);
        if !is_busy || turn == TRIES {
            return Err(error.into());
        }
        session.client.batch_execute("ROLLBACK").await?;
        tokio::time::sleep(AGAIN).await;
    }
    Ok(())
}
