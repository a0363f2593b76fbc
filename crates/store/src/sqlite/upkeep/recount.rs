//! Counts the messages of a quarter of an hour, as the log has them.
//!
//! Outcomes, reports and checks come later than newer messages, so a quarter is counted anew each time. The log is read
//! in pieces of [`PIECE`] messages, so that no read holds a checkpoint up for long.

use std::collections::{BTreeMap, HashMap};
use std::ops::Range;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use countersign_core::channel::Channel;
use countersign_core::id::MessageId;
use countersign_core::receipt::Delivery;
use countersign_core::send::attempt::Attempt;
use countersign_core::send::settle;
use countersign_core::tally::{Course, Kind, Span, Tally};
use countersign_core::time::Timestamp;
use rusqlite::{Connection, Row};

use crate::outcome_at_rest::outcome_from_columns;
use crate::seal::Sealer;
use crate::sqlite::log::attempt::{first_attempt, message_of};
use crate::sqlite::log::erasing;
use crate::sqlite::log::event;
use crate::sqlite::log::find::{self, Table};
use crate::sqlite::log::receipt;
use crate::sqlite::reading::timelines::CHECKED;

/// The number of messages that are read at once.
const PIECE: i64 = 4_096;

/// The counts of a quarter.
pub(super) type Counts = BTreeMap<Kind, Tally>;

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
    let decided_at = Timestamp::from_millis(row.get("decided_at")?);
    let is_again = row.get_ref("code_of")?.as_blob_or_null()?.is_some();
    let attempt = piece.attempts.remove(&seq);
    let attempt = attempt
        .or_else(|| settle::is_overdue(decided_at, now).then(|| Attempt::overdue(decided_at)));
    let called = attempt
        .as_ref()
        .filter(|attempt| attempt.provider.is_some() && attempt.outcome.is_of_a_call());
    let vendor_took = called.map(|attempt| attempt.started_at.until(attempt.ended_at));
    let used_at = used.get(&id).filter(|_| !is_again);
    let reports = piece.reports.remove(&seq).unwrap_or_default();
    // Only the country of the number leaves this function.
    let sealed = row.get_ref("phone")?.as_blob()?;
    let phone = sealer.open(sealed, id);
    let (provider, outcome) = attempt
        .map(|attempt| (attempt.provider, attempt.outcome))
        .unzip();
    let kind = Kind {
        app: row.get("app")?,
        channel,
        country: phone.map_or_else(|| erasing::country(sealed), |phone| Some(phone.country())),
        provider: provider.flatten(),
    };
    counts.entry(kind).or_default().count(&Course {
        outcome,
        vendor_took,
        delivery: Delivery::of(reports),
        verified_after: used_at.map(|at| decided_at.until(*at)),
    });
    Ok(())
}

/// What became of some messages, by their place in the log.
struct Piece {
    /// The attempt that decided the outcome.
    attempts: HashMap<i64, Attempt>,
    reports: HashMap<i64, Vec<Delivery>>,
}

const ATTEMPTS: &str = "
    SELECT id, provider, started_at, ended_at, outcome, kind FROM attempt WHERE id >= ? AND id < ? AND settles";

impl Piece {
    fn read(log: &Connection, messages: Range<i64>) -> rusqlite::Result<Self> {
        let ids = first_attempt(messages.start)..first_attempt(messages.end);
        let mut attempts = HashMap::new();
        let mut select = log.prepare_cached(ATTEMPTS)?;
        let mut rows = select.query([ids.start, ids.end])?;
        while let Some(row) = rows.next()? {
            let outcome = outcome_from_columns(
                row.get_ref("outcome")?.as_str()?,
                row.get_ref("kind")?.as_str_or_null()?,
                None,
                None,
            );
            let attempt = Attempt {
                provider: row.get("provider")?,
                started_at: Timestamp::from_millis(row.get("started_at")?),
                ended_at: Timestamp::from_millis(row.get("ended_at")?),
                outcome,
            };
            attempts.insert(message_of(row.get("id")?), attempt);
        }
        Ok(Self {
            attempts,
            reports: receipt::deliveries(log, messages)?,
        })
    }
}

/// The time after a quarter within which a code of its messages may be used.
const USED: Duration = CHECKED;

/// Returns the codes that were used, by the messages that brought them, and when.
fn used_codes(
    log: &Connection,
    from: Timestamp,
    end: Timestamp,
) -> rusqlite::Result<HashMap<MessageId, Timestamp>> {
    let rows = find::between(log, Table::Event, from, end.after(USED))?;
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
