//! Writing rows into the log. A row gets the next number of its table, in the order of the file, which is that of time.

use std::collections::HashMap;

use countersign_core::send::attempt::{self, Attempt};
use countersign_core::time::Timestamp;
use rusqlite::{Connection, params};

use super::{counted, rows};
use crate::moving::MoveError;
use crate::moving::hex::Bytes;
use crate::moving::row::{self, Call, Event, Message, Row, RuleSet};
use crate::outcome_at_rest::outcome_from_columns;
use crate::sqlite::log::attempt::first_attempt;

/// The numbers of what is written next.
pub(super) struct Writing {
    message: i64,
    event: i64,
    /// The sets of limits by the ids that they travel under.
    rule_sets: HashMap<i64, i64>,
}

impl Writing {
    /// Goes on after the rows that are there.
    pub(super) fn begin(log: &Connection) -> Result<Self, MoveError> {
        let next = |select| log.query_row(select, [], |row| row.get::<_, i64>(0));
        let sets = rows::rule_set_ids(log)?.into_iter();
        Ok(Self {
            message: next("SELECT coalesce(max(seq), 0) + 1 FROM message")?,
            event: next("SELECT coalesce(max(seq), 0) + 1 FROM code_event")?,
            rule_sets: sets.map(|(here, there)| (there, here)).collect(),
        })
    }

    /// Writes a row.
    pub(super) fn put(&mut self, log: &Connection, row: &Row) -> Result<(), MoveError> {
        match row {
            Row::RuleSet(set) => self.rule_set(log, set),
            Row::Message(message) => self.message(log, message),
            Row::Event(event) => self.event(log, event),
            Row::Call(call) => put_call(log, call),
            Row::Bucket(bucket) => Ok(counted::put_bucket(log, bucket)?),
            Row::Number(number) => Ok(counted::put_number(log, number)?),
            Row::Code(codes) => Ok(counted::put_codes(log, codes)?),
            row => Ok(put_plain(log, row).map(drop)?),
        }
    }

    fn rule_set(&mut self, log: &Connection, set: &RuleSet) -> Result<(), MoveError> {
        log.execute("INSERT INTO rule_set (limits) VALUES (?)", [&set.limits])?;
        self.rule_sets.insert(set.id, log.last_insert_rowid());
        Ok(())
    }

    fn message(&mut self, log: &Connection, message: &Message) -> Result<(), MoveError> {
        let seq = self.message;
        let rule_set = self.rule_sets.get(&message.rule_set);
        let insert = "
            INSERT INTO message VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, NULL, ?, ?, ?, ?, ?)";
        log.prepare_cached(insert)?.execute(params![
            seq,
            message.id.0,
            message.request_id.0,
            message.decided_at,
            message.app,
            message.channel,
            message.phone.0,
            message.number,
            message.scope,
            message.code_mac.0,
            message.code_ends,
            message.code_tries,
            message.code_keeps,
            blob(message.code_of.as_ref()),
            rule_set.ok_or_else(MoveError::unreadable)?,
            message.buckets.0,
            blob(message.refusals.as_ref()),
            message.price,
        ])?;
        put_attempts(log, seq, message)?;
        put_receipts(log, seq, message)?;
        self.message += 1;
        Ok(())
    }

    /// Writes an event. What it counts for travels by itself.
    fn event(&mut self, log: &Connection, event: &Event) -> Result<(), MoveError> {
        let messages: Vec<u8> = event.messages.iter().flat_map(|id| id.0.clone()).collect();
        let insert = "INSERT INTO code_event VALUES (?, ?, ?, ?, ?, ?, ?, ?, x'', ?, NULL)";
        log.prepare_cached(insert)?.execute(params![
            self.event,
            event.id.0,
            event.at,
            event.kind,
            event.caller,
            event.number,
            event.scope,
            (!messages.is_empty()).then_some(messages),
            blob(event.sealed.as_ref()),
        ])?;
        self.event += 1;
        Ok(())
    }
}

fn blob(bytes: Option<&Bytes>) -> Option<&[u8]> {
    bytes.map(|bytes| bytes.0.as_slice())
}

fn put_attempts(log: &Connection, seq: i64, message: &Message) -> Result<(), MoveError> {
    let attempts: Vec<_> = message.attempts.iter().map(attempt).collect();
    let decisive = attempt::decisive(&attempts);
    let insert = "INSERT INTO attempt VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
    let mut insert = log.prepare_cached(insert)?;
    for ((n, attempt), place) in message.attempts.iter().enumerate().zip(0_i64..) {
        let settles = Some(n) == decisive;
        insert.execute(params![
            first_attempt(seq) + place,
            attempt.provider,
            attempt.started_at,
            attempt.ended_at,
            attempt.outcome,
            attempt.kind,
            attempt.detail,
            attempt.provider_message_id,
            settles,
            // What counts instead travels by itself.
            (settles && message.gave_back).then_some(&[][..]),
            message.cost.filter(|_| settles),
        ])?;
    }
    Ok(())
}

fn attempt(row: &row::Attempt) -> Attempt {
    Attempt {
        provider: row.provider.clone(),
        started_at: Timestamp::from_millis(row.started_at),
        ended_at: Timestamp::from_millis(row.ended_at),
        outcome: outcome_from_columns(
            &row.outcome,
            row.kind.as_deref(),
            row.detail.clone(),
            row.provider_message_id.clone(),
        ),
    }
}

fn put_receipts(log: &Connection, seq: i64, message: &Message) -> Result<(), MoveError> {
    let mut insert = log.prepare_cached(
        "INSERT INTO receipt (id, at, provider, status, vendor_code, claims) VALUES (?, ?, ?, ?, ?, ?)",
    )?;
    for (receipt, place) in message.receipts.iter().zip(0_i64..) {
        insert.execute(params![
            first_attempt(seq) + place,
            receipt.at,
            receipt.provider,
            receipt.status,
            receipt.vendor_code,
            receipt.claims,
        ])?;
    }
    Ok(())
}

fn put_call(log: &Connection, call: &Call) -> Result<(), MoveError> {
    log.prepare_cached("INSERT INTO keyed_call VALUES (?, ?, ?, ?, ?, ?, ?)")?
        .execute(params![
            call.ends,
            call.id.0,
            call.body.0,
            call.number,
            blob(call.message.as_ref()),
            blob(call.finding.as_ref()),
            blob(call.answer.as_ref()),
        ])?;
    Ok(())
}

/// Writes a row that is in the log as it travels.
fn put_plain(log: &Connection, row: &Row) -> rusqlite::Result<usize> {
    let insert = |sql| log.prepare_cached(sql);
    match row {
        Row::Generation(row) => {
            insert("INSERT INTO key_generation VALUES (?, ?, ?, ?)")?.execute(params![
                row.number,
                row.fingerprint.0,
                row.since,
                row.ended_at
            ])
        }
        Row::KeyCheck(row) => {
            insert("INSERT INTO key_check VALUES (?, ?)")?.execute(params![row.name, row.digest.0])
        }
        Row::KeptKey(row) => {
            insert("INSERT INTO kept_key VALUES (?, ?)")?.execute(params![row.name, row.sealed.0])
        }
        Row::Setting(row) => insert(
            "INSERT INTO setting (kind, key, value, sealed, version) VALUES (?, ?, ?, ?, ?)",
        )?
        .execute(params![
            row.kind,
            row.key,
            row.value,
            blob(row.sealed.as_ref()),
            row.version
        ]),
        Row::Audit(row) => insert("INSERT INTO audit VALUES (?, ?, ?)")?
            .execute(params![row.seq, row.text, row.hash.0]),
        Row::TallyDay(row) => {
            insert("INSERT INTO tally_day VALUES (?, ?, ?, ?, ?, ?)")?.execute(params![
                row.at,
                row.app,
                row.channel,
                row.country,
                row.provider,
                row.counts.0
            ])
        }
        Row::Erasure(row) => insert("INSERT INTO erasure VALUES (?, ?, ?, ?)")?.execute(params![
            row.request.0,
            row.at,
            row.phone.0,
            row.ended_at
        ]),
        // Written elsewhere, or not kept.
        Row::RuleSet(_)
        | Row::Message(_)
        | Row::Event(_)
        | Row::Bucket(_)
        | Row::Number(_)
        | Row::Code(_)
        | Row::Call(_)
        | Row::Refusal(_) => Ok(0),
    }
}
