//! The audit record.

pub(crate) mod export_audit;
pub(crate) mod list_audit_acts;
pub(crate) mod record_backup;
pub(crate) mod verify_audit;
