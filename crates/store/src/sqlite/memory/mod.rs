//! The live state: everything that a decision reads, in memory, rebuilt from the log at a start.

mod buckets;
mod codes;
mod failures;
mod few;
mod live;
mod setup;
mod shards;

#[cfg(test)]
pub(super) use live::Picture;
pub(super) use live::{CheckKeys, Live, SourceKeys};
pub(super) use setup::LiveSetup;
