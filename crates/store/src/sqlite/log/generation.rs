//! The generations of keys that a database was written with.

use std::sync::Arc;

use countersign_core::time::Timestamp;
use rusqlite::{Connection, OptionalExtension as _, params};
use zeroize::Zeroizing;

use super::act::ActRow;
use super::{setup, staff};
use crate::seal::Sealer;

/// A generation that is still needed.
#[derive(Debug, Clone, Copy)]
pub(crate) struct GenerationRow {
    pub(crate) number: u32,
    pub(crate) fingerprint: [u8; 16],
    /// When it became the newest.
    pub(crate) since: Timestamp,
}

/// Returns the generations that are still needed, newest first.
pub(crate) fn needed(log: &Connection) -> rusqlite::Result<Vec<GenerationRow>> {
    let mut select = log.prepare_cached(
        "SELECT number, fingerprint, since FROM key_generation WHERE ended_at IS NULL ORDER BY number DESC",
    )?;
    let rows = select.query_map([], |row| {
        Ok(GenerationRow {
            number: row.get("number")?,
            fingerprint: row.get("fingerprint")?,
            since: Timestamp::from_millis(row.get("since")?),
        })
    })?;
    rows.collect()
}

/// A change to new keys, as one record of the log.
#[derive(Debug)]
pub(crate) struct Beginning {
    /// The sealer of the new keys, and of those before.
    pub(crate) sealer: Arc<Sealer>,
    pub(crate) at: Timestamp,
    /// The act of the change; `None` for the first keys of a database.
    pub(crate) act: Option<ActRow>,
    /// A new key that the store itself does not use, by its name and check value.
    pub(crate) key_check: Option<(&'static str, [u8; 16])>,
}

impl Beginning {
    /// Makes the newest generation of the sealer that of the database. What is small is sealed anew at once: settings, sessions
    /// and kept keys. Everything else is noted as what is to be sealed anew.
    pub(crate) fn write(&self, log: &Connection) -> rusqlite::Result<()> {
        let Self {
            sealer,
            at,
            act,
            key_check,
        } = self;
        let fingerprint = sealer.fingerprint();
        log.execute(
            "INSERT INTO key_generation VALUES (?, ?, ?, NULL)",
            params![sealer.number, fingerprint, at.as_millis()],
        )?;
        log.execute(
            "INSERT OR REPLACE INTO key_fingerprint VALUES (1, ?)",
            [fingerprint],
        )?;
        if let Some((name, digest)) = key_check {
            log.execute(
                "INSERT OR REPLACE INTO key_check VALUES (?, ?)",
                params![name, digest],
            )?;
        }
        if !sealer.older().is_empty() {
            log.execute(
                "INSERT OR REPLACE INTO reseal VALUES ('message', 0), ('unlock', 0)",
                [],
            )?;
        }
        if let Some(act) = act {
            act.append(log)?;
        }
        setup::seal_anew(log, sealer)?;
        staff::seal_anew(log, sealer)?;
        seal_kept_anew(log, sealer)
    }
}

/// The end of an older generation, as one record of the log.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ending {
    pub(crate) number: u32,
    pub(crate) at: Timestamp,
}

impl Ending {
    pub(crate) fn write(&self, log: &Connection) -> rusqlite::Result<()> {
        log.execute(
            "UPDATE key_generation SET ended_at = ? WHERE number = ?",
            params![self.at.as_millis(), self.number],
        )?;
        Ok(())
    }
}

/// Returns the key that is kept under `name`: the one on record, or `first`, which is put on record then.
pub(crate) fn kept_key(
    log: &Connection,
    sealer: &Sealer,
    name: &str,
    first: &[u8; 32],
) -> rusqlite::Result<Zeroizing<[u8; 32]>> {
    let kept: Option<Vec<u8>> = log
        .query_row(
            "SELECT sealed FROM kept_key WHERE name = ?",
            [name],
            |row| row.get(0),
        )
        .optional()?;
    let Some(kept) = kept else {
        let sealed = sealer.seal_kept(name, first).ok_or_else(unusable)?;
        log.execute("INSERT INTO kept_key VALUES (?, ?)", params![name, sealed])?;
        return Ok(Zeroizing::new(*first));
    };
    sealer.open_kept_key(name, &kept).ok_or_else(unusable)
}

fn seal_kept_anew(log: &Connection, sealer: &Sealer) -> rusqlite::Result<()> {
    let mut select = log.prepare("SELECT name, sealed FROM kept_key")?;
    let kept = select.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    for (name, sealed) in kept.collect::<rusqlite::Result<Vec<(String, Vec<u8>)>>>()? {
        let key = sealer.open_kept(&name, &sealed).ok_or_else(unusable)?;
        let sealed = sealer.seal_kept(&name, &key).ok_or_else(unusable)?;
        log.execute(
            "UPDATE kept_key SET sealed = ? WHERE name = ?",
            params![sealed, name],
        )?;
    }
    Ok(())
}

fn unusable() -> rusqlite::Error {
    rusqlite::Error::ToSqlConversionFailure("a kept key could not be sealed or opened".into())
}
