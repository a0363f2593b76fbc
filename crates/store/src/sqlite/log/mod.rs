//! The log: append-only tables, led by time, from which a start rebuilds the memory.

pub(super) mod act;
pub(super) mod attempt;
pub(super) mod carried;
pub(super) mod erasing;
pub(super) mod event;
pub(super) mod find;
pub(super) mod generation;
pub(super) mod gone;
pub(super) mod identity;
pub(super) mod imported;
pub(super) mod keyed;
pub(super) mod mark;
pub(super) mod message;
pub(super) mod pruning;
pub(super) mod read_only;
pub(super) mod receipt;
pub(super) mod record;
pub(super) mod resealed;
pub(super) mod rule_set;
pub(super) mod schema;
pub(super) mod setup;
pub(super) mod staff;
