//! The guard against SMS pumping: its blocks, the safe list, and drafts of rules.

pub(crate) mod add_safe_entry;
pub(crate) mod get_guard;
pub(crate) mod lift_guard_block;
pub(crate) mod list_safe_entries;
pub(crate) mod remove_safe_entry;
pub(crate) mod replay_guard;
pub(crate) mod set_guard_block;
pub(crate) mod set_guard_mode;
