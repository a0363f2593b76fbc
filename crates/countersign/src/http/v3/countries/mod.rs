//! The countries and regions that codes go to.

pub(crate) mod list_sms_countries;
pub(crate) mod set_sms_countries;
