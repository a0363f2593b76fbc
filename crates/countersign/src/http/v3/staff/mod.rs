//! The people who work with the console.

pub(crate) mod end_staff_sessions;
pub(crate) mod invite_staff;
pub(crate) mod list_staff;
pub(crate) mod list_staff_sessions;
pub(crate) mod remove_staff;
pub(crate) mod reset_staff;
pub(crate) mod set_staff_role;
