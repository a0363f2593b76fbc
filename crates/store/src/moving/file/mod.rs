//! The file of a move: a header, rows and a footer, each a line of JSON.
//!
//! The footer has the number and the digest of each kind of rows, the digest of everything before it, and a MAC of that under the
//! keys of the deployment: nobody who does not have them changes the file unnoticed.

mod reader;
mod writer;

use serde::{Deserialize, Serialize};

use super::digest::ByKind;
use super::hex::Bytes;

pub(crate) use reader::{Checked, Reader};
pub(crate) use writer::Writer;

/// The version of the form that is written and read.
pub(crate) const FORMAT: u32 = 1;

/// The first line: what is told once of a deployment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Header {
    /// [`FORMAT`].
    pub(crate) countersign_export: u32,
    /// The version of the program that wrote the file.
    pub(crate) version: String,
    /// The kind of the database, and the version of its schema.
    pub(crate) database: String,
    pub(crate) schema: i64,
    /// The random id of the database.
    pub(crate) deployment: Bytes,
    /// That of the keys that everything is sealed and digested with.
    pub(crate) fingerprint: Bytes,
    /// The time by the clock of the store. It never falls behind it again.
    pub(crate) at: i64,
    /// The moment before which every code is dead, and the one before which no send is decided on.
    pub(crate) dead_before: i64,
    pub(crate) held_until: i64,
    /// The version of the setup.
    pub(crate) setup: i64,
    /// The counts of days before this time are on record.
    pub(crate) days_until: i64,
}

/// The last line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Footer {
    end: End,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct End {
    kinds: ByKind,
    /// The SHA-256 of all lines before.
    sha256: Bytes,
    mac: Bytes,
}
