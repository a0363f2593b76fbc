//! The address of a database beside the data folder.

use std::fmt;

/// The address of a database, such as `postgres://user@host/name`.
///
/// A program that was built without PostgreSQL has none.
#[derive(Clone)]
pub struct DatabaseAddress(
    #[cfg(feature = "postgres")] pub(crate) crate::postgres::DatabaseUrl,
    #[cfg(not(feature = "postgres"))] pub(crate) std::convert::Infallible,
);

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
        Ok(Self(crate::postgres::DatabaseUrl::parse(text)?))
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
