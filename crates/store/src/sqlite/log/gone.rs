//! What has gone from the log, as its retention asks: the numbers of the first rows that are there, and the days whose
//! counts stay.

use countersign_core::time::Timestamp;
use rusqlite::Connection;

use super::find::Table;

/// How far the log has been pruned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Gone {
    /// Messages before this one have gone.
    pub(crate) messages: i64,
    /// Events before this one have gone.
    pub(crate) events: i64,
    /// The counts of days before this time are on record.
    pub(crate) days_until: Timestamp,
    /// Messages before this one have no sealed passcode.
    pub(crate) passcodes: i64,
}

impl Gone {
    /// Nothing has gone.
    const NOTHING: Self = Self {
        messages: 0,
        events: 0,
        days_until: Timestamp::from_millis(0),
        passcodes: 0,
    };

    /// Reads it from the log, which may be one of an earlier release that pruned nothing.
    pub(crate) fn read(log: &Connection) -> rusqlite::Result<Self> {
        if !log.table_exists(None, "gone")? {
            return Ok(Self::NOTHING);
        }
        log.prepare_cached("SELECT messages, events, days_until, passcodes FROM gone")?
            .query_row([], |row| {
                Ok(Self {
                    messages: row.get(0)?,
                    events: row.get(1)?,
                    days_until: Timestamp::from_millis(row.get(2)?),
                    passcodes: row.get(3)?,
                })
            })
    }

    /// Returns the number of the first row of `table` that may be there.
    pub(crate) fn first(&self, table: Table) -> i64 {
        match table {
            Table::Message => self.messages,
            Table::Event => self.events,
        }
    }
}
