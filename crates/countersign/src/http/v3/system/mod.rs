//! The service itself.

pub(crate) mod get_retention;
pub(crate) mod list_nodes;
pub(crate) mod system_info;
