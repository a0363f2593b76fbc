//! Messages: their timelines, and the sends that limits refused.

pub(crate) mod find_messages;
pub(crate) mod find_refusals;
pub(crate) mod get_message;
pub(crate) mod list_messages;
pub(crate) mod list_refusals;
