//! Conversions between the wire types of `countersign_api` and the types of `countersign_core`.

pub(crate) mod application;
pub(crate) mod channel;
pub(crate) mod fault;
pub(crate) mod guard;
pub(crate) mod limit;
pub(crate) mod message;
pub(crate) mod provider;
pub(crate) mod refusal;
pub(crate) mod route;
pub(crate) mod staff;
pub(crate) mod statistics;
pub(crate) mod template;
