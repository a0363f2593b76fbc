//! Reading the log beside the writer.

pub(super) mod lookup;
pub(super) mod receipts;
pub(super) mod tallies;
pub(super) mod timelines;
