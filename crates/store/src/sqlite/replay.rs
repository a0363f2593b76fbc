//! Rebuilds the live state from the log at start, and ends what a crash left open.

use countersign_core::code::passcode::SealedPasscode;
use countersign_core::id::MessageId;
use countersign_core::message::Attempt;
use countersign_core::send::outcome::Outcome;
use countersign_core::time::Timestamp;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, Row, Rows};

use super::codes::Code;
use super::events::{self, Kind};
use super::find::{self, Table};
use super::hits::LoggedHit;
use super::horizon::{self, Horizon, REPLAY};
use super::live::Live;
use super::rows::{self, Appender, GiveBack, Settled};
use super::rule_sets::{self, RuleSets};
use crate::seal::Key;

/// The latest time on record.
pub(crate) fn high_water(log: &Connection) -> rusqlite::Result<Timestamp> {
    // Messages and events are numbered in the order of time, attempts nearly.
    let newest = "SELECT max(at) FROM (
        SELECT * FROM (SELECT decided_at AS at FROM message ORDER BY seq DESC LIMIT 1)
        UNION ALL
        SELECT * FROM (SELECT ended_at AS at FROM attempt ORDER BY id DESC LIMIT 1000)
        UNION ALL
        SELECT * FROM (SELECT at FROM code_event ORDER BY seq DESC LIMIT 1)
        UNION ALL
        SELECT high_water AS at FROM mark
        UNION ALL
        SELECT value ->> 'created_at' AS at FROM setting WHERE json_valid(value))";
    let millis: Option<i64> = log.query_row(newest, [], |row| row.get(0))?;
    Ok(Timestamp::from_millis(millis.unwrap_or_default()))
}

/// The live state as the log has it at `now`. Messages that a crash left pending are settled as
/// unknown first: they may have been sent.
pub(crate) fn rebuild(
    log: &mut Connection,
    horizon: &Horizon,
    rule_sets: &mut RuleSets,
    now: Timestamp,
) -> rusqlite::Result<Live> {
    settle_interrupted(log, rule_sets, now)?;
    let mut live = Live::default();
    horizon::restore_carried(log, &mut live, now)?;
    horizon::restore_in_a_row(log, &mut live)?;
    live.codes.kill_before(dead_before(log)?);
    let counts = rule_sets.longest_window().max(REPLAY);
    let first = find::first_at(log, Table::Message, now.before(counts))?.min(settled_until(log)?);
    let mut select = log.prepare(MESSAGES)?;
    let mut attempts = log.prepare(ATTEMPTS)?;
    let mut outcomes = Outcomes::new(attempts.query([rows::first_attempt(first)])?)?;
    let mut messages = select.query([first])?;
    live.next_message = first - 1;
    while let Some(row) = messages.next()? {
        live.next_message = row.get(SEQ)?;
        let outcome = outcomes.of(live.next_message)?;
        replay(row, outcome, rule_sets, now, &mut live)?;
    }
    // Numbers of messages that were withdrawn may be used again, but none of before that mark.
    live.next_message = live.next_message.max(settled_until(log)? - 1);
    let mut select = log.prepare(EVENTS)?;
    let mut rows = select.query([horizon.event()])?;
    live.next_event = horizon.event() - 1;
    while let Some(row) = rows.next()? {
        replay_event(row, &mut live)?;
    }
    live.forget_past(now);
    Ok(live)
}

/// The message before which every one has its outcome on record, for a minute at least.
fn settled_until(log: &Connection) -> rusqlite::Result<i64> {
    log.query_row("SELECT settled_until FROM mark", [], |row| row.get(0))
}

/// The moment before which every code is dead.
pub(crate) fn dead_before(log: &Connection) -> rusqlite::Result<Timestamp> {
    let millis = log.query_row("SELECT dead_before FROM mark", [], |row| row.get(0))?;
    Ok(Timestamp::from_millis(millis))
}

const MESSAGES: &str = "
    SELECT seq, id, decided_at, scope, code_mac, code_ends, code_tries, code_keeps, code_sealed, code_of,
           rule_set, buckets
    FROM message WHERE seq >= ? ORDER BY seq";

// Its columns: to look for them by name takes longer than to read them.
const SEQ: usize = 0;
const ID: usize = 1;
const DECIDED_AT: usize = 2;
const SCOPE: usize = 3;
const CODE_MAC: usize = 4;
const CODE_ENDS: usize = 5;
const CODE_TRIES: usize = 6;
const CODE_KEEPS: usize = 7;
const CODE_SEALED: usize = 8;
const CODE_OF: usize = 9;
const RULE_SET: usize = 10;
const BUCKETS: usize = 11;

const ATTEMPTS: &str = "
    SELECT id, outcome = 'not_accepted', give_back, ended_at FROM attempt WHERE id >= ? AND settles
    ORDER BY id";

const EVENTS: &str = "
    SELECT seq, id, at, kind, door, phone, scope, messages, hits FROM code_event WHERE seq >= ? ORDER BY seq";

/// What became of messages, read along with them.
struct Outcomes<'a> {
    rows: Rows<'a>,
    next: Option<Ended>,
}

/// What became of one message.
struct Ended {
    seq: i64,
    not_sent: bool,
    /// The hits that count instead of its own refundable ones, where it gave them back; and from when on.
    give_back: Option<Vec<LoggedHit>>,
    at: Timestamp,
}

impl<'a> Outcomes<'a> {
    fn new(rows: Rows<'a>) -> rusqlite::Result<Self> {
        let mut outcomes = Self { rows, next: None };
        outcomes.step()?;
        Ok(outcomes)
    }

    /// Of the message with this `seq`; messages are asked for in their order.
    fn of(&mut self, seq: i64) -> rusqlite::Result<Option<Ended>> {
        while self.next.as_ref().is_some_and(|ended| ended.seq < seq) {
            self.step()?;
        }
        if self.next.as_ref().is_none_or(|ended| ended.seq > seq) {
            return Ok(None);
        }
        let found = self.next.take();
        self.step()?;
        Ok(found)
    }

    fn step(&mut self) -> rusqlite::Result<()> {
        let Some(row) = self.rows.next()? else {
            self.next = None;
            return Ok(());
        };
        let give_back = row.get_ref(2)?.as_blob_or_null()?;
        self.next = Some(Ended {
            seq: rows::message_of(row.get(0)?),
            not_sent: row.get(1)?,
            give_back: give_back.map(horizon::decode).transpose()?,
            at: Timestamp::from_millis(row.get(3)?),
        });
        Ok(())
    }
}

fn replay(
    row: &Row<'_>,
    outcome: Option<Ended>,
    rule_sets: &RuleSets,
    now: Timestamp,
    live: &mut Live,
) -> rusqlite::Result<()> {
    let decided_at = Timestamp::from_millis(row.get(DECIDED_AT)?);
    let set = rule_sets::named(rule_sets, row.get_ref(RULE_SET)?)?;
    let (keys, _) = row.get_ref(BUCKETS)?.as_blob()?.as_chunks::<8>();
    let gave_back = outcome
        .as_ref()
        .is_some_and(|ended| ended.give_back.is_some());
    for (counted, key) in set.buckets().iter().zip(keys) {
        let counts = !(gave_back && counted.refundable);
        if counts && decided_at.after(counted.window) > now {
            let hit = LoggedHit::of(counted, Key(u64::from_be_bytes(*key)));
            live.sends.add(&hit, decided_at);
        }
    }
    let Some(outcome) = outcome else {
        return Ok(()); // cannot be: whatever was open has been settled above
    };
    for hit in outcome.give_back.iter().flatten() {
        live.sends.add(hit, outcome.at);
    }
    let code_ends = Timestamp::from_millis(row.get(CODE_ENDS)?);
    let again = row.get_ref(CODE_OF)? != ValueRef::Null;
    if outcome.not_sent || again || decided_at <= now.before(REPLAY) {
        return Ok(());
    }
    let message = MessageId::from_bytes(row.get(ID)?);
    let (decided_after, life) = Code::spans(message, decided_at, code_ends);
    let code = Code {
        message,
        mac: row.get(CODE_MAC)?,
        decided_after,
        life,
        tries_left: row.get(CODE_TRIES)?,
        keeps: row.get(CODE_KEEPS)?,
        sent: false,
        used: false,
    };
    let sealed: Option<Vec<u8>> = row.get(CODE_SEALED)?;
    let scope = Key::of_column(row.get(SCOPE)?);
    live.codes
        .admit(scope, code, sealed.map(SealedPasscode::from_bytes));
    live.codes.sent(scope, message);
    Ok(())
}

/// Takes an event's step again.
fn replay_event(row: &Row<'_>, live: &mut Live) -> rusqlite::Result<()> {
    let event = horizon::logged_event(row)?;
    live.next_event = event.seq;
    if event.kind != Kind::Unlocked {
        for hit in &event.hits {
            live.guesses.add(hit, event.at);
        }
    }
    let codes = events::messages(row.get_ref("messages")?.as_blob_or_null()?);
    match event.kind {
        Kind::Wrong(_) => {
            live.codes.count(event.scope, &codes);
        }
        Kind::Right(_) => live.codes.set_used(event.scope, &codes, true),
        Kind::Unlocked | Kind::TokenUsed => {}
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
                live.guesses.forget_until(hit.bucket, event.at);
            }
        }
        _ => {}
    }
    Ok(())
}

fn settle_interrupted(
    log: &mut Connection,
    rule_sets: &mut RuleSets,
    now: Timestamp,
) -> rusqlite::Result<()> {
    let transaction = log.transaction()?;
    let recent = settled_until(&transaction)?;
    let open: Vec<(i64, Timestamp)> = transaction
        .prepare(
            "SELECT seq, decided_at FROM message WHERE seq >= ?
             AND NOT EXISTS (SELECT 1 FROM attempt WHERE id BETWEEN 16 * seq AND 16 * seq + 15)",
        )?
        .query_map([recent], |row| {
            Ok((row.get(0)?, Timestamp::from_millis(row.get(1)?)))
        })?
        .collect::<rusqlite::Result<_>>()?;
    if !open.is_empty() {
        tracing::warn!(
            messages = open.len(),
            "messages were under way when the process ended; they count as sent"
        );
    }
    let mut appender = Appender::new(&transaction, rule_sets);
    for (seq, started_at) in open {
        let interrupted = Attempt {
            provider: None,
            started_at,
            ended_at: now,
            outcome: Outcome::Unknown {
                cause: "the process ended before the outcome was recorded".to_owned(),
            },
        };
        appender.settlement(&Settled {
            seq,
            attempts: vec![interrupted],
            give_back: GiveBack::No,
        })?;
    }
    drop(appender);
    transaction.commit()
}
