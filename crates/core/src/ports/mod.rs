//! What the rules need from the outside world.

pub mod provider;
pub mod setup;
pub mod store;
