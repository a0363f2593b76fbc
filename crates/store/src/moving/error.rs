//! The reasons why a move does not go on.

use std::io;
use std::path::{Path, PathBuf};

use super::Kind;
use crate::home::OpenError;

/// The reason why nothing was exported or imported, or not everything. Each sentence says how to mend it.
#[derive(Debug, thiserror::Error)]
pub enum MoveError {
    /// The file cannot be read or written.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// The error of the operating system.
        source: io::Error,
    },
    /// The file is not what an export wrote.
    #[error("{} {why}: copy it again from where it was exported, or export again", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// How it shows.
        why: String,
    },
    /// The file is none of an export, or of another version of this program.
    #[error(
        "{} is not a file that this version of countersign imports: {why}",
        path.display()
    )]
    Unknown {
        /// The file.
        path: PathBuf,
        /// How it shows.
        why: String,
    },
    /// The file was exported under other keys.
    #[error(
        "{} was exported under other keys: copy the key file of the deployment that it comes from, and import again",
        .0.display()
    )]
    Keys(PathBuf),
    /// A change of keys is not over.
    #[error(
        "something in the database still needs keys of before: wait until `countersign master-key status` shows that they have \
         ended, and export then"
    )]
    OlderKeys,
    /// There is nothing to export.
    #[error("there is nothing to export: no countersign has run on this {0} yet")]
    Nothing(&'static str),
    /// Nodes use the database.
    #[error(
        "a node of the deployment is running: stop all nodes (`countersign nodes` shows them), and export then"
    )]
    Alive,
    /// The database to import into is not empty.
    #[error("{0}: name an empty folder or database")]
    Taken(String),
    /// The database holds a part of another file.
    #[error(
        "an import of another file into this database has begun and not ended: go on with that file, or name an empty folder or \
         database"
    )]
    OtherFile,
    /// What has arrived is not what was exported.
    #[error(
        "the {} that have arrived are not those that were exported ({found} of {expected}): nothing was opened to service; import \
         into an empty folder or database",
        kind.as_str()
    )]
    Differs {
        /// The kind of the rows.
        kind: Kind,
        /// The number of rows in the file.
        expected: u64,
        /// The number of rows in the database.
        found: u64,
    },
    /// The database cannot be opened.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The database cannot be read or written.
    #[error("the database cannot be read or written: {0}")]
    Database(String),
}

impl MoveError {
    pub(crate) fn io(path: &Path) -> impl Fn(io::Error) -> Self {
        |source| MoveError::Io {
            path: path.to_owned(),
            source,
        }
    }

    pub(crate) fn damaged(path: &Path, why: impl Into<String>) -> Self {
        MoveError::Damaged {
            path: path.to_owned(),
            why: why.into(),
        }
    }

    /// The error for a row that a database does not have as it writes rows.
    pub(crate) fn unreadable() -> Self {
        MoveError::Database("it holds a row that cannot be read".to_owned())
    }
}

impl From<rusqlite::Error> for MoveError {
    fn from(error: rusqlite::Error) -> Self {
        MoveError::Database(error.to_string())
    }
}

impl From<serde_json::Error> for MoveError {
    fn from(_: serde_json::Error) -> Self {
        MoveError::unreadable()
    }
}
