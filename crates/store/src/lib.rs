//! Stores: where decisions are made in one step and kept.
//!
//! [`sqlite`] is the embedded one: a single process owns a data folder, holds all live state in
//! memory, and rebuilds it from an append-only log at start. Another backend gets a folder of its own
//! beside it, behind the same [ports](countersign_core::ports), and a line in the list of backends of
//! `tests/promises`. The backends share no code but the rulebook in `countersign-core` and [`seal`].

pub mod seal;
pub mod sqlite;

pub use seal::StoreKeys;
pub use sqlite::{ClaimError, OwnedFolder};
