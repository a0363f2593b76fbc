//! The nodes that share the database: each gives a sign of life in a row of its own.

use std::sync::Arc;

use async_trait::async_trait;
use countersign_core::ports::StoreError;
use countersign_core::ports::nodes::{Node, NodeBook, Nodes, PACE};
use tokio::task::JoinHandle;
use tokio_postgres::Row;
use tokio_postgres::types::ToSql;
use uuid::Uuid;

use super::connect::{Database, Session, Work};
use super::keys::Keyring;
use super::records::ask;
use super::words::{Failure, unavailable};
use super::{PostgresStore, clock};

/// Gives a node its name.
const NAME: &str = "SELECT gen_random_uuid() AS id, clock() AS now";
const SIGN: &str = "
    INSERT INTO node (id, version, started_at, seen_at, keys) VALUES ($1, $2, $3, clock(), $4)
    ON CONFLICT (id) DO UPDATE SET seen_at = excluded.seen_at, keys = excluded.keys";
/// Forgets the nodes that have given no sign for a day.
const FORGET: &str = "DELETE FROM node WHERE seen_at < clock() - 86400000";
/// The signs from one forgetting to the next: an hour.
const FORGETS: u32 = 1_800;
const LIST: &str = "SELECT clock() AS now, id, version, started_at, seen_at FROM node ORDER BY started_at DESC, id";

/// The sign of life of a node, which it gives until this is dropped.
pub(super) struct Life {
    id: Uuid,
    signs: JoinHandle<()>,
}

impl Drop for Life {
    fn drop(&mut self) {
        self.signs.abort();
    }
}

/// What a node says of itself.
struct Sign {
    session: Session,
    keyring: Arc<Keyring>,
    id: Uuid,
    started_at: i64,
}

impl Life {
    /// Returns the name of the node.
    pub(super) const fn id(&self) -> Uuid {
        self.id
    }

    /// Puts a new node on record.
    ///
    /// # Errors
    /// [`StoreError`] when the database cannot be written to.
    pub(super) async fn begin(
        database: &Arc<Database>,
        keyring: &Arc<Keyring>,
    ) -> Result<Self, StoreError> {
        let session = Session::new(database, Work::Reading);
        let named = session.get().await?.client.query_one(NAME, &[]).await;
        let named = named.map_err(|error| unavailable(&error))?;
        let read = || Ok((named.try_get("id")?, named.try_get("now")?));
        let (id, started_at) = read().map_err(|error| unavailable(&error))?;
        let sign = Sign {
            session,
            keyring: Arc::clone(keyring),
            id,
            started_at,
        };
        sign.give().await?;
        let signs = database.runtime().spawn(sign.go_on());
        Ok(Self { id, signs })
    }
}

impl Sign {
    /// Gives a sign every [`PACE`], at once where the node has other keys, and forgets old nodes once every [`FORGETS`] signs.
    async fn go_on(self) {
        for turn in 0_u32.. {
            // Whether it is time or there is news, the sign is the same.
            let _ = tokio::time::timeout(PACE, self.keyring.news()).await;
            let given = match turn % FORGETS {
                0 => self.give_and_forget().await,
                _ => self.give().await,
            };
            if let Err(error) = given {
                tracing::debug!(%error, "no sign of life can be given now");
            }
        }
    }

    async fn give(&self) -> Result<(), StoreError> {
        let session = self.session.get().await?;
        let version = env!("CARGO_PKG_VERSION");
        let keys = self.keyring.names();
        let values: [&(dyn ToSql + Sync); 4] = [&self.id, &version, &self.started_at, &keys];
        let given = ask(&session, SIGN, &values).await;
        given.map(drop).map_err(|error| unavailable(&error))
    }

    async fn give_and_forget(&self) -> Result<(), StoreError> {
        self.give().await?;
        let session = self.session.get().await?;
        let forgot = ask(&session, FORGET, &[]).await;
        forgot.map(drop).map_err(|error| unavailable(&error))
    }
}

#[async_trait]
impl NodeBook for PostgresStore {
    async fn nodes(&self) -> Result<Nodes, StoreError> {
        let rows = self.query(LIST, &[]).await?;
        let read = || -> Result<Nodes, Failure> {
            let first = rows.first().ok_or(Failure::Unreadable)?;
            let nodes = rows.iter().map(|row| node(row, self.life.id));
            Ok(Nodes {
                now: clock::time(first, "now")?,
                nodes: nodes.collect::<Result<_, _>>()?,
            })
        };
        Ok(read()?)
    }
}

fn node(row: &Row, this: Uuid) -> Result<Node, tokio_postgres::Error> {
    let id: Uuid = row.try_get("id")?;
    Ok(Node {
        id: id.to_string(),
        version: row.try_get("version")?,
        started_at: clock::time(row, "started_at")?,
        seen_at: clock::time(row, "seen_at")?,
        is_this: id == this,
    })
}
