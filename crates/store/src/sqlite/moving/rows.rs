//! Reading the rows of the log as they travel.

use std::collections::HashMap;

use rusqlite::{Connection, Row as Found, params};

use crate::limits_at_rest;
use crate::moving::ends::Take;
use crate::moving::hex::Bytes;
use crate::moving::row::{
    Attempt, Audit, Call, Erasure, Event, Generation, KeptKey, KeyCheck, Message, Receipt, Row,
    RuleSet, Setting, TallyDay,
};
use crate::moving::{Kind, MoveError};
use crate::sqlite::log::attempt::first_attempt;
use crate::sqlite::log::event;

/// Reads the rows of a kind from its table. What limits count and which codes can be checked is in no table of a log that is in use.
pub(super) fn read(log: &Connection, kind: Kind, at: i64, take: Take<'_>) -> Result<(), MoveError> {
    match kind {
        Kind::Generation => each(log, GENERATIONS, generation, take),
        Kind::KeyCheck => each(log, KEY_CHECKS, key_check, take),
        Kind::KeptKey => each(log, KEPT_KEYS, kept_key, take),
        Kind::Setting => each(log, SETTINGS, setting, take),
        Kind::RuleSet => rule_sets(log, take),
        Kind::Message => messages(log, take),
        Kind::Event => events(log, take),
        Kind::Call => calls(log, at, take),
        Kind::Audit => each(log, AUDIT, audit, take),
        Kind::TallyDay => each(log, TALLY_DAYS, tally_day, take),
        Kind::Erasure => each(log, ERASURES, erasure, take),
        Kind::Bucket | Kind::Number | Kind::Code | Kind::Refusal => Ok(()),
    }
}

const GENERATIONS: &str =
    "SELECT number, fingerprint, since, ended_at FROM key_generation ORDER BY number";
const KEY_CHECKS: &str = "SELECT name, digest FROM key_check ORDER BY name";
const KEPT_KEYS: &str = "SELECT name, sealed FROM kept_key ORDER BY name";
const SETTINGS: &str = "SELECT kind, key, value, sealed, version FROM setting ORDER BY kind, key";
const RULE_SETS: &str = "SELECT id, limits FROM rule_set";
const MESSAGES: &str = "
    SELECT seq, id, request_id, decided_at, app, channel, phone, phone_key, scope, code_mac, code_ends, code_tries,
           code_keeps, code_of, rule_set, buckets, refusals, price
    FROM message ORDER BY seq";
const ATTEMPTS: &str = "
    SELECT provider, started_at, ended_at, outcome, kind, detail, provider_message_id, settles, give_back IS NOT NULL AS gave_back,
           cost
    FROM attempt WHERE id >= ? AND id < ? ORDER BY id";
const RECEIPTS: &str = "
    SELECT at, provider, status, vendor_code, claims FROM receipt WHERE id >= ? AND id < ? ORDER BY id";
const EVENTS: &str =
    "SELECT id, at, kind, door, phone, scope, messages, sealed FROM code_event ORDER BY seq";
const CALLS: &str = "
    SELECT id, ends, body, phone, message, finding, answer FROM keyed_call WHERE ends > ? ORDER BY id";
const AUDIT: &str = "SELECT seq, text, hash FROM audit ORDER BY seq";
const TALLY_DAYS: &str = "
    SELECT at, app, channel, country, provider, counts FROM tally_day ORDER BY at, app, channel, country, provider";
const ERASURES: &str = "SELECT request, at, phone, ended_at FROM erasure ORDER BY request";

fn each(
    log: &Connection,
    select: &str,
    read: impl Fn(&Found<'_>) -> rusqlite::Result<Row>,
    take: Take<'_>,
) -> Result<(), MoveError> {
    let mut select = log.prepare(select)?;
    let mut rows = select.query([])?;
    while let Some(row) = rows.next()? {
        take(read(row)?)?;
    }
    Ok(())
}

fn bytes(row: &Found<'_>, column: &str) -> rusqlite::Result<Bytes> {
    row.get(column).map(Bytes)
}

fn bytes_or_null(row: &Found<'_>, column: &str) -> rusqlite::Result<Option<Bytes>> {
    let bytes: Option<Vec<u8>> = row.get(column)?;
    Ok(bytes.map(Bytes))
}

fn generation(row: &Found<'_>) -> rusqlite::Result<Row> {
    Ok(Row::Generation(Generation {
        number: row.get("number")?,
        fingerprint: bytes(row, "fingerprint")?,
        since: row.get("since")?,
        ended_at: row.get("ended_at")?,
    }))
}

fn key_check(row: &Found<'_>) -> rusqlite::Result<Row> {
    Ok(Row::KeyCheck(KeyCheck {
        name: row.get("name")?,
        digest: bytes(row, "digest")?,
    }))
}

fn kept_key(row: &Found<'_>) -> rusqlite::Result<Row> {
    Ok(Row::KeptKey(KeptKey {
        name: row.get("name")?,
        sealed: bytes(row, "sealed")?,
    }))
}

fn setting(row: &Found<'_>) -> rusqlite::Result<Row> {
    Ok(Row::Setting(Setting {
        kind: row.get("kind")?,
        key: row.get("key")?,
        value: row.get("value")?,
        sealed: bytes_or_null(row, "sealed")?,
        version: row.get("version")?,
    }))
}

fn audit(row: &Found<'_>) -> rusqlite::Result<Row> {
    Ok(Row::Audit(Audit {
        seq: row.get("seq")?,
        text: row.get("text")?,
        hash: bytes(row, "hash")?,
    }))
}

fn tally_day(row: &Found<'_>) -> rusqlite::Result<Row> {
    Ok(Row::TallyDay(TallyDay {
        at: row.get("at")?,
        app: row.get("app")?,
        channel: row.get("channel")?,
        country: row.get("country")?,
        provider: row.get("provider")?,
        counts: bytes(row, "counts")?,
    }))
}

fn erasure(row: &Found<'_>) -> rusqlite::Result<Row> {
    Ok(Row::Erasure(Erasure {
        request: bytes(row, "request")?,
        at: row.get("at")?,
        phone: bytes(row, "phone")?,
        ended_at: row.get("ended_at")?,
    }))
}

fn rule_sets(log: &Connection, take: Take<'_>) -> Result<(), MoveError> {
    let mut select = log.prepare(RULE_SETS)?;
    let limits = select.query_map([], |row| row.get("limits"))?;
    let mut sets = limits
        .map(|limits| limits.map(|limits: String| (limits_at_rest::id_of(&limits), limits)))
        .collect::<rusqlite::Result<Vec<_>>>()?;
    sets.sort_unstable();
    let rows = sets.into_iter();
    let mut rows = rows.map(|(id, limits)| Row::RuleSet(RuleSet { id, limits }));
    rows.try_for_each(take)
}

/// Returns the ids that sets of limits travel under, by those that they have here.
pub(super) fn rule_set_ids(log: &Connection) -> rusqlite::Result<HashMap<i64, i64>> {
    let mut select = log.prepare(RULE_SETS)?;
    let ids = select.query_map([], |row| {
        let limits: String = row.get("limits")?;
        Ok((row.get("id")?, limits_at_rest::id_of(&limits)))
    })?;
    ids.collect()
}

fn calls(log: &Connection, at: i64, take: Take<'_>) -> Result<(), MoveError> {
    let mut select = log.prepare(CALLS)?;
    let mut rows = select.query([at])?;
    while let Some(row) = rows.next()? {
        take(Row::Call(Call {
            id: bytes(row, "id")?,
            ends: row.get("ends")?,
            body: bytes(row, "body")?,
            number: row.get("phone")?,
            message: bytes_or_null(row, "message")?,
            finding: bytes_or_null(row, "finding")?,
            answer: bytes_or_null(row, "answer")?,
        }))?;
    }
    Ok(())
}

fn messages(log: &Connection, take: Take<'_>) -> Result<(), MoveError> {
    let sets = rule_set_ids(log)?;
    let mut select = log.prepare(MESSAGES)?;
    let mut rows = select.query([])?;
    let mut moments = Moments::new(take);
    while let Some(row) = rows.next()? {
        let set = sets.get(&row.get("rule_set")?);
        let message = message(log, row, *set.ok_or_else(MoveError::unreadable)?)?;
        let (at, id) = (message.decided_at, message.id.0.clone());
        moments.add(at, id, Row::Message(Box::new(message)))?;
    }
    moments.end()
}

fn message(log: &Connection, row: &Found<'_>, rule_set: i64) -> rusqlite::Result<Message> {
    let mut message = Message {
        id: bytes(row, "id")?,
        request_id: bytes(row, "request_id")?,
        decided_at: row.get("decided_at")?,
        app: row.get("app")?,
        channel: row.get("channel")?,
        phone: bytes(row, "phone")?,
        number: row.get("phone_key")?,
        scope: row.get("scope")?,
        code_mac: bytes(row, "code_mac")?,
        code_ends: row.get("code_ends")?,
        code_tries: row.get("code_tries")?,
        code_keeps: row.get("code_keeps")?,
        code_of: bytes_or_null(row, "code_of")?,
        rule_set,
        buckets: bytes(row, "buckets")?,
        refusals: bytes_or_null(row, "refusals")?,
        price: row.get("price")?,
        gave_back: false,
        cost: None,
        attempts: Vec::new(),
        receipts: Vec::new(),
    };
    let seq: i64 = row.get("seq")?;
    let places = params![first_attempt(seq), first_attempt(seq + 1)];
    let mut select = log.prepare_cached(ATTEMPTS)?;
    let mut rows = select.query(places)?;
    while let Some(row) = rows.next()? {
        if row.get("settles")? {
            message.gave_back = row.get("gave_back")?;
            message.cost = row.get("cost")?;
        }
        message.attempts.push(attempt(row)?);
    }
    let mut select = log.prepare_cached(RECEIPTS)?;
    let receipts = select.query_map(places, receipt)?;
    message.receipts = receipts.collect::<rusqlite::Result<_>>()?;
    Ok(message)
}

fn attempt(row: &Found<'_>) -> rusqlite::Result<Attempt> {
    Ok(Attempt {
        provider: row.get("provider")?,
        started_at: row.get("started_at")?,
        ended_at: row.get("ended_at")?,
        outcome: row.get("outcome")?,
        kind: row.get("kind")?,
        detail: row.get("detail")?,
        provider_message_id: row.get("provider_message_id")?,
    })
}

fn receipt(row: &Found<'_>) -> rusqlite::Result<Receipt> {
    Ok(Receipt {
        at: row.get("at")?,
        provider: row.get("provider")?,
        status: row.get("status")?,
        vendor_code: row.get("vendor_code")?,
        claims: row.get("claims")?,
    })
}

fn events(log: &Connection, take: Take<'_>) -> Result<(), MoveError> {
    let mut select = log.prepare(EVENTS)?;
    let mut rows = select.query([])?;
    let mut moments = Moments::new(take);
    while let Some(row) = rows.next()? {
        let messages = event::messages(row.get_ref("messages")?.as_blob_or_null().ok().flatten());
        let event = Event {
            id: bytes(row, "id")?,
            at: row.get("at")?,
            kind: row.get("kind")?,
            caller: row.get("door")?,
            number: row.get("phone")?,
            scope: row.get("scope")?,
            messages: messages.iter().map(|id| id.as_bytes()[..].into()).collect(),
            sealed: bytes_or_null(row, "sealed")?,
        };
        moments.add(event.at, event.id.0.clone(), Row::Event(event))?;
    }
    moments.end()
}

/// Puts rows that come in the order of time into the order of time and id.
struct Moments<'a> {
    take: Take<'a>,
    at: i64,
    /// The rows of that time.
    held: Vec<(Vec<u8>, Row)>,
}

impl<'a> Moments<'a> {
    fn new(take: Take<'a>) -> Self {
        Self {
            take,
            at: i64::MIN,
            held: Vec::new(),
        }
    }

    fn add(&mut self, at: i64, id: Vec<u8>, row: Row) -> Result<(), MoveError> {
        if at != self.at {
            self.end()?;
            self.at = at;
        }
        self.held.push((id, row));
        Ok(())
    }

    fn end(&mut self) -> Result<(), MoveError> {
        self.held.sort_by(|one, other| one.0.cmp(&other.0));
        let mut rows = self.held.drain(..);
        rows.try_for_each(|(_, row)| (self.take)(row))
    }
}
