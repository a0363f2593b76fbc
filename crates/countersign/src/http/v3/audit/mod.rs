//! The audit record.

pub(crate) mod list_audit_acts;
pub(crate) mod record_backup;
