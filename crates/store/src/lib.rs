//! Stores: the adapters behind the ledger, records and setup ports.
//!
//! [`sqlite`] is the embedded store: a single process owns a data folder, holds all live state in memory, and
//! rebuilds it from an append-only log at start. `postgres` (the feature of that name) is the store of several nodes, which
//! hold nothing in memory and decide in a database that they share. Both are behind the same
//! [ports](countersign_core::ports), each with a line in the list of backends of `tests/promises`. They share
//! only the rules in `countersign-core`, [`seal`], [`custody`] of a folder, the mark that notices a database put back, how limits
//! and tallies are counted, and the forms in which both keep what they keep (the modules `..._at_rest`).

mod address;
mod audit_reader;
mod call_at_rest;
mod counting;
pub mod custody;
mod erased;
mod finding;
mod folder;
mod generations;
mod held;
mod hit;
mod home;
mod inspect;
mod limits_at_rest;
mod live_setup;
mod mark;
mod message_record;
pub mod moving;
mod outcome_at_rest;
#[cfg(feature = "postgres")]
pub mod postgres;
pub mod priority;
mod refusals;
pub mod seal;
mod session_at_rest;
mod setup_at_rest;
mod shared_secrets;
pub mod sqlite;
mod tallies;

pub use address::{DatabaseAddress, InvalidAddress};
pub use audit_reader::{AuditReader, AuditReaderError};
pub use folder::{ClaimError, OwnedFolder, SharedFolder, is_owned, room};
pub use generations::{
    BeginError, GenerationStatus, Generations, GenerationsInUse, HeldKeys, NeededFor,
};
pub use home::{Home, Housekeeping, OpenError, OpenStore};
pub use inspect::{Inspected, Inspection, KeysBeside, inspect};
pub use mark::PutBack;
pub use refusals::RecentRefusals;
pub use seal::StoreKeys;
pub use shared_secrets::SharedSecrets;
