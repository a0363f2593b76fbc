//! Several nodes on one database, as models that are explored to the last state within small bounds: nodes that die,
//! stand still and start again, a database whose standby is promoted, a vendor, and callers who ask again.
//!
//! The models say what a store for several nodes does, and in which order. Each planted fault is one step done
//! otherwise, and must break the promise that the step keeps. Decision 0030 says what the models leave out.

#![allow(clippy::indexing_slicing)]

mod decisions;
mod exploration;
mod leases;
