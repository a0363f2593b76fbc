//! The sandbox as its callers meet it: over HTTP, on a listener of its own.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

mod control;
mod faults;
mod messages;
mod reports;
mod running;
mod signatures;
mod signed;
