//! The rows of vendors' reports.

use std::collections::HashMap;
use std::ops::Range;

use countersign_core::receipt::about::{About, KeptReport};
use countersign_core::receipt::{Delivery, Receipt};
use countersign_core::time::Timestamp;
use rusqlite::{Connection, params};

use crate::seal::{Keys, Sealer};
use crate::sqlite::reading::timelines;

/// The reports of a message in the order in which they came, each with its time.
pub(crate) type KeptReports = Vec<(Timestamp, KeptReport)>;

/// A report on a message.
#[derive(Debug, Clone)]
pub(crate) struct ReceiptRow {
    seq: i64,
    /// The number that the message went to, according to the report.
    number: Keys,
    at: Timestamp,
    report: KeptReport,
}

impl ReceiptRow {
    /// Makes the row of a report on a message.
    pub(crate) fn of(
        about: About<i64>,
        provider: &str,
        receipt: &Receipt,
        at: Timestamp,
        sealer: &Sealer,
    ) -> Self {
        let (About::OnRecord(seq) | About::UnderWay(seq)) = about;
        Self {
            seq,
            number: sealer.keys(|each| each.phone(&receipt.phone)),
            at,
            report: KeptReport::of(&about, provider, receipt),
        }
    }

    /// Appends the report. Skips a report about another number, and one that does not
    /// [fit beside](KeptReport::fits_beside) those on record.
    pub(crate) fn insert(&self, log: &Connection) -> rusqlite::Result<()> {
        if !timelines::is_to(log, self.seq, &self.number)? {
            return Ok(());
        }
        let known: Vec<_> = read(log, self.seq)?
            .into_iter()
            .map(|(_, known)| known)
            .collect();
        if !self.report.fits_beside(&known) {
            return Ok(());
        }
        let KeptReport {
            provider,
            status,
            vendor_code,
            claims,
        } = &self.report;
        let insert = "INSERT INTO receipt SELECT coalesce(max(id) + 1, 16 * ?1), ?2, ?3, ?4, ?5, ?6
                      FROM receipt WHERE id BETWEEN 16 * ?1 AND 16 * ?1 + 15";
        log.prepare_cached(insert)?.execute(params![
            self.seq,
            self.at.as_millis(),
            provider,
            status.as_str(),
            vendor_code,
            claims,
        ])?;
        Ok(())
    }
}

/// Reads the reports that are kept with the message `seq`.
pub(crate) fn read(log: &Connection, seq: i64) -> rusqlite::Result<KeptReports> {
    let mut kept = read_all(log, seq..seq + 1)?;
    Ok(kept.remove(&seq).unwrap_or_default())
}

/// Reads the reports that are kept with these messages, by message.
pub(crate) fn read_all(
    log: &Connection,
    messages: Range<i64>,
) -> rusqlite::Result<HashMap<i64, KeptReports>> {
    let mut select = log.prepare_cached(
        "SELECT id, at, provider, status, vendor_code, claims FROM receipt
         WHERE id >= 16 * ?1 AND id < 16 * ?2 ORDER BY id",
    )?;
    let mut rows = select.query([messages.start, messages.end])?;
    let mut found: HashMap<i64, KeptReports> = HashMap::new();
    while let Some(row) = rows.next()? {
        let status = Delivery::parse(row.get_ref("status")?.as_str()?);
        let report = KeptReport {
            provider: row.get("provider")?,
            status: status.unwrap_or(Delivery::Underway),
            vendor_code: row.get("vendor_code")?,
            claims: row.get("claims")?,
        };
        let at = Timestamp::from_millis(row.get("at")?);
        let id: i64 = row.get("id")?;
        found.entry(id / 16).or_default().push((at, report));
    }
    Ok(found)
}
