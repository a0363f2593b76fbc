//! Rows of the log that are sealed anew with the newest keys.

use countersign_core::application::AppId;
use countersign_core::ports::setup::SecretMac;
use rusqlite::{Connection, OptionalExtension as _, params};

use crate::erased::ERASED;
use crate::seal::Key;

/// A kind of rows that are sealed one by one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sealed {
    Message,
    Unlock,
}

impl Sealed {
    pub(crate) const ALL: [Sealed; 2] = [Sealed::Message, Sealed::Unlock];

    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Sealed::Message => "message",
            Sealed::Unlock => "unlock",
        }
    }

    /// Returns the first row that was not looked at yet; `None` where all rows are sealed with the newest keys.
    pub(crate) fn next(self, log: &Connection) -> rusqlite::Result<Option<i64>> {
        log.prepare_cached("SELECT next FROM reseal WHERE kind = ?")?
            .query_row([self.as_str()], |row| row.get(0))
            .optional()
    }
}

/// A row as it is sealed with the newest keys.
#[derive(Debug)]
pub(crate) struct ResealedRow {
    pub(crate) seq: i64,
    pub(crate) sealed: Vec<u8>,
    /// The key of the number, of a message.
    pub(crate) number: Key,
}

/// Some rows that are sealed anew, as one record of the log.
#[derive(Debug)]
pub(crate) struct Resealed {
    pub(crate) kind: Sealed,
    pub(crate) rows: Vec<ResealedRow>,
    /// The first row that was not looked at yet; `None` where every row was.
    pub(crate) next: Option<i64>,
}

impl Resealed {
    pub(crate) fn write(&self, log: &Connection) -> rusqlite::Result<()> {
        for row in &self.rows {
            match self.kind {
                Sealed::Message => log
                    .prepare_cached(
                        "UPDATE message SET phone = ?, phone_key = ? WHERE seq = ? AND phone_key <> ?",
                    )?
                    // A number that was erased meanwhile does not come back.
                    .execute(params![
                        row.sealed,
                        row.number.column(),
                        row.seq,
                        ERASED.column()
                    ])?,
                Sealed::Unlock => log
                    .prepare_cached("UPDATE code_event SET sealed = ? WHERE seq = ? AND sealed IS NOT NULL")?
                    .execute(params![row.sealed, row.seq])?,
            };
        }
        let kind = self.kind.as_str();
        match self.next {
            Some(next) => log
                .prepare_cached("UPDATE reseal SET next = ? WHERE kind = ?")?
                .execute(params![next, kind])?,
            None => log
                .prepare_cached("DELETE FROM reseal WHERE kind = ?")?
                .execute([kind])?,
        };
        Ok(())
    }
}

/// The MAC of an application's secret under the newest keys, in place of an older MAC of that secret, as one record of the
/// log.
#[derive(Debug)]
pub(crate) struct NewerMac {
    pub(crate) app: AppId,
    pub(crate) old: SecretMac,
    pub(crate) new: SecretMac,
}

impl NewerMac {
    /// Replaces the MAC where it stands, as that of the secret or of the secret before.
    pub(crate) fn write(&self, log: &Connection) -> rusqlite::Result<()> {
        let row: Option<Vec<u8>> = log
            .prepare_cached("SELECT sealed FROM setting WHERE kind = 'application' AND key = ?")?
            .query_row([self.app.as_str()], |row| row.get(0))
            .optional()?;
        let mut macs = row.unwrap_or_default();
        let generations = ["$.secret_generation", "$.replaced_secret_generation"];
        for (mac, generation) in macs.chunks_exact_mut(32).zip(generations) {
            if *mac == self.old.as_bytes()[..] {
                mac.copy_from_slice(self.new.as_bytes());
                log.prepare_cached(
                    "UPDATE setting SET value = json_set(value, ?, ?) WHERE kind = 'application' AND key = ?",
                )?
                .execute(params![generation, self.new.generation(), self.app.as_str()])?;
            }
        }
        log.prepare_cached("UPDATE setting SET sealed = ? WHERE kind = 'application' AND key = ?")?
            .execute(params![macs, self.app.as_str()])?;
        Ok(())
    }
}
