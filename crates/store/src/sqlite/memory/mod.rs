//! The live state: everything that a decision reads, in memory, rebuilt from the log at a start.

mod buckets;
mod check_keys;
mod codes;
mod failures;
mod few;
mod live;
mod shards;

pub(super) use buckets::Counted;
pub(super) use check_keys::CheckKeys;
pub(super) use codes::KeptCode;
pub(super) use live::Live;
#[cfg(test)]
pub(super) use live::Picture;
