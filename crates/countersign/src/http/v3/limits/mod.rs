//! Limits on sends.

pub(crate) mod list_fullest_buckets;
pub(crate) mod list_sms_limits;
pub(crate) mod reset_sms_limit;
pub(crate) mod set_sms_limit;
