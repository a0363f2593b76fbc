//! Times in rows.

use countersign_core::time::Timestamp;
use tokio_postgres::Row;

/// Reads a time: milliseconds since 1970, UTC.
pub(crate) fn time(row: &Row, column: &str) -> Result<Timestamp, tokio_postgres::Error> {
    Ok(Timestamp::from_millis(row.try_get(column)?))
}
