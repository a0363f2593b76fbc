//! Keys and tokens: the signing keys of verification tokens, and the access keys of operators.

pub(crate) mod create_access_key;
pub(crate) mod delete_access_key;
pub(crate) mod get_management_token;
pub(crate) mod list_access_keys;
pub(crate) mod list_signing_keys;
pub(crate) mod rotate_signing_key;
