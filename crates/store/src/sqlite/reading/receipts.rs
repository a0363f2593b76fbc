//! Finds the message that a vendor's report is about.

use countersign_core::receipt::Receipt;
use countersign_core::receipt::about::{self, About, LOOKED_AT};
use rusqlite::Connection;

use super::timelines;
use crate::seal::Sealer;
use crate::sqlite::log::{attempt, find};

/// Returns the messages that `receipt` of `provider` may be about, by their places in the log.
pub(crate) fn messages_of(
    log: &Connection,
    provider: &str,
    receipt: &Receipt,
    sealer: &Sealer,
) -> rusqlite::Result<Vec<About<i64>>> {
    let number = sealer.keys(|each| each.phone(&receipt.phone));
    if let Some(id) = receipt.message {
        let Some(seq) = find::message(log, id)? else {
            return Ok(Vec::new());
        };
        let is_ours = timelines::is_to(log, seq, &number)?
            && about::may_be_through(provider, &attempt::read(log, seq)?);
        let about = is_ours.then_some(About::OnRecord(seq));
        return Ok(about.into_iter().collect());
    }
    let Some(id) = &receipt.provider_message_id else {
        return Ok(Vec::new());
    };
    let newest = timelines::of_number(log, &number, i64::MAX, LOOKED_AT)?;
    let newest = newest.into_iter();
    let newest = newest.map(|seq| Ok((seq, attempt::read(log, seq)?)));
    let newest: Vec<_> = newest.collect::<rusqlite::Result<_>>()?;
    Ok(about::with_vendors_id(provider, id, &newest))
}
