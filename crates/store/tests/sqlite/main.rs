//! Tests of the embedded store alone: its file can be read, moved and locked by others, and a start reads it.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

mod answers;
mod at_rest;
mod audit;
mod erasure;
mod faults;
mod older_folder;
mod put_back;
mod restart;
mod retention;
mod tallies;

#[path = "../promises/backend.rs"]
#[allow(dead_code, reason = "shared with the suite of promises")]
mod backend;
#[path = "../promises/erased.rs"]
#[allow(dead_code, reason = "shared with the suite of promises")]
mod erased;
#[path = "../promises/keyed.rs"]
#[allow(dead_code, reason = "shared with the suite of promises")]
mod keyed;
#[cfg(feature = "postgres")]
#[path = "../promises/postgres.rs"]
#[allow(dead_code, reason = "shared with the suite of promises")]
mod postgres;
#[path = "../promises/recount.rs"]
#[allow(dead_code, reason = "shared with the suite of promises")]
mod recount;
#[cfg(feature = "postgres")]
#[path = "../server/mod.rs"]
#[allow(dead_code, reason = "shared with the suite of promises")]
mod server;
#[path = "../promises/settings.rs"]
mod settings;
#[path = "../promises/sqlite.rs"]
#[allow(dead_code, reason = "shared with the suite of promises")]
mod sqlite;
#[path = "../promises/world.rs"]
#[allow(dead_code, reason = "shared with the suite of promises")]
mod world;
