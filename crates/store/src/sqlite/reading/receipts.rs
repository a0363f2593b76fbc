//! Finds the message that a vendor's report is about.
//!
//! A report names a message by our id, or by the vendor's id and the number. A crash may have lost which provider took a
//! message, and under which id: such a message takes the reports of every provider about its number.

use countersign_core::receipt::Receipt;
use rusqlite::{Connection, params};

use super::timelines;
use crate::seal::Sealer;
use crate::sqlite::log::find;

/// The number of newest messages to a number that are searched.
const LOOKED_AT: u16 = 16;

/// Returns the message that `receipt` is about: one to its number and through `provider`, or else one to its number that
/// a crash interrupted.
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
                     OR EXISTS (SELECT 1 FROM attempt WHERE id BETWEEN 16 * ?1 AND 16 * ?1 + 15
                                AND (provider = ?3 OR provider IS NULL))
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
    let newest = timelines::of_number(log, number, i64::MAX, LOOKED_AT)?;
    for seq in &newest {
        if taken.exists(params![seq, provider, id])? {
            return Ok(Some(*seq));
        }
    }
    let mut interrupted = log.prepare_cached(
        "SELECT 1 FROM attempt WHERE id BETWEEN 16 * ?1 AND 16 * ?1 + 15 AND provider IS NULL",
    )?;
    for seq in newest {
        if interrupted.exists(params![seq])? {
            return Ok(Some(seq));
        }
    }
    Ok(None)
}
