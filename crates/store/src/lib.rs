//! Stores: the adapters behind the ledger, records and setup ports.
//!
//! [`sqlite`] is the embedded store: a single process owns a data folder, holds all live state in memory, and
//! rebuilds it from an append-only log at start. Another backend gets its own folder beside it, behind the same
//! [ports](countersign_core::ports), and a line in the list of backends of `tests/promises`. The backends share
//! only the rules in `countersign-core`, [`seal`], and [`custody`] of a folder.

pub mod custody;
mod refusals;
pub mod seal;
pub mod sqlite;

pub use refusals::RecentRefusals;
pub use seal::StoreKeys;
pub use sqlite::{ClaimError, OwnedFolder, is_owned};
