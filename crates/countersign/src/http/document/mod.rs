//! The OpenAPI document, and the declarations of endpoints that it is made from.

pub(crate) mod endpoint;
pub(crate) mod faults;
pub(crate) mod openapi;
pub(crate) mod schemas;
