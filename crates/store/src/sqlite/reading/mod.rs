//! Reading the log beside the writer.

pub(super) mod lookup;
pub(super) mod timelines;
