//! Reads what is known of messages, beside the writer.

use std::collections::{HashMap, HashSet};
use std::ops::Range;
use std::time::Duration;

use countersign_core::application::AppId;
use countersign_core::channel::Channel;
use countersign_core::code::check::{CheckRecord, UnlockRecord};
use countersign_core::id::{MessageId, RequestId};
use countersign_core::message::{self, Attempt, CodeState, Timeline};
use countersign_core::ports::store::TimelineQuery;
use countersign_core::send::dispatch;
use countersign_core::time::Timestamp;
use rusqlite::{Connection, OptionalExtension as _, Row, params};

use super::find::{self, Table};
use super::lookup::{self, Search};
use super::rule_sets::{self, RuleSets};
use super::{events, horizon, receipts, rows};
use crate::seal::{Key, Sealer};

/// A timeline, and what tells the state of its code.
pub(crate) struct Found {
    pub(crate) timeline: Timeline,
    /// The message that brought its code first: mostly itself.
    pub(crate) code_of: MessageId,
    code_expires_at: Timestamp,
    code_tries: u8,
}

impl Found {
    /// Whether it was certainly not sent: then it brought no code, whatever a code that it was to bring once
    /// more is good for.
    pub(crate) fn is_void(&self) -> bool {
        let outcome = dispatch::outcome(&self.timeline.attempts);
        outcome.is_some_and(|outcome| !outcome.may_have_been_sent())
    }

    /// What became of its code, as far as the log knows.
    pub(crate) fn code_state(&self, now: Timestamp, dead_before: Timestamp) -> CodeState {
        let timeline = &self.timeline;
        let wrong = timeline.checks.iter().filter(|check| !check.right).count();
        let dead = timeline.decided_at < dead_before || self.code_expires_at <= now;
        if self.is_void() {
            CodeState::Void
        } else if timeline.checks.iter().any(|check| check.right) {
            CodeState::Used
        } else if wrong >= usize::from(self.code_tries) {
            CodeState::Exhausted
        } else if dead {
            CodeState::Expired
        } else if timeline.attempts.is_empty() {
            CodeState::Pending // its outcome is on the way to the log
        } else {
            CodeState::Replaced
        }
    }
}

const MESSAGES: &str = "
    SELECT seq, id, request_id, decided_at, app, channel, phone, code_ends, code_tries, code_of, rule_set, refusals
    FROM message WHERE seq >= ? AND seq < ? ORDER BY seq DESC LIMIT ?";

pub(crate) fn read(
    log: &Connection,
    query: &TimelineQuery,
    sealer: &Sealer,
) -> rusqlite::Result<Vec<Found>> {
    let rule_sets = RuleSets::read(log)?;
    let mut select = log.prepare_cached(MESSAGES)?;
    let mut found = Vec::new();
    for (from, to) in rows_of(log, query, sealer)? {
        let mut rows = select.query(params![from, to, query.limit])?;
        while let Some(row) = rows.next()? {
            match message(row, &rule_sets, sealer)? {
                Some(mut message) => {
                    let seq = row.get("seq")?;
                    attempts(log, seq, &mut message.timeline)?;
                    message.timeline.receipts = receipts::read(log, seq)?;
                    if message.code_of != message.timeline.id {
                        message.code_tries = tries_of(log, message.code_of)?.unwrap_or(0);
                    }
                    found.push(message);
                }
                None => tracing::error!("a message in the log cannot be read with these keys"),
            }
        }
    }
    checks(log, &mut found)?;
    Ok(found)
}

/// The messages that are meant, newest first: from which, and before which.
fn rows_of(
    log: &Connection,
    query: &TimelineQuery,
    sealer: &Sealer,
) -> rusqlite::Result<Vec<(i64, i64)>> {
    let mut end = match query.before {
        // One that is not here marks its moment all the same.
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
        (None, Some(phone)) => of_number(log, sealer.phone(phone), end, query.limit)?,
        (Some(one), _) => one.into_iter().filter(|seq| *seq < end).collect(),
    };
    Ok(all.into_iter().map(|seq| (seq, seq + 1)).collect())
}

/// The newest messages to a number before `end`.
pub(super) fn of_number(
    log: &Connection,
    number: Key,
    end: i64,
    limit: u16,
) -> rusqlite::Result<Vec<i64>> {
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

/// How many wrong guesses the code of `message` survived when it was new.
fn tries_of(log: &Connection, message: MessageId) -> rusqlite::Result<Option<u8>> {
    let Some(seq) = find::message(log, message)? else {
        return Ok(None);
    };
    log.prepare_cached("SELECT code_tries FROM message WHERE seq = ?")?
        .query_row([seq], |row| row.get(0))
        .optional()
}

const CHECKS: &str = "
    SELECT seq, id, at, kind, door, phone, scope, messages, hits FROM code_event
    WHERE seq >= ? AND seq < ? AND messages IS NOT NULL ORDER BY seq";

/// How long after a message its code may be checked: its life, and the time of a slow request.
const CHECKED: Duration = Duration::from_secs(11 * 60);

/// The most checks of one code that are shown: more than its tries and successes can be.
const MOST_CHECKS: usize = 64;

/// Gives every timeline the checks of its code.
fn checks(log: &Connection, found: &mut [Found]) -> rusqlite::Result<()> {
    let oldest = found.iter().map(|found| found.code_of.made_at()).min();
    let newest = found.iter().map(|found| found.timeline.decided_at).max();
    let (Some(oldest), Some(newest)) = (oldest, newest) else {
        return Ok(());
    };
    let mut by_code: HashMap<MessageId, Vec<CheckRecord>> = HashMap::new();
    let search = Search::on(log, Table::Event)?;
    let codes: HashSet<_> = found.iter().map(|found| found.code_of).collect();
    for &code in &codes {
        // Through a code that is brought once more, its checks come later than its message.
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
    for found in found {
        let checks = by_code.get(&found.code_of).cloned();
        found.timeline.checks = checks.unwrap_or_default();
    }
    Ok(())
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
        let event = horizon::logged_event(row)?;
        if let Some(record) = events::record(event.id, event.at, event.kind) {
            let codes = events::messages(row.get_ref("messages")?.as_blob_or_null()?);
            for code in codes.into_iter().filter(|code| wanted(*code)) {
                by_code.entry(code).or_default().push(record);
            }
        }
    }
    Ok(())
}

/// The acts of unlocking before that request, newest first.
pub(crate) fn unlocks(
    log: &Connection,
    before: Option<RequestId>,
    limit: u16,
    sealer: &Sealer,
) -> rusqlite::Result<Vec<UnlockRecord>> {
    let mut select = log.prepare_cached(
        "SELECT id, at, sealed FROM code_event
         WHERE kind = 'unlocked' AND seq < ? ORDER BY seq DESC LIMIT ?",
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
        let Some((phone, note)) = sealer.open_unlock(sealed, request_id) else {
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

fn message(
    row: &Row<'_>,
    rule_sets: &RuleSets,
    sealer: &Sealer,
) -> rusqlite::Result<Option<Found>> {
    let id = MessageId::from_bytes(row.get("id")?);
    let app = AppId::parse(row.get_ref("app")?.as_str()?).ok();
    let channel = Channel::parse(row.get_ref("channel")?.as_str()?);
    let phone = sealer.open(row.get_ref("phone")?.as_blob()?, id);
    let (Some(app), Some(channel), Some(phone)) = (app, channel, phone) else {
        return Ok(None);
    };
    let limits = rule_sets::named(rule_sets, row.get_ref("rule_set")?)?;
    let refusals = rule_sets::refusals_of_column(row.get_ref("refusals")?.as_blob_or_null()?);
    Ok(Some(Found {
        timeline: Timeline {
            id,
            request_id: RequestId::from_bytes(row.get("request_id")?),
            app,
            channel,
            phone,
            decided_at: Timestamp::from_millis(row.get("decided_at")?),
            verdicts: message::verdicts(limits, &refusals).collect(),
            attempts: Vec::new(),
            receipts: Vec::new(),
            gave_back: false,
            checks: Vec::new(),
            code: CodeState::Pending,
        },
        code_of: row
            .get::<_, Option<[u8; 16]>>("code_of")?
            .map_or(id, MessageId::from_bytes),
        code_expires_at: Timestamp::from_millis(row.get("code_ends")?),
        code_tries: row.get("code_tries")?,
    }))
}

fn attempts(log: &Connection, seq: i64, timeline: &mut Timeline) -> rusqlite::Result<()> {
    let mut select =
        log.prepare_cached("SELECT * FROM attempt WHERE id >= ? AND id < ? ORDER BY id")?;
    let (from, to) = (rows::first_attempt(seq), rows::first_attempt(seq + 1));
    let mut rows = select.query([from, to])?;
    while let Some(row) = rows.next()? {
        timeline.gave_back |= row.get_ref("give_back")?.as_blob_or_null()?.is_some();
        timeline.attempts.push(Attempt {
            provider: row.get("provider")?,
            started_at: Timestamp::from_millis(row.get("started_at")?),
            ended_at: Timestamp::from_millis(row.get("ended_at")?),
            outcome: rows::outcome_from_columns(
                row.get_ref("outcome")?.as_str()?,
                row.get_ref("kind")?.as_str_or_null()?,
                row.get("detail")?,
                row.get("provider_message_id")?,
            ),
        });
    }
    Ok(())
}
