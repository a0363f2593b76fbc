//! The audit record: the port [`AuditLog`] over the writer and the table `audit`, and the record of a folder on which no
//! countersign runs.

use std::path::Path;

use async_trait::async_trait;
use countersign_core::audit::Act;
use countersign_core::audit::chain::{Entry, Head};
use countersign_core::ports::StoreError;
use countersign_core::ports::audit::AuditLog;
use countersign_core::time::Timestamp;
use rusqlite::{Connection, OpenFlags, TransactionBehavior};

use super::log::act::{self, ActRow};
use super::log::record::Record;
use super::start::open::DATABASE;
use super::{DECISION, SqliteStore, wait};
use crate::folder::OwnedFolder;

#[async_trait]
impl AuditLog for SqliteStore {
    async fn record(&self, act: Act) -> Result<(), StoreError> {
        let row = self.act_now(act);
        let durable = self.queue.push(Record::Act(Box::new(row)))?;
        wait(durable, DECISION).await
    }

    async fn head(&self) -> Result<Head, StoreError> {
        self.read(|reader, _| act::head(reader)).await
    }

    async fn after(&self, seq: u64, limit: u16) -> Result<Vec<Entry>, StoreError> {
        self.read(move |reader, _| act::after(reader, seq, limit))
            .await
    }

    async fn before(&self, seq: Option<u64>, limit: u16) -> Result<Vec<Entry>, StoreError> {
        let seq = seq.unwrap_or(u64::MAX);
        self.read(move |reader, _| act::before(reader, seq, limit))
            .await
    }
}

impl SqliteStore {
    /// Returns the row of an act that is done now.
    pub(super) fn act_now(&self, act: Act) -> ActRow {
        ActRow {
            at: self.clock.wall(),
            act,
        }
    }
}

/// The audit record of a folder on which no countersign runs. It needs no keys.
#[derive(Debug)]
pub struct StoppedAudit {
    log: Connection,
}

/// The audit record of a folder cannot be read or written; in words.
#[derive(Debug, thiserror::Error)]
#[error("the audit record cannot be used: {0}")]
pub struct StoppedAuditError(String);

impl From<rusqlite::Error> for StoppedAuditError {
    fn from(error: rusqlite::Error) -> Self {
        Self(error.to_string())
    }
}

impl StoppedAudit {
    /// Opens the record of `folder`; `None` where it has none yet: no database, or one of an older release.
    ///
    /// # Errors
    /// [`StoppedAuditError`] when the database cannot be opened.
    pub fn open(folder: &Path) -> Result<Option<Self>, StoppedAuditError> {
        Self::with(folder, OpenFlags::SQLITE_OPEN_READ_ONLY)
    }

    fn with(folder: &Path, flags: OpenFlags) -> Result<Option<Self>, StoppedAuditError> {
        let path = folder.join(DATABASE);
        if std::fs::metadata(&path).map_or(0, |file| file.len()) == 0 {
            return Ok(None);
        }
        let log = Connection::open_with_flags(path, flags)?;
        let is_kept = log.table_exists(None, "audit")?;
        Ok(is_kept.then_some(Self { log }))
    }

    /// Returns whether `folder` has a record, as far as that can be told.
    #[must_use]
    pub fn is_in(folder: &Path) -> bool {
        matches!(Self::open(folder), Ok(Some(_)))
    }

    /// Appends an act that is done at `at` by the wall clock. A folder without a record stays without.
    ///
    /// # Errors
    /// [`StoppedAuditError`] when the act could not be made durable.
    pub fn record(folder: &OwnedFolder, at: Timestamp, act: Act) -> Result<(), StoppedAuditError> {
        let opened = Self::with(folder.path(), OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        let Some(Self { mut log }) = opened else {
            return Ok(());
        };
        log.pragma_update(None, "synchronous", "FULL")?;
        let transaction = log.transaction_with_behavior(TransactionBehavior::Immediate)?;
        ActRow { at, act }.append(&transaction)?;
        Ok(transaction.commit()?)
    }

    /// Returns the entries after the number `seq`, oldest first, at most `limit`, as [`AuditLog::after`] does.
    ///
    /// # Errors
    /// [`StoppedAuditError`] when the first of them cannot be read.
    pub fn after(&self, seq: u64, limit: u16) -> Result<Vec<Entry>, StoppedAuditError> {
        Ok(act::after(&self.log, seq, limit)?)
    }
}
