//! The record of refused sends that all nodes share.
//!
//! A node holds what it refuses, and writes it into the database once a second, so no send waits for the record. Under a
//! flood a node writes the newest [`AT_ONCE`] of a second, and counts the others as dropped.

mod at_rest;
mod held;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use countersign_core::id::RequestId;
use countersign_core::ports::StoreError;
use countersign_core::ports::erasure::{Erased, Eraser, Erasure};
use countersign_core::ports::refusals::{FoundRefusals, KEPT, RefusalQuery, Refusals, RefusedSend};
use countersign_core::staff::Applications;
use tokio::sync::Mutex;
use tokio::task::JoinHandle;
use tokio_postgres::Row;
use tokio_postgres::types::ToSql;
use uuid::Uuid;

use super::PostgresStore;
use super::connect::{Connected, Database, Session, Work};
use super::keys::Keyring;
use super::words::{Failure, unavailable};
use crate::seal::{Key, Sealer};
use held::{Held, HeldRefusals};

/// The most refused sends that a node writes in a second.
const AT_ONCE: usize = 1_000;

/// The time between two writings.
const PACE: Duration = Duration::from_secs(1);

/// Writes nothing where the keys have changed since the refused sends were sealed.
const SHARE: &str = "
    SELECT share_refusals($1, $2, $3, $4, $5) WHERE held_generation() = $6";
const NEWEST: &str = "SELECT id, sealed FROM refusal ORDER BY id DESC LIMIT $1";
const OF_REQUEST: &str = "SELECT id, sealed FROM refusal WHERE id = $1";
const OF_NUMBER: &str =
    "SELECT id, sealed FROM refusal WHERE number = ANY ($1) ORDER BY id DESC LIMIT $2";
const DROPPED: &str = "SELECT count FROM refusals_dropped";
const ERASE: &str = "DELETE FROM refusal WHERE number = ANY ($1)";

/// The record of refused sends of one node, and of all others.
pub struct SharedRefusals {
    shared: Arc<Shared>,
    /// Writes once a second, until the record is dropped. What was refused in the last second of a node is lost.
    sharing: JoinHandle<()>,
}

struct Shared {
    held: HeldRefusals,
    session: Session,
    keyring: Arc<Keyring>,
    /// Held while refused sends are on their way to the database, so that none comes after the erasure of its number.
    writing: Mutex<()>,
}

impl std::fmt::Debug for SharedRefusals {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SharedRefusals").finish_non_exhaustive()
    }
}

impl Drop for SharedRefusals {
    fn drop(&mut self) {
        self.sharing.abort();
    }
}

impl PostgresStore {
    /// Returns the record of refused sends of this node, which shares it with the others.
    #[must_use]
    pub fn refusals(&self) -> SharedRefusals {
        SharedRefusals::of(&self.database, &self.keyring)
    }
}

impl SharedRefusals {
    fn of(database: &Arc<Database>, keyring: &Arc<Keyring>) -> Self {
        let shared = Arc::new(Shared {
            held: HeldRefusals::default(),
            session: Session::new(database, Work::Reading),
            keyring: Arc::clone(keyring),
            writing: Mutex::new(()),
        });
        let sharing = Arc::clone(&shared);
        let sharing = database.runtime().spawn(async move {
            loop {
                tokio::time::sleep(PACE).await;
                if let Err(error) = sharing.write().await {
                    tracing::debug!(%error, "refused sends cannot be written now");
                }
            }
        });
        Self { shared, sharing }
    }
}

impl Shared {
    /// Writes what is held. Where that fails, it stays held.
    async fn write(&self) -> Result<(), StoreError> {
        let _alone = self.writing.lock().await;
        let Some(held) = self.held.leave() else {
            return Ok(());
        };
        let session = self.session.get().await?;
        loop {
            let sealer = self.keyring.current(&session).await?;
            let written = share(&session, &held, &sealer).await;
            if written.map_err(|error| unavailable(&error))? {
                self.held.let_go(held.dropped);
                return Ok(());
            }
        }
    }

    async fn rows(
        &self,
        session: &Connected,
        query: &RefusalQuery,
        sealer: &Sealer,
    ) -> Result<Vec<Row>, Failure> {
        // Those of other applications are left out afterwards.
        let limit = match query.within {
            Applications::All => query.limit,
            Applications::Only(_) => KEPT,
        };
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let client = &session.client;
        Ok(match (&query.request, &query.phone) {
            (Some(request), _) => {
                let statement = session.prepared(OF_REQUEST).await?;
                let id = Uuid::from_bytes(*request.as_bytes());
                client.query(&statement, &[&id]).await?
            }
            (None, Some(phone)) => {
                let statement = session.prepared(OF_NUMBER).await?;
                let numbers = sealer.keys(|each| each.phone(phone));
                let numbers: Vec<_> = numbers.all().map(Key::column).collect();
                client.query(&statement, &[&numbers, &limit]).await?
            }
            (None, None) => {
                let statement = session.prepared(NEWEST).await?;
                client.query(&statement, &[&limit]).await?
            }
        })
    }

    /// Finds what is in the database. A row that cannot be read is left out.
    async fn find(
        &self,
        query: &RefusalQuery,
        session: &Connected,
    ) -> Result<FoundRefusals, Failure> {
        let sealer = self.keyring.current(session).await?;
        // Counted first: what is dropped in between is neither counted nor found yet.
        let dropped = session.prepared(DROPPED).await?;
        let dropped: i64 = session.client.query_one(&dropped, &[]).await?.try_get(0)?;
        let rows = self.rows(session, query, &sealer).await?;
        let refusals = rows.iter().map(|row| opened(row, &sealer));
        let refusals: Result<Vec<_>, _> = refusals.collect();
        Ok(FoundRefusals {
            refusals: refusals?.into_iter().flatten().collect(),
            dropped: dropped.unsigned_abs(),
        })
    }
}

/// Writes what was held. Returns false, and writes nothing, where the keys have changed meanwhile.
async fn share(
    session: &Connected,
    held: &Held,
    sealer: &Sealer,
) -> Result<bool, tokio_postgres::Error> {
    let (mut ids, mut numbers, mut bodies) = (Vec::new(), Vec::new(), Vec::new());
    let mut lost = i64::try_from(held.dropped).unwrap_or(i64::MAX);
    for refused in &held.refusals {
        match at_rest::seal(refused, sealer) {
            Some(body) => {
                ids.push(Uuid::from_bytes(*refused.request_id.as_bytes()));
                numbers.push(sealer.phone(&refused.phone).column());
                bodies.push(body);
            }
            None => lost = lost.saturating_add(1),
        }
    }
    let kept = i64::try_from(KEPT).unwrap_or(i64::MAX);
    let statement = session.prepared(SHARE).await?;
    let generation = sealer.number.cast_signed();
    let values: [&(dyn ToSql + Sync); 6] = [&ids, &numbers, &bodies, &lost, &kept, &generation];
    Ok(session.client.execute(&statement, &values).await? == 1)
}

fn opened(row: &Row, sealer: &Sealer) -> Result<Option<RefusedSend>, tokio_postgres::Error> {
    let id: Uuid = row.try_get("id")?;
    let id = RequestId::from_bytes(*id.as_bytes());
    Ok(at_rest::open(id, row.try_get("sealed")?, sealer))
}

/// Seals a refused send with the newest keys. Returns the key of its number with it; `None` if it cannot be opened.
pub(super) fn seal_anew(id: RequestId, sealed: &[u8], sealer: &Sealer) -> Option<(i64, Vec<u8>)> {
    let refused = at_rest::open(id, sealed, sealer)?;
    let anew = at_rest::seal(&refused, sealer)?;
    Some((sealer.phone(&refused.phone).column(), anew))
}

#[async_trait]
impl Refusals for SharedRefusals {
    fn record(&self, refused: RefusedSend) {
        self.shared.held.add(refused);
    }

    async fn find(&self, query: RefusalQuery) -> Result<FoundRefusals, StoreError> {
        // Looked at first: what is written meanwhile is found twice, and never missed.
        let held = self.shared.held.all();
        let (shared, asked) = (&self.shared, &query);
        let find = |session: Arc<Connected>| async move { shared.find(asked, &session).await };
        let found = shared.session.read(find).await?;
        let held_here = held
            .refusals
            .into_iter()
            .filter(|refused| query.matches(refused));
        let mut refusals: Vec<_> = held_here.chain(found.refusals).collect();
        refusals.retain(|refused| query.matches(refused));
        refusals.sort_by_key(|refused| std::cmp::Reverse(refused.request_id));
        refusals.dedup_by_key(|refused| refused.request_id);
        refusals.truncate(query.limit);
        Ok(FoundRefusals {
            refusals,
            dropped: found.dropped.saturating_add(held.dropped),
        })
    }
}

#[async_trait]
impl Eraser for SharedRefusals {
    /// Erases a number from the database, and from what this node holds. Another node that holds a refused send of the last
    /// second writes it afterwards.
    async fn erase(&self, erasure: &Erasure) -> Result<Erased, StoreError> {
        let shared = &self.shared;
        let _alone = shared.writing.lock().await;
        let held = shared.held.erase(&erasure.phone);
        let session = shared.session.get().await?;
        let erased = async {
            let statement = session.prepared(ERASE).await?;
            let (mut erased, mut sealer) = (0, shared.keyring.current(&session).await?);
            loop {
                let numbers = sealer.keys(|each| each.phone(&erasure.phone));
                let numbers: Vec<_> = numbers.all().map(Key::column).collect();
                erased += session.client.execute(&statement, &[&numbers]).await?;
                // Rows that went over to newer keys meanwhile are found by those.
                let newest = shared.keyring.current(&session).await?;
                if newest.number == std::mem::replace(&mut sealer, newest).number {
                    return Ok::<_, Failure>(erased);
                }
            }
        };
        Ok(Erased {
            refusals: held.saturating_add(erased.await?),
            ..Erased::default()
        })
    }
}
