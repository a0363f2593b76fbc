//! A look at a database by a process that has no store open. It changes nothing, and whoever uses the database goes on.

use std::path::Path;

use countersign_core::ports::setup::Setup;
use countersign_core::time::Timestamp;

use crate::address::DatabaseAddress;
use crate::home::OpenError;
use crate::seal::StoreKeys;
use crate::sqlite;

/// The database that a look finds.
#[derive(Debug)]
pub enum Inspected {
    /// None: no start has made one yet.
    Nothing,
    /// One of an older version, which the next start brings to the schema of this one.
    OfOlderVersion,
    /// One of this version.
    Whole(Box<Inspection>),
}

/// A database that is whole, and what is set up in it.
#[derive(Debug)]
pub struct Inspection {
    /// Everything that was looked at and is good, in words.
    pub says: &'static str,
    /// Everything that an operator has set up.
    pub setup: Setup,
    /// The latest time on record.
    pub newest: Timestamp,
    /// The size of the database, in bytes.
    pub bytes: u64,
    /// The names of keys that the store itself does not use and that are not those of before.
    pub other_keys: Vec<String>,
}

/// Keys that the store does not use, by name, with the check values of all their generations.
pub type KeysBeside<'a> = [(&'a str, &'a [[u8; 16]])];

/// Looks at the database in `folder`, or at `database`: at its keys, at what would keep it from being used, and at the setup.
///
/// # Errors
/// [`OpenError`] when a start would be refused, or when the database is damaged.
pub async fn inspect(
    folder: &Path,
    database: Option<DatabaseAddress>,
    keys: &[StoreKeys],
    keys_beside: &KeysBeside<'_>,
) -> Result<Inspected, OpenError> {
    match database {
        None => Ok(sqlite::inspect::inspect(folder, keys, keys_beside)?),
        #[cfg(feature = "postgres")]
        Some(address) => Ok(crate::postgres::inspect(address.url, keys, keys_beside).await?),
        #[cfg(not(feature = "postgres"))]
        Some(address) => match address.never {},
    }
}
