//! Templates: the words of messages.

pub(crate) mod delete_sms_template;
pub(crate) mod lint_sms_template;
pub(crate) mod list_sms_templates;
pub(crate) mod preview_sms_template;
pub(crate) mod set_sms_template;
