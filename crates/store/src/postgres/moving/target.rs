//! A database that holds nothing, which a file goes into.

use async_trait::async_trait;
use countersign_core::time::Timestamp;
use tokio_postgres::Client;

use super::reading::{self, Buckets};
use super::writing::Writing;
use crate::moving::ends::{Source, Standing, Take, Target};
use crate::moving::file::Header;
use crate::moving::row::Row;
use crate::moving::{Kind, MoveError};
use crate::postgres::connect::{Database, Work};
use crate::postgres::schema::{self, Age};
use crate::postgres::start::{lasts, not_opened, unusable};
use crate::postgres::{DatabaseUrl, OpenError};

/// The database. No node starts meanwhile.
pub(crate) struct PostgresTarget {
    client: Client,
    writing: Writing,
    /// The time of the export.
    at: Timestamp,
}

impl PostgresTarget {
    /// Opens the database at `url`.
    ///
    /// # Errors
    /// [`MoveError`] when it cannot be reached, or may lose what it has committed.
    pub(crate) async fn open(url: DatabaseUrl) -> Result<Self, MoveError> {
        let database = Database::at(url).map_err(OpenError::Database)?;
        let client = database.open(Work::Starting).await.map_err(not_opened)?;
        lasts(&client).await?;
        schema::lock(&client).await.map_err(unusable)?;
        Ok(Self {
            client,
            writing: Writing::default(),
            at: Timestamp::default(),
        })
    }
}

const BEGUN: &str = "
    SELECT EXISTS (SELECT FROM key_generation) OR EXISTS (SELECT FROM node) OR EXISTS (SELECT FROM setting) AS begun";
const HALF: &str = "SELECT file, rows, at FROM import WHERE ended_at IS NULL";
const BEGIN: &str = "INSERT INTO import (file, rows, at) VALUES ($1, 0, $2)";

/// The clock of the deployment goes on from the time of the export, where that of the machine is behind.
const CLOCK: &str = "
    UPDATE deployment SET clock_ahead = now - $1, clock_since = now
    FROM (SELECT machine_clock() AS now) AS machine WHERE now < $1";
const HEAD: &str = "
    INSERT INTO audit_head SELECT true, seq, hash FROM audit ORDER BY seq DESC LIMIT 1
    ON CONFLICT (only_row) DO UPDATE SET seq = excluded.seq, hash = excluded.hash";
const ANALYZE: &str = "ANALYZE message, attempt, receipt, code_event, bucket, number, code, audit";

#[async_trait]
impl Source for PostgresTarget {
    async fn header(&mut self) -> Result<Header, MoveError> {
        reading::header(&self.client).await
    }

    async fn read(&mut self, kind: Kind, take: Take<'_>) -> Result<(), MoveError> {
        self.client.batch_execute("BEGIN READ ONLY").await?;
        // What a bucket counts is told to a file, and is in no digest.
        let mut buckets = Buckets::default();
        reading::read(&self.client, kind, self.at, &mut buckets, take).await?;
        Ok(self.client.batch_execute("COMMIT").await?)
    }
}

#[async_trait]
impl Target for PostgresTarget {
    async fn standing(&mut self) -> Result<Standing, MoveError> {
        let taken = || Standing::Taken("the database holds a deployment already".to_owned());
        match schema::age(&self.client).await? {
            Age::Unborn => return Ok(Standing::Empty),
            Age::Older => return Ok(taken()),
            Age::Newest => {}
        }
        if let Some(half) = self.client.query_opt(HALF, &[]).await? {
            self.at = Timestamp::from_millis(half.try_get("at")?);
            return Ok(Standing::Half {
                file: half.try_get("file")?,
                rows: half.try_get::<_, i64>("rows")?.unsigned_abs(),
            });
        }
        let begun = self.client.query_one(BEGUN, &[]).await?;
        match begun.try_get(0)? {
            true => Ok(taken()),
            false => Ok(Standing::Empty),
        }
    }

    async fn begin(&mut self, header: &Header, file: &[u8]) -> Result<(), MoveError> {
        schema::migrate(&mut self.client).await?;
        let change = self.client.transaction().await?;
        change.execute(BEGIN, &[&file, &header.at]).await?;
        let version = "UPDATE setup SET version = $1";
        change.execute(version, &[&header.setup]).await?;
        let days = "UPDATE tallied SET days_until = $1";
        change.execute(days, &[&header.days_until]).await?;
        let dead = "UPDATE deployment SET dead_before = $1, held_until = $2";
        change
            .execute(dead, &[&header.dead_before, &header.held_until])
            .await?;
        change.commit().await?;
        self.at = Timestamp::from_millis(header.at);
        Ok(())
    }

    async fn put(&mut self, kind: Kind, rows: Vec<Row>, until: u64) -> Result<(), MoveError> {
        let change = self.client.transaction().await?;
        self.writing.put(&change, kind, &rows, self.at).await?;
        let until = i64::try_from(until).unwrap_or(i64::MAX);
        let note = "UPDATE import SET rows = $1";
        change.execute(note, &[&until]).await?;
        Ok(change.commit().await?)
    }

    async fn round_off(&mut self, header: &Header) -> Result<(), MoveError> {
        self.client.execute(HEAD, &[]).await?;
        self.client.execute(CLOCK, &[&header.at]).await?;
        Ok(self.client.batch_execute(ANALYZE).await?)
    }

    async fn end(&mut self) -> Result<(), MoveError> {
        let end = "UPDATE import SET ended_at = at";
        self.client.execute(end, &[]).await?;
        Ok(())
    }
}
