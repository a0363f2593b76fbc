//! The rows of vendors' reports.

use countersign_core::receipt::{Delivery, Receipt, ReceiptRecord};
use countersign_core::time::Timestamp;
use rusqlite::{Connection, params};

use super::attempt::first_attempt;
use crate::seal::{Key, Sealer};

/// A report whose message is known.
#[derive(Debug, Clone)]
pub(crate) struct ReceiptRow {
    seq: i64,
    /// The number that the message went to, according to the report.
    number: Key,
    at: Timestamp,
    provider: String,
    status: Delivery,
    vendor_code: Option<String>,
}

impl ReceiptRow {
    /// Makes the row of a report about the message `seq`.
    pub(crate) fn of(
        seq: i64,
        provider: &str,
        receipt: Receipt,
        at: Timestamp,
        sealer: &Sealer,
    ) -> Self {
        Self {
            seq,
            number: sealer.phone(&receipt.phone),
            at,
            provider: provider.to_owned(),
            status: receipt.status,
            vendor_code: receipt.vendor_code,
        }
    }

    /// Appends the report. Skips a report about another number, one that repeats a report on record, and every
    /// report beyond the 16 that a message has room for.
    pub(crate) fn insert(&self, log: &Connection) -> rusqlite::Result<()> {
        log.prepare_cached(
            "INSERT INTO receipt
             SELECT coalesce(max(id) + 1, 16 * ?1), ?2, ?3, ?4, ?5
             FROM receipt WHERE id BETWEEN 16 * ?1 AND 16 * ?1 + 15
             HAVING coalesce(max(id), 0) < 16 * ?1 + 15
             AND EXISTS (SELECT 1 FROM message WHERE seq = ?1 AND phone_key = ?6) AND NOT EXISTS (
                 SELECT 1 FROM receipt WHERE id BETWEEN 16 * ?1 AND 16 * ?1 + 15
                 AND provider = ?3 AND status = ?4 AND vendor_code IS ?5
             )",
        )?
        .execute(params![
            self.seq,
            self.at.as_millis(),
            self.provider,
            self.status.as_str(),
            self.vendor_code,
            self.number.column(),
        ])?;
        Ok(())
    }
}

/// Reads the reports about the message `seq`, in the order in which they came.
pub(crate) fn read(log: &Connection, seq: i64) -> rusqlite::Result<Vec<ReceiptRecord>> {
    let mut select = log.prepare_cached(
        "SELECT at, provider, status, vendor_code FROM receipt WHERE id >= ? AND id < ? ORDER BY id",
    )?;
    let (from, to) = (first_attempt(seq), first_attempt(seq + 1));
    let mut rows = select.query([from, to])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(ReceiptRecord {
            at: Timestamp::from_millis(row.get("at")?),
            provider: row.get("provider")?,
            status: Delivery::parse(row.get_ref("status")?.as_str()?).unwrap_or(Delivery::Underway),
            vendor_code: row.get("vendor_code")?,
        });
    }
    Ok(found)
}
