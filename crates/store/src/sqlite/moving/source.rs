//! A database that is in use, while its process is stopped: opened as a start opens it, so that what was under way has its outcome.

use std::fs;
use std::path::PathBuf;
use std::sync::{Arc, MutexGuard};

use async_trait::async_trait;
use countersign_core::time::{Clock, Timestamp};
use rusqlite::Connection;

use super::{counted, rows};
use crate::folder::OwnedFolder;
use crate::home::OpenError;
use crate::moving::ends::{Source, Take};
use crate::moving::file::{FORMAT, Header};
use crate::moving::hex::Bytes;
use crate::moving::{Kind, MoveError};
use crate::seal::StoreKeys;
use crate::sqlite::SqliteStore;
use crate::sqlite::log::generation;
use crate::sqlite::log::read_only;
use crate::sqlite::memory::Live;
use crate::sqlite::start::open::{DATABASE, assemble};
use crate::sqlite::start::put_back::OnPutBack;
use crate::sqlite::writer::Writer;

/// The database of a folder that this process owns.
pub(crate) struct SqliteSource {
    store: SqliteStore,
    writer: Writer,
    log: Connection,
    now: Timestamp,
}

impl SqliteSource {
    /// Opens the database in `folder`.
    ///
    /// # Errors
    /// [`MoveError`] when a start would be refused, or there is none.
    pub(crate) fn open(
        folder: OwnedFolder,
        keys: &[StoreKeys],
        clock: Arc<dyn Clock>,
    ) -> Result<Self, MoveError> {
        let path: PathBuf = folder.path().join(DATABASE);
        if fs::metadata(&path).map_or(0, |file| file.len()) == 0 {
            return Err(MoveError::Nothing("folder"));
        }
        let opened = assemble(folder, keys, clock, OnPutBack::Refuse);
        let (store, writer) = opened.map_err(OpenError::Embedded)?;
        let log = read_only::open(&path)?;
        if generation::needed(&log)?.len() > 1 {
            return Err(MoveError::OlderKeys);
        }
        let now = store.clock.now();
        Ok(Self {
            store,
            writer,
            log,
            now,
        })
    }

    fn live(&self) -> Result<MutexGuard<'_, Live>, MoveError> {
        let live = self.store.live.lock();
        live.map_err(|_| MoveError::unreadable())
    }
}

impl Drop for SqliteSource {
    /// Leaves a database that a service can open.
    fn drop(&mut self) {
        self.writer.end();
    }
}

#[async_trait]
impl Source for SqliteSource {
    async fn header(&mut self) -> Result<Header, MoveError> {
        header(&self.log, self.now)
    }

    async fn read(&mut self, kind: Kind, take: Take<'_>) -> Result<(), MoveError> {
        match kind {
            Kind::Bucket => counted::buckets(&*self.live()?, self.now, take),
            Kind::Number => counted::numbers(&*self.live()?, take),
            Kind::Code => counted::codes(&*self.live()?, self.now, take),
            kind => rows::read(&self.log, kind, self.now.as_millis(), take),
        }
    }
}

/// Reads what is told once of the deployment, at `now`.
pub(super) fn header(log: &Connection, now: Timestamp) -> Result<Header, MoveError> {
    let select = "
        SELECT identity.id, digest, dead_before, held_until, version, days_until
        FROM identity, key_fingerprint, mark, setup, gone";
    let header = log.query_row(select, [], |row| {
        Ok(Header {
            countersign_export: FORMAT,
            version: env!("CARGO_PKG_VERSION").to_owned(),
            database: "sqlite".to_owned(),
            schema: log.pragma_query_value(None, "user_version", |row| row.get(0))?,
            deployment: Bytes(row.get(0)?),
            fingerprint: Bytes(row.get(1)?),
            at: now.as_millis(),
            dead_before: row.get(2)?,
            held_until: row.get(3)?,
            setup: row.get(4)?,
            days_until: row.get(5)?,
        })
    });
    Ok(header?)
}
