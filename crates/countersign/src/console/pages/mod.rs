//! The pages of the console, one file each.

pub(super) mod access_keys;
pub(super) mod applications;
pub(super) mod audit;
pub(super) mod codes;
pub(super) mod confirm;
pub(super) mod inbox;
pub(super) mod limits;
pub(super) mod me;
pub(super) mod message;
pub(super) mod messages;
pub(super) mod overview;
pub(super) mod providers;
pub(super) mod refused;
pub(super) mod routes;
pub(super) mod settings;
pub(super) mod sms;
pub(super) mod staff;
pub(super) mod staff_sessions;
pub(super) mod templates;
