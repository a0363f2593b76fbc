//! Signatures that more than one vendor asks for. A vendor's own rule of signing stands beside the vendor.

pub(crate) mod digest;
pub mod standard_webhooks;
