//! The rows of vendors' reports, and the search for the message that a report is about.
//!
//! A report names a message by our id, or by the vendor's id and the number. A report that comes before the
//! vendor's own answer waits for it ([`EarlyReceipts`](crate::sqlite::memory)).

use countersign_core::receipt::{Delivery, Receipt, ReceiptRecord};
use countersign_core::time::Timestamp;
use rusqlite::{Connection, params};

use super::attempt::first_attempt;
use super::find;
use crate::seal::{Key, Sealer};
use crate::sqlite::reading::timelines;

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

/// The number of newest messages to a number that are searched.
const LOOKED_AT: u16 = 16;

/// Returns the message that `receipt` is about: one to its number and through `provider`, as far as these are
/// on record.
pub(crate) fn message_of(
    log: &Connection,
    provider: &str,
    receipt: &Receipt,
    sealer: &Sealer,
) -> rusqlite::Result<Option<i64>> {
    let number = sealer.phone(&receipt.phone);
    if let Some(id) = receipt.message {
        let Some(seq) = find::message(log, id)? else {
            return Ok(None);
        };
        let ours = log
            .prepare_cached(
                "SELECT 1 FROM message WHERE seq = ?1 AND phone_key = ?2 AND (
                     NOT EXISTS (SELECT 1 FROM attempt WHERE id BETWEEN 16 * ?1 AND 16 * ?1 + 15)
                     OR EXISTS (SELECT 1 FROM attempt WHERE id BETWEEN 16 * ?1 AND 16 * ?1 + 15 AND provider = ?3)
                 )",
            )?
            .exists(params![seq, number.column(), provider])?;
        return Ok(ours.then_some(seq));
    }
    let Some(id) = &receipt.provider_message_id else {
        return Ok(None);
    };
    let mut taken = log.prepare_cached(
        "SELECT 1 FROM attempt WHERE id BETWEEN 16 * ?1 AND 16 * ?1 + 15
         AND provider = ?2 AND provider_message_id = ?3",
    )?;
    for seq in timelines::of_number(log, number, i64::MAX, LOOKED_AT)? {
        if taken.exists(params![seq, provider, id])? {
            return Ok(Some(seq));
        }
    }
    Ok(None)
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
