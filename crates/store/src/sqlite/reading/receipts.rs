//! Finds the message that a vendor's report is about.
//!
//! A report names a message by our id, or by the vendor's id and the number. The vendor's id may not be on record: the
//! report overtook the vendor's answer, the answer had no id or never came, or a crash lost it.

use countersign_core::receipt::Receipt;
use rusqlite::{Connection, params};

use super::timelines;
use crate::seal::Sealer;
use crate::sqlite::log::find;

/// The number of newest messages to a number that are searched.
const LOOKED_AT: u16 = 16;

/// The message that a report is about, by its place in the log.
#[derive(Debug, Clone, Copy)]
pub(crate) enum About {
    /// The record shows that the report is about this message, as far as it ever will.
    OnRecord(i64),
    /// The message has no outcome yet: its vendor's answer will show whether the report is about it.
    UnderWay(i64),
}

/// Returns the messages that `receipt` may be about: one to its number and through `provider`, or else each one to its
/// number that is on its way, and the newest one for which the vendor's id is not on record.
pub(crate) fn messages_of(
    log: &Connection,
    provider: &str,
    receipt: &Receipt,
    sealer: &Sealer,
) -> rusqlite::Result<Vec<About>> {
    let number = sealer.keys(|each| each.phone(&receipt.phone));
    if let Some(id) = receipt.message {
        let Some(seq) = find::message(log, id)? else {
            return Ok(Vec::new());
        };
        let ours = log
            .prepare_cached(
                "SELECT 1 WHERE
                     NOT EXISTS (SELECT 1 FROM attempt WHERE id BETWEEN 16 * ?1 AND 16 * ?1 + 15)
                     OR EXISTS (SELECT 1 FROM attempt WHERE id BETWEEN 16 * ?1 AND 16 * ?1 + 15
                                AND (provider = ?2 OR provider IS NULL))",
            )?
            .exists(params![seq, provider])?;
        let ours = ours && timelines::is_to(log, seq, &number)?;
        return Ok(ours.then_some(About::OnRecord(seq)).into_iter().collect());
    }
    let Some(id) = &receipt.provider_message_id else {
        return Ok(Vec::new());
    };
    let newest = timelines::of_number(log, &number, i64::MAX, LOOKED_AT)?;
    let mut taken = log.prepare_cached(
        "SELECT 1 FROM attempt WHERE id BETWEEN 16 * ?1 AND 16 * ?1 + 15
         AND provider = ?2 AND provider_message_id = ?3",
    )?;
    for seq in &newest {
        if taken.exists(params![seq, provider, id])? {
            return Ok(vec![About::OnRecord(*seq)]);
        }
    }
    without_id(log, provider, newest)
}

/// Of these messages, those under way, and the first one for which an attempt of `provider` has no id, or whose attempts
/// a crash lost.
fn without_id(
    log: &Connection,
    provider: &str,
    messages: Vec<i64>,
) -> rusqlite::Result<Vec<About>> {
    let mut attempted =
        log.prepare_cached("SELECT 1 FROM attempt WHERE id BETWEEN 16 * ?1 AND 16 * ?1 + 15")?;
    let mut nameless = log.prepare_cached(
        "SELECT 1 FROM attempt WHERE id BETWEEN 16 * ?1 AND 16 * ?1 + 15 AND (
             provider IS NULL
             OR provider = ?2 AND provider_message_id IS NULL AND outcome != 'not_accepted'
         )",
    )?;
    let (mut found, mut is_nameless_found) = (Vec::new(), false);
    for seq in messages {
        if !attempted.exists([seq])? {
            found.push(About::UnderWay(seq));
        } else if !is_nameless_found && nameless.exists(params![seq, provider])? {
            is_nameless_found = true;
            found.push(About::OnRecord(seq));
        }
    }
    Ok(found)
}
