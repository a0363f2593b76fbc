//! Reads what is known of messages, beside the writer.

use std::collections::HashMap;
use std::time::Duration;

use countersign_core::application::AppId;
use countersign_core::channel::Channel;
use countersign_core::check::{CheckRecord, UnlockRecord};
use countersign_core::id::{MessageId, RequestId};
use countersign_core::message::{Attempt, CodeState, Timeline};
use countersign_core::outcome::Outcome;
use countersign_core::policy;
use countersign_core::ports::store::TimelineQuery;
use countersign_core::time::Timestamp;
use rusqlite::{Connection, Row, params};

use super::{events, horizon, rows};
use crate::seal::Sealer;

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
        let last = self.timeline.attempts.last();
        last.is_some_and(|attempt| matches!(attempt.outcome, Outcome::NotAccepted(_)))
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
    SELECT id, request_id, app, channel, phone, decided_at, verdicts, code_expires_at, code_of,
           coalesce((SELECT code_tries FROM message AS first WHERE first.id = message.code_of), code_tries)
               AS code_tries
    FROM message
    WHERE (?1 IS NULL OR id = ?1) AND (?2 IS NULL OR request_id = ?2) AND (?3 IS NULL OR id < ?3)
    ORDER BY id DESC LIMIT ?4";

pub(crate) fn read(
    log: &Connection,
    query: TimelineQuery,
    sealer: &Sealer,
) -> rusqlite::Result<Vec<Found>> {
    let mut select = log.prepare_cached(MESSAGES)?;
    let mut rows = select.query(params![
        query.message.as_ref().map(MessageId::as_bytes),
        query.request.as_ref().map(RequestId::as_bytes),
        query.before.as_ref().map(MessageId::as_bytes),
        query.limit,
    ])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        match message(row, sealer)? {
            Some(mut message) => {
                attempts(log, &mut message.timeline)?;
                found.push(message);
            }
            None => tracing::error!("a message in the log cannot be read with these keys"),
        }
    }
    checks(log, &mut found)?;
    Ok(found)
}

const CHECKS: &str = "
    SELECT id, at, kind, door, phone, messages, hits FROM code_event
    WHERE id >= ? AND id < ? AND messages IS NOT NULL ORDER BY id";

/// How long after a message its code may be checked: its life, and the time of a slow request.
const CHECKED: Duration = Duration::from_secs(11 * 60);

/// Gives every timeline the checks of its code. A request is a little older than its check.
fn checks(log: &Connection, found: &mut [Found]) -> rusqlite::Result<()> {
    let oldest = found.iter().map(|found| found.code_of.made_at()).min();
    let newest = found.iter().map(|found| found.timeline.decided_at).max();
    let (Some(oldest), Some(newest)) = (oldest, newest) else {
        return Ok(());
    };
    let from = MessageId::first_at(oldest.before(policy::REMEMBERED));
    let to = MessageId::first_at(newest.after(CHECKED));
    let mut select = log.prepare_cached(CHECKS)?;
    let mut rows = select.query([from.as_bytes(), to.as_bytes()])?;
    let mut by_code: HashMap<MessageId, Vec<CheckRecord>> = HashMap::new();
    while let Some(row) = rows.next()? {
        let event = horizon::logged_event(row)?;
        if let Some(record) = events::record(event.id, event.at, event.kind) {
            for code in events::messages(row.get_ref("messages")?.as_blob_or_null()?) {
                by_code.entry(code).or_default().push(record);
            }
        }
    }
    for found in found {
        let checks = by_code.get(&found.code_of).cloned();
        found.timeline.checks = checks.unwrap_or_default();
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
         WHERE kind = 'unlocked' AND (?1 IS NULL OR id < ?1) ORDER BY id DESC LIMIT ?2",
    )?;
    let mut rows = select.query(params![before.as_ref().map(RequestId::as_bytes), limit])?;
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

fn message(row: &Row<'_>, sealer: &Sealer) -> rusqlite::Result<Option<Found>> {
    let id = MessageId::from_bytes(row.get("id")?);
    let app = AppId::parse(row.get_ref("app")?.as_str()?).ok();
    let channel = Channel::parse(row.get_ref("channel")?.as_str()?);
    let phone = sealer.open(row.get_ref("phone")?.as_blob()?, id);
    let (Some(app), Some(channel), Some(phone)) = (app, channel, phone) else {
        return Ok(None);
    };
    Ok(Some(Found {
        timeline: Timeline {
            id,
            request_id: RequestId::from_bytes(row.get("request_id")?),
            app,
            channel,
            phone,
            decided_at: Timestamp::from_millis(row.get("decided_at")?),
            verdicts: rows::verdicts_from_json(row.get_ref("verdicts")?.as_str()?),
            attempts: Vec::new(),
            gave_back: false,
            checks: Vec::new(),
            code: CodeState::Pending,
        },
        code_of: row
            .get::<_, Option<[u8; 16]>>("code_of")?
            .map_or(id, MessageId::from_bytes),
        code_expires_at: Timestamp::from_millis(row.get("code_expires_at")?),
        code_tries: row.get("code_tries")?,
    }))
}

fn attempts(log: &Connection, timeline: &mut Timeline) -> rusqlite::Result<()> {
    let mut select = log.prepare_cached("SELECT * FROM attempt WHERE message = ? ORDER BY n")?;
    let mut rows = select.query([timeline.id.as_bytes()])?;
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
