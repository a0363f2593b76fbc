//! Routes: which vendor accounts carry which numbers.

pub(crate) mod delete_sms_route;
pub(crate) mod list_sms_routes;
pub(crate) mod set_sms_route;
