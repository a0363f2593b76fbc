//! The V3 surface: one endpoint, one file.

pub(crate) mod check_app_id_secret;
pub(crate) mod create_application;
pub(crate) mod delete_sms_provider;
pub(crate) mod delete_sms_route;
pub(crate) mod find_messages;
pub(crate) mod get_country_list;
pub(crate) mod get_message;
pub(crate) mod introspect_verification_token;
pub(crate) mod list_applications;
pub(crate) mod list_messages;
pub(crate) mod list_signing_keys;
pub(crate) mod list_sms_providers;
pub(crate) mod list_sms_routes;
pub(crate) mod list_unlocks;
pub(crate) mod not_served;
pub(crate) mod pre_check_code;
pub(crate) mod rotate_signing_key;
pub(crate) mod send_sms;
pub(crate) mod set_sms_provider;
pub(crate) mod set_sms_route;
pub(crate) mod system;
pub(crate) mod test_sms_provider;
pub(crate) mod unlock_phone;
pub(crate) mod update_application;
pub(crate) mod verify_code;
