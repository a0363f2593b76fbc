//! Messages: their timelines, the sends that limits refused, and their counts.

pub(crate) mod find_messages;
pub(crate) mod find_refusals;
pub(crate) mod get_message;
pub(crate) mod get_sms_statistics;
pub(crate) mod list_messages;
pub(crate) mod list_refusals;
