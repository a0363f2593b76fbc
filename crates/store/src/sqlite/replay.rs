//! Rebuilds the live state from the log at start, and ends what a crash left open.

use countersign_core::id::MessageId;
use countersign_core::message::Attempt;
use countersign_core::outcome::Outcome;
use countersign_core::time::Timestamp;
use rusqlite::{Connection, Row, params};

use super::horizon::{self, Horizon};
use super::live::{Admission, Live};
use super::rows::{GiveBack, Settled};
use crate::seal::{Digest, Sealer};

/// The latest time on record.
pub(crate) fn high_water(log: &Connection) -> rusqlite::Result<Timestamp> {
    // The newest rows of each table; ids follow time closely enough that a few suffice.
    let newest = "SELECT max(at) FROM (
        SELECT * FROM (SELECT decided_at AS at FROM message ORDER BY id DESC LIMIT 1000)
        UNION ALL
        SELECT * FROM (SELECT ended_at AS at FROM attempt ORDER BY message DESC LIMIT 1000)
        UNION ALL
        SELECT created_at AS at FROM application)";
    let millis: Option<i64> = log.query_row(newest, [], |row| row.get(0))?;
    Ok(Timestamp::from_millis(millis.unwrap_or_default()))
}

/// The live state as the log has it at `now`. Messages that a crash left pending are settled as
/// unknown first: they may have been sent.
pub(crate) fn rebuild(
    log: &mut Connection,
    horizon: &Horizon,
    sealer: &Sealer,
    now: Timestamp,
) -> rusqlite::Result<Live> {
    settle_interrupted(log, horizon, now)?;
    let mut live = Live::default();
    horizon::restore_carried(log, &mut live, now)?;
    let mut select = log.prepare(REPLAYED)?;
    let mut rows = select.query([horizon.message().as_bytes()])?;
    while let Some(row) = rows.next()? {
        replay(row, sealer, &mut live)?;
    }
    live.sort();
    live.forget_past(now);
    Ok(live)
}

const REPLAYED: &str = "
    SELECT id, app, channel, phone, code_mac, code_expires_at, decided_at, hits,
           outcome, give_back, ended_at
    FROM message JOIN attempt ON attempt.message = message.id AND settles
    WHERE id >= ? ORDER BY id";

fn replay(row: &Row<'_>, sealer: &Sealer, live: &mut Live) -> rusqlite::Result<()> {
    let message = MessageId::from_bytes(row.get("id")?);
    let decided_at = Timestamp::from_millis(row.get("decided_at")?);
    let hits = horizon::counting_hits(row)?;
    for (hit, at) in &hits {
        live.add_hit(hit, *at);
    }
    if row.get_ref("outcome")?.as_str()? == "not_accepted" {
        return Ok(());
    }
    live.admit(Admission {
        message,
        decided_at,
        scope: scope(row, message, sealer)?,
        code_mac: row.get("code_mac")?,
        code_expires_at: Timestamp::from_millis(row.get("code_expires_at")?),
        hits: Vec::new(), // counted above
    });
    live.sent(message);
    Ok(())
}

fn scope(row: &Row<'_>, message: MessageId, sealer: &Sealer) -> rusqlite::Result<Digest> {
    let phone = sealer
        .open(row.get_ref("phone")?.as_blob()?, message)
        .ok_or_else(|| unreadable("a phone number does not open with this key"))?;
    Ok(sealer.code_scope(
        row.get_ref("app")?.as_str()?,
        row.get_ref("channel")?.as_str()?,
        &phone,
    ))
}

fn unreadable(why: &str) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(0, rusqlite::types::Type::Blob, why.into())
}

fn settle_interrupted(
    log: &mut Connection,
    horizon: &Horizon,
    now: Timestamp,
) -> rusqlite::Result<()> {
    let transaction = log.transaction()?;
    let open: Vec<(MessageId, Timestamp)> = transaction
        .prepare(
            "SELECT id, decided_at FROM message LEFT JOIN attempt ON attempt.message = message.id AND settles
             WHERE id >= ? AND settles IS NULL",
        )?
        .query_map(params![horizon.message().as_bytes()], |row| {
            Ok((MessageId::from_bytes(row.get(0)?), Timestamp::from_millis(row.get(1)?)))
        })?
        .collect::<rusqlite::Result<_>>()?;
    if !open.is_empty() {
        tracing::warn!(
            messages = open.len(),
            "messages were under way when the process ended; they count as sent"
        );
    }
    for (message, started_at) in open {
        let interrupted = Attempt {
            provider: None,
            started_at,
            ended_at: now,
            outcome: Outcome::Unknown {
                cause: "the process ended before the outcome was recorded".to_owned(),
            },
        };
        let settled = Settled {
            message,
            attempts: vec![interrupted],
            give_back: GiveBack::No,
        };
        settled.insert(&transaction)?;
    }
    transaction.commit()
}
