//! A database whose nodes have all ended.

use std::time::Duration;

use async_trait::async_trait;
use countersign_core::ports::nodes::{ALIVE, PACE};
use countersign_core::time::Timestamp;
use tokio::time::Instant;
use tokio_postgres::Client;

use super::reading::{self, Buckets};
use crate::moving::ends::{Source, Take};
use crate::moving::file::Header;
use crate::moving::{Kind, MoveError};
use crate::postgres::connect::{Database, Work};
use crate::postgres::start::{lasts, not_opened, unusable};
use crate::postgres::{DatabaseUrl, OpenError, keys, schema};
use crate::seal::StoreKeys;

/// The time between two looks at the nodes.
const LOOK: Duration = Duration::from_millis(200);

const SIGNS: &str = "
    SELECT count(*) FILTER (WHERE seen_at >= clock() - $1) AS alive, coalesce(max(seen_at), 0) AS newest FROM node";

/// The database, within a transaction that reads all of it at one moment. No node starts meanwhile.
pub(crate) struct PostgresSource {
    client: Client,
    at: Timestamp,
    buckets: Buckets,
}

impl PostgresSource {
    /// Opens the database at `url`, and waits until the nodes that have ended are silent.
    ///
    /// # Errors
    /// [`MoveError`] when a start would be refused, a node is alive, or there is nothing.
    pub(crate) async fn open(url: DatabaseUrl, given: &[StoreKeys]) -> Result<Self, MoveError> {
        let database = Database::at(url).map_err(OpenError::Database)?;
        let mut client = database.open(Work::Starting).await.map_err(not_opened)?;
        lasts(&client).await?;
        schema::lock(&client).await.map_err(unusable)?;
        if matches!(schema::age(&client).await?, schema::Age::Unborn) {
            return Err(MoveError::Nothing("database"));
        }
        schema::migrate(&mut client).await?;
        if super::is_half(&client).await? {
            return Err(OpenError::HalfImported.into());
        }
        let Some(sealer) = keys::find(&client, given).await? else {
            return Err(MoveError::Nothing("database"));
        };
        if !sealer.older().is_empty() {
            return Err(MoveError::OlderKeys);
        }
        silence(&client).await?;
        client
            .batch_execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
            .await?;
        Ok(Self {
            buckets: Buckets::read(&client).await?,
            at: Timestamp::default(),
            client,
        })
    }
}

/// Waits until no node counts as alive.
///
/// # Errors
/// [`MoveError::Alive`] when one gives a sign of life meanwhile.
async fn silence(client: &Client) -> Result<(), MoveError> {
    let alive = i64::try_from(ALIVE.as_millis()).unwrap_or(i64::MAX);
    let (begun, mut first) = (Instant::now(), None);
    loop {
        let signs = client.query_one(SIGNS, &[&alive]).await?;
        let newest: i64 = signs.try_get("newest")?;
        if signs.try_get::<_, i64>("alive")? == 0 {
            return Ok(());
        }
        let is_new = *first.get_or_insert(newest) != newest;
        if is_new || begun.elapsed() > ALIVE + 2 * PACE {
            return Err(MoveError::Alive);
        }
        tokio::time::sleep(LOOK).await;
    }
}

#[async_trait]
impl Source for PostgresSource {
    async fn header(&mut self) -> Result<Header, MoveError> {
        let header = reading::header(&self.client).await?;
        self.at = Timestamp::from_millis(header.at);
        Ok(header)
    }

    async fn read(&mut self, kind: Kind, take: Take<'_>) -> Result<(), MoveError> {
        reading::read(&self.client, kind, self.at, &mut self.buckets, take).await
    }
}
