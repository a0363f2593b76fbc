//! The life of a send: decide, hand over to a provider, record the outcome.

pub mod attempt;
pub mod client;
pub mod dispatch;
pub mod messenger;
pub mod outcome;
pub mod route;
pub mod settle;
