//! Keys and tokens: the signing keys of verification tokens, the access keys of operators, and the master keys.

pub(crate) mod create_access_key;
pub(crate) mod delete_access_key;
pub(crate) mod get_management_token;
pub(crate) mod get_master_key_status;
pub(crate) mod list_access_keys;
pub(crate) mod list_signing_keys;
mod master_key_status;
pub(crate) mod rotate_master_key;
pub(crate) mod rotate_signing_key;
