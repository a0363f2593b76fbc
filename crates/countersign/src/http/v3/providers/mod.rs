//! Vendor accounts.

pub(crate) mod delete_sms_provider;
pub(crate) mod list_sms_providers;
pub(crate) mod renew_receipts_path;
pub(crate) mod set_sms_provider;
pub(crate) mod test_sms_provider;
