//! The two ends of a move: a database that is read, and one that is written.

use std::path::Path;

use async_trait::async_trait;

use super::Kind;
use super::MoveError;
use super::file::Header;
use super::row::Row;
use crate::inspect::KeysBeside;
use crate::seal::{Generation, StoreKeys};

/// Takes rows, one after the other.
pub(crate) type Take<'a> = &'a mut (dyn FnMut(Row) -> Result<(), MoveError> + Send);

/// A database whose rows are read while nobody uses it.
#[async_trait]
pub(crate) trait Source: Send {
    /// Returns what is told once of the deployment.
    async fn header(&mut self) -> Result<Header, MoveError>;

    /// Reads the rows of one kind in the order of the file: messages by the time of their decision and then by id, events by
    /// their time and then by id, and the others by their keys.
    async fn read(&mut self, kind: Kind, take: Take<'_>) -> Result<(), MoveError>;
}

/// The database that a file shall go into, as it is found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Standing {
    /// It holds nothing.
    Empty,
    /// It holds so many rows of the file with this digest.
    Half { file: Vec<u8>, rows: u64 },
    /// It holds a deployment, or remains of one; in words.
    Taken(String),
}

/// A database that a file goes into. It can be read, to compare what has arrived.
#[async_trait]
pub(crate) trait Target: Source {
    /// Looks at what the database holds. Changes nothing.
    async fn standing(&mut self) -> Result<Standing, MoveError>;

    /// Begins with the file that has this header and this digest: from now on a start is refused.
    async fn begin(&mut self, header: &Header, file: &[u8]) -> Result<(), MoveError>;

    /// Writes rows of one kind, the last of which is row `until` of the file, and that number with them. All of them are durable
    /// then, or none.
    async fn put(&mut self, kind: Kind, rows: Vec<Row>, until: u64) -> Result<(), MoveError>;

    /// Puts on record what follows from all rows: where new ones begin, and the time.
    async fn round_off(&mut self, header: &Header) -> Result<(), MoveError>;

    /// Opens the database to starts: everything has come.
    async fn end(&mut self) -> Result<(), MoveError>;

    /// Returns whether the database keeps rows of this kind.
    fn keeps(&self, _kind: Kind) -> bool {
        true
    }
}

/// The keys that a file must have been exported under.
pub(crate) struct GivenKeys<'a> {
    newest: Generation,
    beside: &'a KeysBeside<'a>,
}

impl<'a> GivenKeys<'a> {
    /// Takes the first of these keys, which are those to write with, and keys that the store does not use.
    pub(crate) fn of(keys: &[StoreKeys], beside: &'a KeysBeside<'a>) -> Option<Self> {
        let newest = Generation::new(1, keys.first()?)?;
        Some(Self { newest, beside })
    }

    /// Returns the MAC of a file with this digest.
    pub(crate) fn mac_of_file(&self, digest: &[u8]) -> [u8; 32] {
        self.newest.mac_of_file(digest)
    }

    /// Returns whether `mac` is that of a file with this digest.
    pub(crate) fn is_mac_of_file(&self, digest: &[u8], mac: &[u8]) -> bool {
        self.newest.is_mac_of_file(digest, mac)
    }

    /// Checks that the file at `path` with this header was exported under these keys.
    ///
    /// # Errors
    /// [`MoveError::Keys`].
    pub(crate) fn check(&self, header: &Header, path: &Path) -> Result<(), MoveError> {
        match header.fingerprint.0 == self.newest.fingerprint() {
            true => Ok(()),
            false => Err(MoveError::Keys(path.to_owned())),
        }
    }

    /// Checks the same of a row, which may be the check value of a key that the store does not use.
    ///
    /// # Errors
    /// [`MoveError::Keys`].
    pub(crate) fn check_row(&self, row: &Row, path: &Path) -> Result<(), MoveError> {
        let Row::KeyCheck(check) = row else {
            return Ok(());
        };
        let mut given = self.beside.iter().filter(|(name, _)| *name == check.name);
        let is_known = given.all(|(_, values)| values.iter().any(|value| check.digest.0 == value));
        match is_known {
            true => Ok(()),
            false => Err(MoveError::Keys(path.to_owned())),
        }
    }
}
