//! The store of several nodes: a PostgreSQL database that they share.
//!
//! No node holds a counter of its own. A batch of decisions is one short transaction of two round trips: the first
//! locks and reads every row that the decisions are about, together with the clock of the database; then the node judges
//! by the rules of [`countersign_core`]; the second writes what came of it and commits. The next batch is what was asked
//! for meanwhile. No rule is written in SQL (`docs/decisions/0031-postgresql.md`).
//!
//! | room | what is in it |
//! |---|---|
//! | [`connect`] | sessions: the address of the database, TLS, time limits, what a session promises |
//! | [`schema`] | the tables, and how a start brings a database to them |
//! | [`start`] | opening a store: the schema, then the keys |
//! | [`keys`] | the keys that the database was written with |
//! | [`clock`] | the clock that decides |

pub(crate) mod clock;
pub mod connect;
mod keys;
mod schema;
mod start;
mod words;

use crate::seal::SealerInUse;
use connect::Session;

pub use connect::{DatabaseUrl, InvalidUrl};
pub use start::OpenError;

/// The store of a deployment whose nodes share a PostgreSQL database.
pub struct PostgresStore {
    /// The session for what is only read.
    reading: Session,
    sealer: SealerInUse,
}

impl std::fmt::Debug for PostgresStore {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PostgresStore").finish_non_exhaustive()
    }
}
