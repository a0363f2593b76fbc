//! Alibaba Cloud SMS: two products behind one gateway.

mod details;
pub(super) mod domestic;
mod gateway;
pub(super) mod international;
mod product;
mod signature;
mod signatures;
