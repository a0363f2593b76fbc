//! Reading the log beside the writer.

pub(super) mod lookup;
pub(super) mod receipts;
pub(super) mod searches;
pub(super) mod tallies;
pub(super) mod timelines;
