//! Reads what is known of messages, beside the writer.

use countersign_core::application::AppId;
use countersign_core::channel::Channel;
use countersign_core::id::{MessageId, RequestId};
use countersign_core::message::{Attempt, CodeState, Timeline};
use countersign_core::ports::store::TimelineQuery;
use countersign_core::time::Timestamp;
use rusqlite::{Connection, Row, params};

use super::rows;
use crate::seal::Sealer;

/// A timeline, and when its code ends.
pub(crate) struct Found {
    pub(crate) timeline: Timeline,
    pub(crate) code_expires_at: Timestamp,
}

const MESSAGES: &str = "
    SELECT id, request_id, app, channel, phone, decided_at, verdicts, code_expires_at FROM message
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
            code: CodeState::Pending,
        },
        code_expires_at: Timestamp::from_millis(row.get("code_expires_at")?),
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
