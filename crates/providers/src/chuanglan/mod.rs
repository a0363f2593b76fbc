//! Chuanglan 253: two products that share the account, the answers, the signatures and the reports.

mod account;
mod answers;
pub mod domestic;
pub mod international;
mod reports;
mod signature;
