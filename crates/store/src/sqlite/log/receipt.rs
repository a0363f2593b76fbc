//! The rows of vendors' reports.

use std::collections::HashMap;
use std::ops::Range;

use countersign_core::receipt::{Delivery, Receipt, ReceiptRecord};
use countersign_core::time::Timestamp;
use rusqlite::{Connection, Row, params};

use crate::seal::{Keys, Sealer};
use crate::sqlite::reading::receipts::About;
use crate::sqlite::reading::timelines;

/// The most reports of one provider that claim a message, and the most of all providers. The other half of the 16 places
/// of a message is for reports that name it as it is on record.
const CLAIMS: i64 = 4;
const ALL_CLAIMS: i64 = 8;

/// A report on a message.
#[derive(Debug, Clone)]
pub(crate) struct ReceiptRow {
    seq: i64,
    /// The number that the message went to, according to the report.
    number: Keys,
    at: Timestamp,
    provider: String,
    status: Delivery,
    vendor_code: Option<String>,
    /// The vendor's id for the message, where the message's own was not on record.
    claims: Option<String>,
}

impl ReceiptRow {
    /// Makes the row of a report on a message.
    pub(crate) fn of(
        about: About,
        provider: &str,
        receipt: Receipt,
        at: Timestamp,
        sealer: &Sealer,
    ) -> Self {
        let (seq, claims) = match about {
            About::OnRecord(seq) => (seq, None),
            About::UnderWay(seq) => (seq, receipt.provider_message_id),
        };
        Self {
            seq,
            number: sealer.keys(|each| each.phone(&receipt.phone)),
            at,
            provider: provider.to_owned(),
            status: receipt.status,
            vendor_code: receipt.vendor_code,
            claims,
        }
    }

    /// Appends the report. Skips a report about another number, one that repeats a report on record, and every
    /// report beyond those that a message has room for.
    pub(crate) fn insert(&self, log: &Connection) -> rusqlite::Result<()> {
        if !timelines::is_to(log, self.seq, &self.number)? {
            return Ok(());
        }
        log.prepare_cached(
            "INSERT INTO receipt
             SELECT coalesce(max(id) + 1, 16 * ?1), ?2, ?3, ?4, ?5, ?6
             FROM receipt WHERE id BETWEEN 16 * ?1 AND 16 * ?1 + 15
             HAVING coalesce(max(id), 0) < 16 * ?1 + 15
             AND (?6 IS NULL OR count(*) < ?8 AND count(*) FILTER (WHERE provider = ?3) < ?7)
             AND NOT EXISTS (
                 SELECT 1 FROM receipt WHERE id BETWEEN 16 * ?1 AND 16 * ?1 + 15
                 AND provider = ?3 AND status = ?4 AND vendor_code IS ?5 AND claims IS ?6
             )",
        )?
        .execute(params![
            self.seq,
            self.at.as_millis(),
            self.provider,
            self.status.as_str(),
            self.vendor_code,
            self.claims,
            CLAIMS,
            ALL_CLAIMS,
        ])?;
        Ok(())
    }
}

/// The condition under which a report counts. One that claims its message does as soon as an attempt of its provider has
/// that id, or ended without one; or if a crash lost the attempt.
const COUNTS: &str = "(claims IS NULL OR EXISTS (
    SELECT 1 FROM attempt WHERE attempt.id BETWEEN receipt.id / 16 * 16 AND receipt.id / 16 * 16 + 15 AND (
        attempt.provider IS NULL OR attempt.provider = receipt.provider AND (
            provider_message_id = claims
            OR provider_message_id IS NULL AND outcome != 'not_accepted'
        )
    )
))";

/// Reads the reports about the message `seq` that [count](COUNTS), each once and in the order in which they came.
pub(crate) fn read(log: &Connection, seq: i64) -> rusqlite::Result<Vec<ReceiptRecord>> {
    let mut select = log.prepare_cached(&format!(
        "SELECT at, provider, status, vendor_code FROM receipt
         WHERE id BETWEEN 16 * ?1 AND 16 * ?1 + 15 AND {COUNTS} ORDER BY id"
    ))?;
    let mut rows = select.query([seq])?;
    let mut found: Vec<ReceiptRecord> = Vec::new();
    while let Some(row) = rows.next()? {
        let record = ReceiptRecord {
            at: Timestamp::from_millis(row.get("at")?),
            provider: row.get("provider")?,
            status: status(row)?,
            vendor_code: row.get("vendor_code")?,
        };
        if !found.iter().any(|known| says_the_same(known, &record)) {
            found.push(record);
        }
    }
    Ok(found)
}

/// Reads the states that reports [which count](COUNTS) name, by message, in the order in which they came.
pub(crate) fn deliveries(
    log: &Connection,
    messages: Range<i64>,
) -> rusqlite::Result<HashMap<i64, Vec<Delivery>>> {
    let mut select = log.prepare_cached(&format!(
        "SELECT id, status FROM receipt WHERE id >= 16 * ?1 AND id < 16 * ?2 AND {COUNTS} ORDER BY id"
    ))?;
    let mut rows = select.query([messages.start, messages.end])?;
    let mut found: HashMap<i64, Vec<Delivery>> = HashMap::new();
    while let Some(row) = rows.next()? {
        let id: i64 = row.get("id")?;
        found.entry(id / 16).or_default().push(status(row)?);
    }
    Ok(found)
}

fn status(row: &Row<'_>) -> rusqlite::Result<Delivery> {
    let name = row.get_ref("status")?.as_str()?;
    Ok(Delivery::parse(name).unwrap_or(Delivery::Underway))
}

fn says_the_same(one: &ReceiptRecord, other: &ReceiptRecord) -> bool {
    let said = |record: &ReceiptRecord| {
        let ReceiptRecord {
            provider,
            status,
            vendor_code,
            ..
        } = record.clone();
        (provider, status, vendor_code)
    };
    said(one) == said(other)
}
