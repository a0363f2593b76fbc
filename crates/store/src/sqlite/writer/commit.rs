//! One transaction of the writer.

use countersign_core::ports::StoreError;
use rusqlite::{Connection, ErrorCode, TransactionBehavior};

use crate::sqlite::log::record::{Appender, Record};
use crate::sqlite::log::rule_set::RuleSets;

/// Appends all records in one transaction, or none.
pub(super) fn commit(
    log: &mut Connection,
    rule_sets: &mut RuleSets,
    records: &[&Record],
) -> rusqlite::Result<()> {
    let transaction = log.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let mut appender = Appender::new(&transaction, rule_sets);
    for record in records {
        appender.append(record)?;
    }
    drop(appender);
    transaction.commit()
}

/// Returns whether a single record is at fault, so that the others of its batch can be committed without it.
pub(super) fn is_fault_of_a_record(error: &rusqlite::Error) -> bool {
    match error.sqlite_error_code() {
        Some(code) => matches!(
            code,
            ErrorCode::ConstraintViolation | ErrorCode::TypeMismatch | ErrorCode::TooBig
        ),
        None => true,
    }
}

/// Returns the error that a caller gets for a failed commit.
pub(super) fn failed(error: rusqlite::Error) -> StoreError {
    tracing::error!(%error, "a commit failed");
    StoreError::Unavailable("a commit failed".to_owned())
}
