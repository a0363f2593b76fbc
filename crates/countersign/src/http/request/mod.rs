//! Reading a request: connection, headers, body.

pub(crate) mod accept;
pub(crate) mod arrival;
pub(crate) mod body;
pub(crate) mod client_address;
pub(crate) mod context;
pub(crate) mod cors;
mod forwarded;
pub(crate) mod malformed;
mod misfit;
pub(crate) mod path;
pub(crate) mod query;
pub(crate) mod shape;
pub(crate) mod tree;
