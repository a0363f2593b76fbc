//! Opening a store: the folder, the schema, the clock, and the memory rebuilt from the log.

pub(super) mod generations;
mod lasting_clock;
pub(super) mod open;
pub(super) mod put_back;
pub(super) mod replay;
pub(super) mod simulation;
mod words;
