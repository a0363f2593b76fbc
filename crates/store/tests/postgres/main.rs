//! Tests of the store on PostgreSQL alone: what it demands of its database, and what it refuses.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

mod start;

#[path = "../server/mod.rs"]
mod server;
