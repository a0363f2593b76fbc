//! The audit record: the port [`AuditLog`] over batches and the table `audit`, one chain of all nodes.

use std::sync::Arc;

use async_trait::async_trait;
use countersign_core::audit::Act;
use countersign_core::audit::chain::{Entry, Head};
use countersign_core::ports::StoreError;
use countersign_core::ports::audit::AuditLog;
use countersign_core::time::Timestamp;
use tokio_postgres::Row;
use tokio_postgres::types::ToSql;

use super::batch::{Judge, Place, Rows};
use super::connect::Connected;
use super::records::ask;
use super::words::{Failure, unavailable};
use super::{DECISION, PostgresStore};

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
