//! What every store promises (`countersign_core::ports::store`), told as stories. The embedded store
//! is the one backend so far; [`world::World`] is where the next one plugs in.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

mod at_rest;
mod budgets;
mod checks;
mod codes;
mod faults;
mod limits;
mod model;
mod receipts;
mod restart;
mod schedules;
mod setup;
mod world;
