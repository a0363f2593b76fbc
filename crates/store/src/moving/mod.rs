//! Moving a deployment from one database to another: everything that one keeps goes into a file, and from there into the other.
//!
//! The file has a header, rows, and a footer ([`mod@file`]). A row is what every store keeps, in a form that no store has to itself
//! ([`row`]). A database is read as a [`Source`](ends::Source) and written as a [`Target`](ends::Target), and each kind of database says
//! how it does both, beside its schema. What is sealed stays sealed, and what is digested stays digested: the keys do not change on the way, and
//! nothing in the file can be read without them.
//!
//! A target that holds a part of a file is refused by every start until the rest has come ([`import`](mod@import)).

mod digest;
pub(crate) mod ends;
mod error;
mod export;
pub(crate) mod file;
pub(crate) mod hex;
mod import;
mod kind;
pub(crate) mod row;

pub use digest::Counted;
pub use error::MoveError;
pub use export::export;
pub use import::{Arrival, import};
pub use kind::Kind;

/// A part of the work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Rows are read from a database, and written to a file.
    Exporting,
    /// The file is read, and compared with its footer.
    Checking,
    /// Rows are written to a database.
    Importing,
    /// The database is read, and compared with the footer.
    Comparing,
}

/// How far the work has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// The part of the work.
    pub stage: Stage,
    /// The rows of this part that are done.
    pub rows: u64,
    /// All rows of this part, where that is known.
    pub of: Option<u64>,
}

/// Hears of progress, after every few rows.
pub type Hear<'a> = &'a mut (dyn FnMut(Progress) + Send);

/// The number of rows that are handled at once.
pub(crate) const PIECE: usize = 1_000;
