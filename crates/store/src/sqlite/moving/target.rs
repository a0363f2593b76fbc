//! A folder without a database, which a file goes into.

use std::fs;
use std::path::Path;

use async_trait::async_trait;
use countersign_core::time::Timestamp;
use rusqlite::{Connection, params};

use super::writing::Writing;
use super::{counted, rows, source};
use crate::folder::OwnedFolder;
use crate::mark;
use crate::moving::ends::{Source, Standing, Take, Target};
use crate::moving::file::Header;
use crate::moving::row::Row;
use crate::moving::{Kind, MoveError};
use crate::sqlite::log::imported::{self, Import};
use crate::sqlite::log::read_only;
use crate::sqlite::log::schema::migrations;
use crate::sqlite::log::setup;
use crate::sqlite::reading::lookup;
use crate::sqlite::start::open::{DATABASE, OpenError, configure};

/// The folder, and the database once it is made.
pub(crate) struct SqliteTarget {
    folder: OwnedFolder,
    log: Option<Connection>,
    writing: Option<Writing>,
    /// The time of the export.
    at: i64,
}

impl SqliteTarget {
    pub(crate) fn of(folder: OwnedFolder) -> Self {
        Self {
            folder,
            log: None,
            writing: None,
            at: 0,
        }
    }

    /// Returns the database, which is opened at first, and made.
    fn log(&mut self) -> Result<&mut Connection, MoveError> {
        if self.log.is_none() {
            let mut log = Connection::open(self.folder.path().join(DATABASE))?;
            configure(&log)?;
            let migrated = migrations().to_latest(&mut log);
            migrated.map_err(|error| MoveError::Database(error.to_string()))?;
            self.at = log.query_row("SELECT coalesce(max(at), 0) FROM import", [], |row| {
                row.get(0)
            })?;
            self.log = Some(log);
        }
        self.log.as_mut().ok_or_else(MoveError::unreadable)
    }
}

/// Returns what stands in the way of a new database in `folder`, in words.
fn taken(folder: &Path) -> Option<String> {
    let marked = folder.join(mark::FILE).exists();
    let is_beside = lookup::is_beside(&folder.join(DATABASE));
    (marked || is_beside).then(|| {
        format!(
            "{} had a database, whose files {} are there still",
            folder.display(),
            if marked { mark::FILE } else { "lookup.db" }
        )
    })
}

#[async_trait]
impl Source for SqliteTarget {
    async fn header(&mut self) -> Result<Header, MoveError> {
        let at = Timestamp::from_millis(self.at);
        source::header(self.log()?, at)
    }

    async fn read(&mut self, kind: Kind, take: Take<'_>) -> Result<(), MoveError> {
        let at = self.at;
        let log = self.log()?;
        match kind {
            Kind::Bucket => counted::carried_buckets(log, take),
            Kind::Number => counted::carried_numbers(log, take),
            Kind::Code => counted::carried_codes(log, take),
            kind => rows::read(log, kind, at, take),
        }
    }
}

#[async_trait]
impl Target for SqliteTarget {
    async fn standing(&mut self) -> Result<Standing, MoveError> {
        let folder = self.folder.path();
        let path = folder.join(DATABASE);
        if fs::metadata(&path).map_or(0, |file| file.len()) == 0 {
            return Ok(taken(folder).map_or(Standing::Empty, Standing::Taken));
        }
        let log = read_only::open(&path)?;
        let version: i64 = log.pragma_query_value(None, "user_version", |row| row.get(0))?;
        let behind = migrations().pending_migrations(&log);
        let is_ours = behind.is_ok_and(|behind| behind == 0);
        let import = if is_ours { Import::read(&log)? } else { None };
        let has_keys = is_ours && log.prepare("SELECT 1 FROM key_generation")?.exists([])?;
        Ok(match import {
            Some(import) if !import.has_ended => Standing::Half {
                file: import.file,
                rows: import.rows,
            },
            None if version == 0 || is_ours && !has_keys => {
                taken(folder).map_or(Standing::Empty, Standing::Taken)
            }
            _ => Standing::Taken(format!("{} holds a database already", folder.display())),
        })
    }

    async fn begin(&mut self, header: &Header, file: &[u8]) -> Result<(), MoveError> {
        let log = self.log()?;
        let change = log.transaction()?;
        imported::begin(&change, file, header.at)?;
        change.execute(
            "INSERT INTO key_fingerprint VALUES (1, ?)",
            [&header.fingerprint.0],
        )?;
        change.execute(
            "UPDATE setup SET version = ?, seals = ?",
            [header.setup, setup::SEALS],
        )?;
        change.execute("UPDATE gone SET days_until = ?", [header.days_until])?;
        change.execute(
            "UPDATE mark SET high_water = ?, dead_before = ?, held_until = ?",
            params![header.at, header.dead_before, header.held_until],
        )?;
        change.commit()?;
        self.at = header.at;
        Ok(())
    }

    async fn put(&mut self, kind: Kind, rows: Vec<Row>, until: u64) -> Result<(), MoveError> {
        let mut writing = match self.writing.take() {
            Some(writing) => writing,
            None => Writing::begin(self.log()?)?,
        };
        if self.keeps(kind) {
            let log = self.log()?;
            let change = log.transaction()?;
            rows.iter().try_for_each(|row| writing.put(&change, row))?;
            imported::set_rows(&change, until)?;
            change.commit()?;
        }
        self.writing = Some(writing);
        Ok(())
    }

    async fn round_off(&mut self, _header: &Header) -> Result<(), MoveError> {
        let log = self.log()?;
        let change = log.transaction()?;
        imported::own_begins(&change)?;
        change.commit()?;
        Ok(())
    }

    async fn end(&mut self) -> Result<(), MoveError> {
        let log = self.log()?;
        imported::end(log)?;
        // Everything lies in the database itself then, and not in the log beside it.
        log.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
        Ok(())
    }

    fn keeps(&self, kind: Kind) -> bool {
        kind != Kind::Refusal
    }
}

impl From<OpenError> for MoveError {
    fn from(error: OpenError) -> Self {
        MoveError::Open(crate::home::OpenError::Embedded(error))
    }
}
