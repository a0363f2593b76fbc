//! Alibaba Cloud SMS: two products behind one gateway.

mod acs3;
pub mod domestic;
mod gateway;
pub mod international;
mod rpc_v1;
