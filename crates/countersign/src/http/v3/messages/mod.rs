//! Messages: their timelines.

pub(crate) mod find_messages;
pub(crate) mod get_message;
pub(crate) mod list_messages;
