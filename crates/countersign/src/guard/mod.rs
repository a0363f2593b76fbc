//! The guard against SMS pumping, beside the rules in [`countersign_core::guard`]: its blocks become durable, and a start
//! tells it the record of the last day.

mod keeper;
mod recall;

pub(crate) use keeper::{Keeper, keep};
pub(crate) use recall::recall;
