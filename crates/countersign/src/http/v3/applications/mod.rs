//! Applications and their secrets.

pub(crate) mod check_app_id_secret;
pub(crate) mod create_application;
pub(crate) mod disable_application;
pub(crate) mod enable_application;
pub(crate) mod list_applications;
pub(crate) mod renew_application_secret;
pub(crate) mod update_application;
