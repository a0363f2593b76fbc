//! The audit record: the port [`AuditLog`] over batches and the table `audit`, one chain of all nodes; and the record as a process reads
//! it that is no node.

use std::sync::Arc;

use async_trait::async_trait;
use countersign_core::audit::Act;
use countersign_core::audit::chain::{Entry, Head};
use countersign_core::ports::StoreError;
use countersign_core::ports::audit::AuditLog;
use countersign_core::time::Timestamp;
use tokio_postgres::types::ToSql;
use tokio_postgres::{Client, Row};

use super::batch::{Judge, Place, Rows};
use super::connect::{Connected, Database, Work};
use super::records::ask;
use super::schema::{self, Age};
use super::start::{OpenError, not_opened, unusable};
use super::words::{Failure, unavailable};
use super::{DECISION, DatabaseUrl, PostgresStore, inspect, moving};

/// An act that changes nothing else.
struct Recording {
    /// The time by the wall clock.
    at: Timestamp,
    act: Act,
}

impl Judge for Recording {
    type Answer = ();

    fn places(&self) -> Vec<Place> {
        vec![Place::Audit]
    }

    fn judge(&mut self, rows: &mut Rows) -> Result<(), StoreError> {
        rows.audit.append(self.at, &self.act);
        rows.keep();
        Ok(())
    }
}

const HEAD: &str = "SELECT seq, hash FROM audit_head";
const AFTER: &str = "SELECT seq, text, hash FROM audit WHERE seq > $1 ORDER BY seq LIMIT $2";
const BEFORE: &str = "SELECT seq, text, hash FROM audit WHERE seq < $1 ORDER BY seq DESC LIMIT $2";

#[async_trait]
impl AuditLog for PostgresStore {
    async fn record(&self, act: Act) -> Result<(), StoreError> {
        let at = self.clock.wall();
        self.batches.decide(Recording { at, act }, DECISION).await
    }

    async fn head(&self) -> Result<Head, StoreError> {
        let rows = self.query(HEAD, &[]).await?;
        let head = rows.first().map(head).transpose();
        Ok(head
            .map_err(|error| unavailable(&error))?
            .unwrap_or_default())
    }

    async fn after(&self, seq: u64, limit: u16) -> Result<Vec<Entry>, StoreError> {
        self.entries(AFTER, seq, limit).await
    }

    async fn before(&self, seq: Option<u64>, limit: u16) -> Result<Vec<Entry>, StoreError> {
        self.entries(BEFORE, seq.unwrap_or(u64::MAX), limit).await
    }
}

/// The audit record of a database, as a process reads it that is no node. It needs no keys, and whoever uses the database goes on.
pub(crate) struct StandingAudit(Client);

impl std::fmt::Debug for StandingAudit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("StandingAudit").finish_non_exhaustive()
    }
}

impl StandingAudit {
    /// Opens the record of the database at `url`; `None` where no node has made one yet.
    ///
    /// # Errors
    /// [`OpenError`] when the database cannot be read, or holds a part of an import.
    pub(crate) async fn open(url: DatabaseUrl) -> Result<Option<Self>, OpenError> {
        let database = Database::at(url).map_err(OpenError::Database)?;
        let client = database.open(Work::Reading).await.map_err(not_opened)?;
        match schema::age(&client).await? {
            Age::Unborn => return Ok(None),
            Age::Newest if moving::is_half(&client).await.map_err(unusable)? => {
                return Err(OpenError::HalfImported);
            }
            Age::Older | Age::Newest => {}
        }
        Ok(Some(Self(client)))
    }

    /// Returns the entries after the number `seq`, oldest first, at most `limit`.
    ///
    /// # Errors
    /// [`OpenError`] when they cannot be read.
    pub(crate) async fn after(&self, seq: u64, limit: u16) -> Result<Vec<Entry>, OpenError> {
        let (seq, limit) = (i64::try_from(seq).unwrap_or(i64::MAX), i64::from(limit));
        let rows = self.0.query(AFTER, &[&seq, &limit]).await;
        let entries = rows.map_err(unusable)?.iter().map(entry).collect();
        let entries: Result<_, Failure> = entries;
        entries.map_err(inspect::unreadable)
    }
}

impl PostgresStore {
    async fn entries(
        &self,
        sql: &'static str,
        seq: u64,
        limit: u16,
    ) -> Result<Vec<Entry>, StoreError> {
        let (seq, limit) = (i64::try_from(seq).unwrap_or(i64::MAX), i64::from(limit));
        let rows = self.query(sql, &[&seq, &limit]).await?;
        let entries: Result<_, Failure> = rows.iter().map(entry).collect();
        Ok(entries?)
    }

    /// Asks for rows that no batch waits for.
    pub(super) async fn query(
        &self,
        sql: &'static str,
        values: &[&(dyn ToSql + Sync)],
    ) -> Result<Vec<Row>, StoreError> {
        let find = |session: Arc<Connected>| async move { Ok(ask(&session, sql, values).await?) };
        self.reading.read(find).await
    }
}

/// Reads the head of the record: zeros where the chain is empty.
fn head(row: &Row) -> Result<Head, tokio_postgres::Error> {
    let hash: &[u8] = row.try_get("hash")?;
    Ok(Head {
        seq: number(row)?,
        hash: hash.try_into().unwrap_or_default(),
    })
}

/// Reads a row as it is: one that was changed may hold any bytes in the place of a hash.
fn entry(row: &Row) -> Result<Entry, Failure> {
    let hash: &[u8] = row.try_get("hash")?;
    Ok(Entry {
        seq: number(row)?,
        text: row.try_get("text")?,
        hash: hash.try_into().unwrap_or_default(),
    })
}

fn number(row: &Row) -> Result<u64, tokio_postgres::Error> {
    let seq: i64 = row.try_get("seq")?;
    Ok(u64::try_from(seq).unwrap_or_default())
}
