//! Every promise of the ports (`countersign_core::ports`), tested on every backend in [`backend::all`].

#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

mod answers;
mod audit;
mod backend;
mod budgets;
mod checks;
mod codes;
mod erased;
mod erasure;
mod guess_sources;
mod keyed;
mod limits;
mod model;
mod money;
mod money_raced;
#[cfg(feature = "postgres")]
#[allow(dead_code, reason = "shared with the tests of PostgreSQL alone")]
mod postgres;
mod receipts;
mod recount;
mod restart;
mod retention;
mod rotation;
mod schedules;
mod searches;
mod send_limits;
#[cfg(feature = "postgres")]
#[path = "../server/mod.rs"]
#[allow(dead_code, reason = "shared with the tests of PostgreSQL alone")]
mod server;
mod settings;
mod setup;
#[allow(
    dead_code,
    reason = "shared with the tests of the embedded store alone"
)]
mod sqlite;
mod staff;
mod tallies;
#[allow(
    dead_code,
    reason = "shared with the tests of the embedded store alone"
)]
mod world;
