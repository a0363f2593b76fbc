//! The audit record of a deployment, read by a process that has no store open.

use std::path::Path;

use countersign_core::audit::chain::{Breach, Broken, Entry, Head, Verifier};

use crate::address::DatabaseAddress;
use crate::sqlite::{StoppedAudit, StoppedAuditError};

/// How many entries are read at once.
const PAGE: u16 = 500;

/// Reads the audit record in a folder on which no countersign runs, or in a database, whoever uses that. It needs no keys, and
/// changes nothing.
#[derive(Debug)]
pub struct AuditReader(Inner);

#[derive(Debug)]
enum Inner {
    Embedded(StoppedAudit),
    #[cfg(feature = "postgres")]
    Postgres(crate::postgres::StandingAudit),
}

/// The reason why an audit record cannot be read, or is not what was written.
#[derive(Debug, thiserror::Error)]
pub enum AuditReaderError {
    /// An entry is not what was written.
    #[error(transparent)]
    Broken(#[from] Broken),
    /// The record in the folder cannot be read.
    #[error(transparent)]
    Embedded(#[from] StoppedAuditError),
    /// The record in the database cannot be read.
    #[cfg(feature = "postgres")]
    #[error(transparent)]
    Postgres(#[from] crate::postgres::OpenError),
}

impl AuditReader {
    /// Opens the record in `folder`, or in `database`; `None` where there is none yet.
    ///
    /// # Errors
    /// [`AuditReaderError`] when it cannot be read.
    pub async fn open(
        folder: &Path,
        database: Option<DatabaseAddress>,
    ) -> Result<Option<Self>, AuditReaderError> {
        let inner = match database {
            None => StoppedAudit::open(folder)?.map(Inner::Embedded),
            #[cfg(feature = "postgres")]
            Some(address) => {
                let found = crate::postgres::StandingAudit::open(address.url).await?;
                found.map(Inner::Postgres)
            }
            #[cfg(not(feature = "postgres"))]
            Some(address) => match address.never {},
        };
        Ok(inner.map(Self))
    }

    /// Verifies the record, with a head that was kept elsewhere where there is one. Returns its head.
    ///
    /// # Errors
    /// [`AuditReaderError::Broken`] at the first entry that is not what was written, or lies in a folder and cannot be read.
    pub async fn verify(&self, known: Option<Head>) -> Result<Head, AuditReaderError> {
        let mut verifier = Verifier::new(known);
        loop {
            let seq = verifier.next();
            let page = match self.after(seq - 1, PAGE).await {
                Err(AuditReaderError::Embedded(_)) => {
                    let why = Breach::Unreadable;
                    return Err(Broken { seq, why }.into());
                }
                page => page?,
            };
            if page.is_empty() {
                return Ok(verifier.finish()?);
            }
            for entry in &page {
                verifier.take(entry)?;
            }
        }
    }

    /// Returns the entries after the number `seq`, oldest first, at most `limit`, as
    /// [`AuditLog::after`](countersign_core::ports::audit::AuditLog::after) does.
    ///
    /// # Errors
    /// [`AuditReaderError`] when the first of them cannot be read.
    pub async fn after(&self, seq: u64, limit: u16) -> Result<Vec<Entry>, AuditReaderError> {
        Ok(match &self.0 {
            Inner::Embedded(folder) => folder.after(seq, limit)?,
            #[cfg(feature = "postgres")]
            Inner::Postgres(database) => database.after(seq, limit).await?,
        })
    }
}
