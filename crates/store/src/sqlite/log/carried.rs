//! The rows of hits that still count although the events that made them are not read any more.

use countersign_core::time::Timestamp;
use rusqlite::Row;

use crate::hit::{self, LoggedHit};
use crate::seal::Key;

/// Reads a row of carried hits: its hit, and the time of that.
pub(crate) fn read(row: &Row<'_>) -> rusqlite::Result<(LoggedHit, Timestamp)> {
    let at = Timestamp::from_millis(row.get("at")?);
    let hit = LoggedHit {
        bucket: Key::of_column(row.get("bucket")?),
        window: at.until(Timestamp::from_millis(row.get("until")?)),
        weight: hit::weight_of_column(row.get("weight")?),
        refundable: false,
        of_number: None,
        money: false,
    };
    Ok((hit, at))
}
