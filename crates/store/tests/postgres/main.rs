//! Tests of the store on PostgreSQL alone: what it demands of its database, what it refuses, and several nodes.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

mod batches;
mod erasure;
mod keys;
mod leases;
mod nodes;
mod pages;
mod plans;
mod put_back;
mod reads;
mod refusals;
mod replica;
mod retention;
mod setup;
mod start;
mod undecided;

#[path = "../promises/backend.rs"]
#[allow(dead_code, reason = "shared with the suite of promises")]
mod backend;
#[path = "../promises/erased.rs"]
#[allow(dead_code, reason = "shared with the suite of promises")]
mod erased;
#[path = "../promises/keyed.rs"]
#[allow(dead_code, reason = "shared with the suite of promises")]
mod keyed;
#[path = "../promises/postgres.rs"]
#[allow(dead_code, reason = "shared with the suite of promises")]
mod postgres;
#[path = "../server/mod.rs"]
mod server;
#[path = "../promises/settings.rs"]
#[allow(dead_code, reason = "shared with the suite of promises")]
mod settings;
#[path = "../promises/sqlite.rs"]
#[allow(dead_code, reason = "shared with the suite of promises")]
mod sqlite;
#[path = "../promises/world.rs"]
#[allow(dead_code, reason = "shared with the suite of promises")]
mod world;
