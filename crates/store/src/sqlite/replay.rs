//! Rebuilds the live state from the log at start, and ends what a crash left open.

use std::collections::HashMap;

use countersign_core::id::MessageId;
use countersign_core::message::Attempt;
use countersign_core::outcome::Outcome;
use countersign_core::passcode::SealedPasscode;
use countersign_core::time::Timestamp;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, Row, params};

use super::codes::Code;
use super::events::{self, Kind};
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
        SELECT * FROM (SELECT at FROM code_event ORDER BY id DESC LIMIT 1000)
        UNION ALL
        SELECT high_water AS at FROM clock_mark
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
    horizon::restore_in_a_row(log, &mut live)?;
    live.codes.kill_before(dead_before(log)?);
    let mut select = log.prepare(REPLAYED)?;
    let mut rows = select.query([horizon.message().as_bytes()])?;
    let mut scopes = HashMap::new();
    while let Some(row) = rows.next()? {
        replay(row, sealer, &mut live, &mut scopes)?;
    }
    live.sort();
    let mut select = log.prepare(EVENTS)?;
    let mut rows = select.query([horizon.event().as_bytes()])?;
    while let Some(row) = rows.next()? {
        replay_event(row, &mut live, &scopes)?;
    }
    live.sort();
    live.forget_past(now);
    Ok(live)
}

/// The moment before which every code is dead.
pub(crate) fn dead_before(log: &Connection) -> rusqlite::Result<Timestamp> {
    let millis = log.query_row("SELECT dead_before FROM clock_mark", [], |row| row.get(0))?;
    Ok(Timestamp::from_millis(millis))
}

const REPLAYED: &str = "
    SELECT id, app, channel, phone, code_mac, code_expires_at, decided_at, hits,
           code_tries, code_keeps, code_sealed, code_of, outcome, give_back, ended_at
    FROM message JOIN attempt ON attempt.message = message.id AND settles
    WHERE id >= ? ORDER BY id";

const EVENTS: &str = "
    SELECT id, at, kind, door, phone, messages, hits FROM code_event WHERE id >= ? ORDER BY at, id";

fn replay(
    row: &Row<'_>,
    sealer: &Sealer,
    live: &mut Live,
    scopes: &mut HashMap<MessageId, Digest>,
) -> rusqlite::Result<()> {
    let message = MessageId::from_bytes(row.get("id")?);
    let decided_at = Timestamp::from_millis(row.get("decided_at")?);
    for (hit, at) in &horizon::counting_hits(row)? {
        live.add_hit(hit, *at);
    }
    let not_sent = row.get_ref("outcome")?.as_str()? == "not_accepted";
    let again = row.get_ref("code_of")? != ValueRef::Null;
    if not_sent || again {
        return Ok(());
    }
    let scope = scope(row, message, sealer)?;
    scopes.insert(message, scope);
    let sealed: Option<Vec<u8>> = row.get("code_sealed")?;
    live.admit(Admission {
        message,
        decided_at,
        scope,
        code: Some(Code {
            message,
            decided_at,
            expires_at: Timestamp::from_millis(row.get("code_expires_at")?),
            mac: row.get("code_mac")?,
            tries_left: row.get("code_tries")?,
            keeps: row.get("code_keeps")?,
            sent: false,
            used: false,
            sealed: sealed.map(|bytes| Box::new(SealedPasscode::from_bytes(bytes))),
        }),
        hits: Vec::new(), // counted above
    });
    live.sent(message);
    Ok(())
}

/// Takes an event's step again.
fn replay_event(
    row: &Row<'_>,
    live: &mut Live,
    scopes: &HashMap<MessageId, Digest>,
) -> rusqlite::Result<()> {
    let event = horizon::logged_event(row)?;
    if event.kind != Kind::Unlocked {
        for hit in &event.hits {
            live.add_hit(hit, event.at);
        }
    }
    let codes = events::messages(row.get_ref("messages")?.as_blob_or_null()?);
    // All codes of one event are of one scope; those that are gone need nothing.
    let scope = codes.iter().find_map(|message| scopes.get(message));
    if let Some(&scope) = scope {
        match event.kind {
            Kind::Wrong(_) => {
                live.codes.count(scope, &codes);
            }
            Kind::Right(_) => live.codes.set_used(scope, &codes, true),
            Kind::Unlocked | Kind::TokenUsed => {}
        }
    }
    match (event.kind, event.phone) {
        (Kind::Wrong(_), Some(phone)) if event.compared => {
            let in_a_row = live.in_a_row(phone);
            live.set_in_a_row(phone, in_a_row + 1);
        }
        (Kind::Right(_), Some(phone)) => {
            live.set_in_a_row(phone, 0);
        }
        (Kind::Unlocked, Some(phone)) => {
            live.set_in_a_row(phone, 0);
            for hit in &event.hits {
                live.forget_until(hit.bucket, event.at);
            }
        }
        _ => {}
    }
    Ok(())
}

fn scope(row: &Row<'_>, message: MessageId, sealer: &Sealer) -> rusqlite::Result<Digest> {
    let phone = sealer
        .open(row.get_ref("phone")?.as_blob()?, message)
        .ok_or_else(|| horizon::unreadable("a phone number does not open with this key"))?;
    Ok(sealer.code_scope(
        row.get_ref("app")?.as_str()?,
        row.get_ref("channel")?.as_str()?,
        &phone,
    ))
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
