//! The OpenAPI document, and the declarations of endpoints that it is made from.

pub(crate) mod endpoint;
pub(crate) mod faults;
pub(crate) mod openapi;
mod operation;
pub(crate) mod schemas;
pub(crate) mod start;
pub(crate) mod tag;
