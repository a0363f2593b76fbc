//! Stores: where decisions are made in one step and kept.
//!
//! [`sqlite`] is the embedded one: a single process owns a data folder, holds all live state in
//! memory, and rebuilds it from an append-only log at start. PostgreSQL gets a folder of its own
//! beside it, behind the same port ([`countersign_core::ports::store`]).

pub mod folder;
pub mod seal;
pub mod sqlite;

mod lasting_clock;

pub use folder::{ClaimError, OwnedFolder};
pub use seal::StoreKeys;
