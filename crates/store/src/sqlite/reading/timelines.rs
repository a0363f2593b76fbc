//! Reads the timelines of messages, beside the writer.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use countersign_core::code::check::{CheckRecord, UnlockRecord};
use countersign_core::id::{MessageId, RequestId};
use countersign_core::ports::records::TimelineQuery;
use countersign_core::receipt::about;
use countersign_core::send::attempt::Attempt;
use countersign_core::time::Timestamp;
use rusqlite::{Connection, OptionalExtension as _, Row, params};

use super::lookup::{self, Search};
use crate::erased;
use crate::message_record::{MessageColumns, MessageRecord};
use crate::seal::{Key, Keys, Sealer};
use crate::sqlite::log::attempt::{self, first_attempt};
use crate::sqlite::log::event::EventRow;
use crate::sqlite::log::find::{self, Table};
use crate::sqlite::log::receipt;
use crate::sqlite::log::rule_set::{self, RuleSets};
use crate::tallies::counted::CHECKED;

/// The messages of a range of rows, newest first. A limit below 0 is none.
pub(super) const MESSAGES: &str = "
    SELECT seq, id, request_id, decided_at, app, channel, phone, code_ends, code_tries, code_of, rule_set, refusals
    FROM message WHERE seq >= ? AND seq < ? ORDER BY seq DESC LIMIT ?";

pub(crate) fn read(
    log: &Connection,
    query: &TimelineQuery,
    sealer: &Sealer,
) -> rusqlite::Result<Vec<MessageRecord>> {
    let rule_sets = RuleSets::read(log)?;
    let mut select = log.prepare_cached(MESSAGES)?;
    let mut found = Vec::new();
    for (from, to) in rows_of(log, query, sealer)? {
        let mut rows = select.query(params![from, to, query.limit])?;
        while let Some(row) = rows.next()? {
            if let Some(mut message) = message(row, &rule_sets, sealer)? {
                complete(log, row.get("seq")?, &mut message)?;
                found.push(message);
            }
        }
    }
    checks(log, &mut found)?;
    Ok(found)
}

/// Adds to a message that was just read its attempts and reports, and the tries of its code.
pub(super) fn complete(
    log: &Connection,
    seq: i64,
    message: &mut MessageRecord,
) -> rusqlite::Result<()> {
    let timeline = &mut message.timeline;
    (timeline.attempts, timeline.gave_back) = attempts(log, seq)?;
    timeline.receipts = about::counted(receipt::read(log, seq)?, &timeline.attempts);
    if message.code_of != timeline.id {
        message.code_tries = tries_of(log, message.code_of)?.unwrap_or(0);
    }
    Ok(())
}

/// Returns the range of rows that the query can match: the first, and the one after the last.
pub(super) fn rows_of(
    log: &Connection,
    query: &TimelineQuery,
    sealer: &Sealer,
) -> rusqlite::Result<Vec<(i64, i64)>> {
    let mut end = match query.before {
        // A cursor that is not in the log still marks its moment.
        Some(before) => match find::message(log, before)? {
            Some(seq) => seq,
            None => find::first_at(log, Table::Message, before.made_at())?,
        },
        None => i64::MAX,
    };
    if let Some(before) = query.decided_before {
        end = end.min(find::first_at(log, Table::Message, before)?);
    }
    let one = match (query.message, query.request) {
        (Some(message), _) => Some(find::message(log, message)?),
        (None, Some(request)) => Some(find::message_of_request(log, request)?),
        (None, None) => None,
    };
    let all = match (one, &query.phone) {
        (None, None) => return Ok(vec![(0, end)]),
        (None, Some(phone)) => {
            let number = sealer.keys(|each| each.phone(phone));
            of_number(log, &number, end, query.limit)?
        }
        (Some(one), _) => one.into_iter().filter(|seq| *seq < end).collect(),
    };
    Ok(all.into_iter().map(|seq| (seq, seq + 1)).collect())
}

/// Returns the newest messages to a number before `end`, newest first: those under each of its keys.
pub(crate) fn of_number(
    log: &Connection,
    number: &Keys,
    end: i64,
    limit: u16,
) -> rusqlite::Result<Vec<i64>> {
    let mut found = Vec::new();
    for key in number.all() {
        found.extend(of_key(log, key, end, limit)?);
    }
    if !number.older.is_empty() {
        // The index may still have a message under its older key too.
        found.sort_unstable_by(|one, other| other.cmp(one));
        found.dedup();
        found.truncate(usize::from(limit));
    }
    Ok(found)
}

fn of_key(log: &Connection, number: Key, end: i64, limit: u16) -> rusqlite::Result<Vec<i64>> {
    let search = Search::on(log, Table::Message)?;
    let mut select = log.prepare_cached(
        "SELECT seq FROM message WHERE seq >= ? AND seq < ? AND phone_key = ? ORDER BY seq DESC LIMIT ?",
    )?;
    let newest = params![search.indexed(), end, number.column(), limit];
    let mut found = Vec::new();
    let mut rows = select.query(newest)?;
    while let Some(row) = rows.next()? {
        found.push(row.get(0)?);
    }
    let older = search.indexed_rows(number, (0, end), usize::from(limit) - found.len())?;
    found.extend(older);
    Ok(found)
}

/// Returns whether the message `seq` went to this number.
pub(crate) fn is_to(log: &Connection, seq: i64, number: &Keys) -> rusqlite::Result<bool> {
    let key: Option<i64> = log
        .prepare_cached("SELECT phone_key FROM message WHERE seq = ?")?
        .query_row([seq], |row| row.get(0))
        .optional()?;
    Ok(key.is_some_and(|key| number.all().any(|ours| ours.column() == key)))
}

/// Returns the number of wrong guesses that the code of `message` survived when it was new.
fn tries_of(log: &Connection, message: MessageId) -> rusqlite::Result<Option<u8>> {
    let Some(seq) = find::message(log, message)? else {
        return Ok(None);
    };
    log.prepare_cached("SELECT code_tries FROM message WHERE seq = ?")?
        .query_row([seq], |row| row.get(0))
        .optional()
}

const CHECKS: &str = "
    SELECT seq, id, at, kind, door, phone, scope, messages, hits, older FROM code_event
    WHERE seq >= ? AND seq < ? AND messages IS NOT NULL ORDER BY seq";

/// The maximum number of checks shown for one code. Its tries and successes cannot exceed it.
const MOST_CHECKS: usize = 64;

/// Adds the checks of its code to every timeline.
pub(super) fn checks(log: &Connection, found: &mut [MessageRecord]) -> rusqlite::Result<()> {
    let Some((oldest, newest)) = ends(found) else {
        return Ok(());
    };
    let mut by_code: HashMap<MessageId, Vec<CheckRecord>> = HashMap::new();
    let search = Search::on(log, Table::Event)?;
    let codes: HashSet<_> = found.iter().map(|found| found.code_of).collect();
    for &code in &codes {
        // A message may bring an older code again. The checks of that code reach up to the newest such message.
        let until = found.iter().filter(|found| found.code_of == code);
        let until = until.map(|found| found.timeline.decided_at).max();
        let until = until.unwrap_or(newest).after(CHECKED);
        let rows = find::between(log, Table::Event, code.made_at(), until)?;
        let rows = (rows.start, rows.end);
        let rows = search.indexed_rows(lookup::key_of(code), rows, MOST_CHECKS)?;
        for seq in rows.into_iter().rev() {
            let wanted = |of: MessageId| of == code;
            read_checks(log, seq..seq + 1, wanted, &mut by_code)?;
        }
    }
    let rows = find::between(log, Table::Event, oldest, newest.after(CHECKED))?;
    let rest = rows.start.max(search.indexed())..rows.end;
    read_checks(log, rest, |of| codes.contains(&of), &mut by_code)?;
    put(found, &by_code);
    Ok(())
}

/// Adds the checks of its code to every timeline, as [`checks`] does, for many messages of the order of time: reads all checks that
/// were made while their codes lived.
pub(super) fn checks_of_all(log: &Connection, found: &mut [MessageRecord]) -> rusqlite::Result<()> {
    let Some((oldest, newest)) = ends(found) else {
        return Ok(());
    };
    let codes: HashSet<_> = found.iter().map(|found| found.code_of).collect();
    let mut by_code = HashMap::new();
    let rows = find::between(log, Table::Event, oldest, newest.after(CHECKED))?;
    read_checks(log, rows, |of| codes.contains(&of), &mut by_code)?;
    put(found, &by_code);
    Ok(())
}

/// Returns the time of the oldest code of these messages, and of the newest decision.
fn ends(found: &[MessageRecord]) -> Option<(Timestamp, Timestamp)> {
    let oldest = found.iter().map(|found| found.code_of.made_at()).min()?;
    let newest = found.iter().map(|found| found.timeline.decided_at).max()?;
    Some((oldest, newest))
}

/// Gives every timeline the checks of its code.
fn put(found: &mut [MessageRecord], by_code: &HashMap<MessageId, Vec<CheckRecord>>) {
    for found in found {
        let checks = by_code.get(&found.code_of).cloned();
        found.timeline.checks = checks.unwrap_or_default();
    }
}

fn read_checks(
    log: &Connection,
    rows: Range<i64>,
    wanted: impl Fn(MessageId) -> bool,
    by_code: &mut HashMap<MessageId, Vec<CheckRecord>>,
) -> rusqlite::Result<()> {
    let mut select = log.prepare_cached(CHECKS)?;
    let mut rows = select.query([rows.start, rows.end])?;
    while let Some(row) = rows.next()? {
        let event = EventRow::read(row)?;
        if let Some(record) = event.check() {
            let codes = event.effect.codes().iter();
            for code in codes.filter(|code| wanted(**code)) {
                by_code.entry(*code).or_default().push(record);
            }
        }
    }
    Ok(())
}

/// Returns the unlocks before that request, newest first.
pub(crate) fn unlocks(
    log: &Connection,
    before: Option<RequestId>,
    limit: u16,
    sealer: &Sealer,
) -> rusqlite::Result<Vec<UnlockRecord>> {
    let mut select = log.prepare_cached(
        "SELECT id, at, sealed FROM code_event
         WHERE kind = 'unlocked' AND sealed IS NOT NULL AND seq < ? ORDER BY seq DESC LIMIT ?",
    )?;
    let before = match before {
        Some(request) => find::unlock(log, request)?,
        None => i64::MAX,
    };
    let mut rows = select.query(params![before, limit])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let request_id = RequestId::from_bytes(row.get("id")?);
        let sealed = row.get_ref("sealed")?.as_blob()?;
        let Some(((phone, note), _)) = sealer.open_unlock(sealed, request_id) else {
            tracing::error!("an unlock in the log cannot be read with these keys");
            continue;
        };
        found.push(UnlockRecord {
            at: Timestamp::from_millis(row.get("at")?),
            request_id,
            phone,
            note,
        });
    }
    Ok(found)
}

/// Reads a message, as yet without attempts, reports and checks; `None` if its number was erased, or it cannot be read with
/// these keys.
pub(super) fn message(
    row: &Row<'_>,
    rule_sets: &RuleSets,
    sealer: &Sealer,
) -> rusqlite::Result<Option<MessageRecord>> {
    let columns = MessageColumns {
        id: MessageId::from_bytes(row.get("id")?),
        request_id: RequestId::from_bytes(row.get("request_id")?),
        app: row.get_ref("app")?.as_str()?,
        channel: row.get_ref("channel")?.as_str()?,
        phone: row.get_ref("phone")?.as_blob()?,
        decided_at: Timestamp::from_millis(row.get("decided_at")?),
        limits: rule_set::named(rule_sets, row.get_ref("rule_set")?)?,
        refusals: row.get_ref("refusals")?.as_blob_or_null()?,
        code_of: row
            .get::<_, Option<[u8; 16]>>("code_of")?
            .map(MessageId::from_bytes),
        code_ends: Timestamp::from_millis(row.get("code_ends")?),
        code_tries: row.get("code_tries")?,
    };
    let message = MessageRecord::of(&columns, sealer);
    if message.is_none() && !erased::is_erased(columns.phone) {
        tracing::error!("a message in the log cannot be read with these keys");
    }
    Ok(message)
}

/// Returns the attempts at a message, and whether a failure gave its minute back.
pub(super) fn attempts(log: &Connection, seq: i64) -> rusqlite::Result<(Vec<Attempt>, bool)> {
    let mut select =
        log.prepare_cached("SELECT * FROM attempt WHERE id >= ? AND id < ? ORDER BY id")?;
    let (from, to) = (first_attempt(seq), first_attempt(seq + 1));
    let mut rows = select.query([from, to])?;
    let (mut attempts, mut gave_back) = (Vec::new(), false);
    while let Some(row) = rows.next()? {
        gave_back |= row.get_ref("give_back")?.as_blob_or_null()?.is_some();
        attempts.push(attempt::of_row(row)?);
    }
    Ok((attempts, gave_back))
}
