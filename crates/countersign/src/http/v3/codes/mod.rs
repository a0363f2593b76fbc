//! Passcodes: send one, check one, use its token.

mod challenged;
pub(crate) mod introspect_verification_token;
pub(crate) mod may_send_sms;
pub(crate) mod pre_check_code;
pub(crate) mod send_sms;
pub(crate) mod verify_code;
