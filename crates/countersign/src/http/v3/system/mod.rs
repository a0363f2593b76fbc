//! The service itself.

pub(crate) mod system_info;
