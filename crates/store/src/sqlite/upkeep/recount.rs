//! Counts the messages of a quarter of an hour, as the log has them.
//!
//! Outcomes, reports and checks come later than newer messages, so a quarter is counted anew each time. The log is read
//! in pieces of [`PIECE`] messages, so that no read holds a checkpoint up for long.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::atomic::{AtomicBool, Ordering};

use countersign_core::channel::Channel;
use countersign_core::id::MessageId;
use countersign_core::send::attempt::Attempt;
use countersign_core::tally::Span;
use countersign_core::time::Timestamp;
use rusqlite::{Connection, Row};

use crate::erased;
use crate::seal::Sealer;
use crate::sqlite::log::attempt::{first_attempt, message_of, of_row};
use crate::sqlite::log::event;
use crate::sqlite::log::find::{self, Table};
use crate::sqlite::log::receipt::{self, KeptReports};
use crate::tallies::Counts;
use crate::tallies::counted::{CHECKED, CountedMessage};

/// The number of messages that are read at once.
const PIECE: i64 = 4_096;

/// Counts the messages of the quarter that starts at `quarter`; `None` if the thread was told to end meanwhile.
pub(super) fn quarter(
    log: &Connection,
    sealer: &Sealer,
    quarter: Timestamp,
    now: Timestamp,
    ending: &AtomicBool,
) -> rusqlite::Result<Option<Counts>> {
    let end = quarter.after(Span::Quarter.length());
    let rows = find::between(log, Table::Message, quarter, end)?;
    let used = used_codes(log, quarter, end)?;
    let mut counts = Counts::new();
    let mut from = rows.start;
    while from < rows.end {
        if ending.load(Ordering::Relaxed) {
            return Ok(None);
        }
        let to = rows.end.min(from + PIECE);
        let mut piece = Piece::read(log, from..to)?;
        let mut select = log.prepare_cached(MESSAGES)?;
        let mut messages = select.query([from, to])?;
        while let Some(row) = messages.next()? {
            count(row, &mut piece, &used, sealer, now, &mut counts)?;
        }
        from = to;
    }
    Ok(Some(counts))
}

const MESSAGES: &str = "
    SELECT seq, id, decided_at, app, channel, phone, code_of FROM message
    WHERE seq >= ? AND seq < ? ORDER BY seq";

fn count(
    row: &Row<'_>,
    piece: &mut Piece,
    used: &HashMap<MessageId, Timestamp>,
    sealer: &Sealer,
    now: Timestamp,
    counts: &mut Counts,
) -> rusqlite::Result<()> {
    let Some(channel) = Channel::parse(row.get_ref("channel")?.as_str()?) else {
        return Ok(());
    };
    let seq = row.get("seq")?;
    let id = MessageId::from_bytes(row.get("id")?);
    let is_again = row.get_ref("code_of")?.as_blob_or_null()?.is_some();
    // Only the country of the number leaves this function.
    let sealed = row.get_ref("phone")?.as_blob()?;
    let phone = sealer.open(sealed, id);
    let message = CountedMessage {
        app: row.get("app")?,
        channel,
        country: phone.map_or_else(|| erased::country(sealed), |phone| Some(phone.country())),
        decided_at: Timestamp::from_millis(row.get("decided_at")?),
        attempts: piece.attempts.remove(&seq).unwrap_or_default(),
        reports: piece.reports.remove(&seq).unwrap_or_default(),
        used_at: used.get(&id).filter(|_| !is_again).copied(),
    };
    message.count(now, counts);
    Ok(())
}

/// What became of some messages, by their place in the log.
struct Piece {
    attempts: HashMap<i64, Vec<Attempt>>,
    reports: HashMap<i64, KeptReports>,
}

const ATTEMPTS: &str = "SELECT * FROM attempt WHERE id >= ? AND id < ? ORDER BY id";

impl Piece {
    fn read(log: &Connection, messages: Range<i64>) -> rusqlite::Result<Self> {
        let ids = first_attempt(messages.start)..first_attempt(messages.end);
        let mut attempts: HashMap<_, Vec<_>> = HashMap::new();
        let mut select = log.prepare_cached(ATTEMPTS)?;
        let mut rows = select.query([ids.start, ids.end])?;
        while let Some(row) = rows.next()? {
            let of = attempts.entry(message_of(row.get("id")?));
            of.or_default().push(of_row(row)?);
        }
        Ok(Self {
            attempts,
            reports: receipt::read_all(log, messages)?,
        })
    }
}

/// Returns the codes that were used, by the messages that brought them, and when.
fn used_codes(
    log: &Connection,
    from: Timestamp,
    end: Timestamp,
) -> rusqlite::Result<HashMap<MessageId, Timestamp>> {
    let rows = find::between(log, Table::Event, from, end.after(CHECKED))?;
    let mut select = log.prepare_cached(
        "SELECT at, messages FROM code_event WHERE seq >= ? AND seq < ? AND kind = 'right'",
    )?;
    let mut rows = select.query([rows.start, rows.end])?;
    let mut used = HashMap::new();
    while let Some(row) = rows.next()? {
        let at = Timestamp::from_millis(row.get("at")?);
        let codes = event::messages(row.get_ref("messages")?.as_blob_or_null()?);
        // The guess is the first of these codes; the others were ended with it.
        used.extend(codes.first().map(|code| (*code, at)));
    }
    Ok(used)
}
