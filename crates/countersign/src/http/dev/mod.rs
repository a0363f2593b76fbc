//! Endpoints that exist in development only.

pub(crate) mod outbox;
