//! The address of a database beside the data folder.

use std::fmt;
use std::time::Duration;

/// The address of a database, such as `postgres://user@host/name`, and of a replica that answers those who only look.
///
/// A program that was built without PostgreSQL has none.
#[derive(Clone)]
pub struct DatabaseAddress {
    #[cfg(feature = "postgres")]
    pub(crate) url: crate::postgres::DatabaseUrl,
    /// A replica, and by how much it may be behind.
    #[cfg(feature = "postgres")]
    pub(crate) replica: Option<(crate::postgres::DatabaseUrl, Duration)>,
    #[cfg(not(feature = "postgres"))]
    pub(crate) never: std::convert::Infallible,
}

// Written by hand: the address may hold a password.
impl fmt::Debug for DatabaseAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DatabaseAddress(..)")
    }
}

/// The reason why a text is no address of a database. None of them repeats the text.
#[derive(Debug, thiserror::Error)]
pub enum InvalidAddress {
    /// The program knows no database but its own.
    #[error(
        "this countersign was built without PostgreSQL: install a package, which has it, or build it with --features \
         postgres; without a database_url the store is in the data folder"
    )]
    NotBuilt,
    /// It is no address of PostgreSQL.
    #[cfg(feature = "postgres")]
    #[error(transparent)]
    Postgres(#[from] crate::postgres::InvalidUrl),
}

impl DatabaseAddress {
    /// Reads an address.
    ///
    /// # Errors
    /// [`InvalidAddress`] says why the text is no address.
    #[cfg(feature = "postgres")]
    pub fn parse(text: &str) -> Result<Self, InvalidAddress> {
        Ok(Self {
            url: crate::postgres::DatabaseUrl::parse(text)?,
            replica: None,
        })
    }

    /// Returns this address with that of a replica, which answers while it is behind by less than `most`.
    #[cfg(feature = "postgres")]
    #[must_use]
    pub fn with_replica(self, replica: Self, most: Duration) -> Self {
        Self {
            replica: Some((replica.url, most)),
            ..self
        }
    }

    /// Returns this address.
    #[cfg(not(feature = "postgres"))]
    #[must_use]
    pub fn with_replica(self, _replica: Self, _most: Duration) -> Self {
        self
    }

    /// Refuses every address.
    ///
    /// # Errors
    /// [`InvalidAddress::NotBuilt`].
    #[cfg(not(feature = "postgres"))]
    pub fn parse(_text: &str) -> Result<Self, InvalidAddress> {
        Err(InvalidAddress::NotBuilt)
    }
}
