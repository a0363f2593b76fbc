//! The rows that a batch locks, reads, judges and writes back.

pub(super) mod audit;
pub(super) mod bucket;
pub(super) mod call;
pub(super) mod code;
pub(super) mod event;
pub(super) mod guesses;
pub(super) mod message;
pub(super) mod number;
mod packed;
