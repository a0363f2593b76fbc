//! Rows of the log and how they are written.

use std::sync::Arc;

use countersign_core::application::AppId;
use countersign_core::code::passcode::SealedPasscode;
use countersign_core::id::RequestId;
use countersign_core::limit::RuleSet;
use countersign_core::message::{Attempt, LiveCode};
use countersign_core::send::dispatch;
use countersign_core::send::outcome::{NotAccepted, Outcome, RefusalKind};
use countersign_core::time::Timestamp;
use rusqlite::{CachedStatement, Connection, params};

use super::codes::Code;
use super::events::Event;
use super::hits::{self, LoggedHit};
use super::live::Admission;
use super::receipts::ReceiptRow;
use super::rule_sets::{self, RuleSets};
use super::setup::SetupRow;
use crate::seal::Key;

/// One thing to append to the log.
#[derive(Debug)]
pub(crate) enum Record {
    Message(Box<MessageRow>),
    Settlement(Settled),
    Event(Box<Event>),
    /// Nothing but the time, for an answer that must not be given while nothing can be written.
    Barrier(Timestamp),
    Setup(Box<SetupRow>),
    Receipt(Box<ReceiptRow>),
}

#[derive(Debug)]
pub(crate) struct MessageRow {
    pub(crate) request_id: RequestId,
    pub(crate) app: AppId,
    pub(crate) channel: &'static str,
    pub(crate) sealed_phone: Vec<u8>,
    pub(crate) phone: Key,
    pub(crate) limits: Arc<RuleSet>,
    pub(crate) refusals: Vec<(usize, Timestamp)>,
    /// The live code that it brings once more.
    pub(crate) again: Option<LiveCode>,
    pub(crate) admission: Admission,
}

#[derive(Debug)]
pub(crate) struct Settled {
    /// Of its message.
    pub(crate) seq: i64,
    pub(crate) attempts: Vec<Attempt>,
    pub(crate) give_back: GiveBack,
}

/// Whether a message's refundable hits were taken back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum GiveBack {
    /// They count.
    No,
    /// They do not, and these hits count instead.
    Counted(Arc<[LoggedHit]>),
    /// They do not: the failure was our own.
    Uncounted,
}

impl GiveBack {
    /// The column: NULL, or the hits that count instead.
    fn column(&self) -> Option<Vec<u8>> {
        match self {
            GiveBack::No => None,
            GiveBack::Counted(hits) => Some(hits::encode(hits)),
            GiveBack::Uncounted => Some(Vec::new()),
        }
    }
}

/// Appends records to the log, with statements that are prepared once for all of them.
pub(crate) struct Appender<'a> {
    log: &'a Connection,
    rule_sets: &'a mut RuleSets,
    message: Option<CachedStatement<'a>>,
    attempt: Option<CachedStatement<'a>>,
    event: Option<CachedStatement<'a>>,
    key: Vec<u8>,
}

impl<'a> Appender<'a> {
    pub(crate) fn new(log: &'a Connection, rule_sets: &'a mut RuleSets) -> Self {
        Self {
            log,
            rule_sets,
            message: None,
            attempt: None,
            event: None,
            key: Vec::new(),
        }
    }

    pub(crate) fn append(&mut self, record: &Record) -> rusqlite::Result<()> {
        match record {
            Record::Message(row) => self.message(row),
            Record::Settlement(settled) => self.settlement(settled),
            Record::Event(event) => {
                event.insert(prepared(&mut self.event, self.log, Event::INSERT)?)
            }
            Record::Barrier(now) => mark(self.log, *now),
            Record::Setup(row) => row.write(self.log),
            Record::Receipt(receipt) => receipt.insert(self.log),
        }
    }

    fn message(&mut self, row: &MessageRow) -> rusqlite::Result<()> {
        let admission = &row.admission;
        let code = admission.code.as_ref();
        let again = row.again.as_ref();
        let ends = code
            .map(Code::expires_at)
            .or(again.map(|again| again.expires_at))
            .unwrap_or_default();
        let sealed = admission.sealed.as_ref().filter(|_| code.is_some());
        let rule_set = self.rule_sets.id_of(&row.limits, self.log)?;
        self.key.clear();
        let keys = admission.hits.iter().map(|hit| hit.bucket.0.to_be_bytes());
        self.key.extend(keys.flatten());
        prepared(&mut self.message, self.log, INSERT_MESSAGE)?.execute(params![
            admission.seq,
            admission.message.as_bytes(),
            row.request_id.as_bytes(),
            admission.decided_at.as_millis(),
            row.app.as_str(),
            row.channel,
            row.sealed_phone,
            row.phone.column(),
            admission.scope.column(),
            code.map_or(&[][..], |code| &code.mac),
            ends.as_millis(),
            code.map_or(0, |code| code.tries_left),
            code.map_or(0, |code| code.keeps),
            sealed.map(SealedPasscode::as_bytes),
            again.map(|again| again.message.as_bytes()),
            rule_set,
            self.key,
            rule_sets::refusals_to_column(&row.refusals),
        ])?;
        Ok(())
    }

    /// A settlement that is on record already is not recorded again.
    pub(crate) fn settlement(&mut self, settled: &Settled) -> rusqlite::Result<()> {
        let insert = prepared(&mut self.attempt, self.log, INSERT_ATTEMPT)?;
        let attempts = settled.attempts.get(..MOST_ATTEMPTS);
        let attempts = attempts.unwrap_or(&settled.attempts);
        let decisive = dispatch::decisive(attempts);
        for ((n, attempt), number) in attempts.iter().enumerate().zip(0_i64..) {
            let settles = Some(n) == decisive;
            let (outcome, kind, detail, provider_message_id) = outcome_columns(&attempt.outcome);
            insert.execute(params![
                first_attempt(settled.seq) + number,
                attempt.provider,
                attempt.started_at.as_millis(),
                attempt.ended_at.as_millis(),
                outcome,
                kind,
                detail,
                provider_message_id,
                settles,
                settles.then(|| settled.give_back.column()).flatten(),
            ])?;
        }
        Ok(())
    }
}

fn prepared<'s, 'a>(
    statement: &'s mut Option<CachedStatement<'a>>,
    log: &'a Connection,
    sql: &str,
) -> rusqlite::Result<&'s mut CachedStatement<'a>> {
    Ok(match statement {
        Some(statement) => statement,
        None => statement.insert(log.prepare_cached(sql)?),
    })
}

/// Puts on record that it was `now`: a start that finds an earlier time knows that the clock was set back.
pub(crate) fn mark(log: &Connection, now: Timestamp) -> rusqlite::Result<()> {
    log.prepare_cached("UPDATE mark SET high_water = max(high_water, ?)")?
        .execute([now.as_millis()])?;
    Ok(())
}

/// Puts on record that every message before `seq` has its outcome on record.
pub(crate) fn mark_settled(log: &Connection, seq: i64) -> rusqlite::Result<()> {
    log.prepare_cached("UPDATE mark SET settled_until = max(settled_until, ?)")?
        .execute([seq])?;
    Ok(())
}

const INSERT_MESSAGE: &str = "
    INSERT INTO message VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";

const INSERT_ATTEMPT: &str = "INSERT OR IGNORE INTO attempt VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";

/// How many calls to providers a message has room for.
const MOST_ATTEMPTS: usize = 16;

/// The id of the first attempt of the message with this `seq`. Those after it follow.
pub(crate) fn first_attempt(seq: i64) -> i64 {
    seq * 16
}

/// The `seq` of the message that an attempt belongs to.
pub(crate) fn message_of(attempt: i64) -> i64 {
    attempt / 16
}

type OutcomeColumns<'a> = (&'a str, Option<&'a str>, Option<&'a str>, Option<&'a str>);

fn outcome_columns(outcome: &Outcome) -> OutcomeColumns<'_> {
    match outcome {
        Outcome::Accepted {
            provider_message_id,
        } => ("accepted", None, None, provider_message_id.as_deref()),
        Outcome::NotAccepted(why) => (
            "not_accepted",
            Some(why.kind.as_str()),
            why.vendor_code.as_deref(),
            None,
        ),
        Outcome::Unknown { cause } => ("unknown", None, Some(cause), None),
    }
}

/// The outcome in the columns of an attempt; what cannot be read is unknown.
pub(crate) fn outcome_from_columns(
    outcome: &str,
    kind: Option<&str>,
    detail: Option<String>,
    provider_message_id: Option<String>,
) -> Outcome {
    match outcome {
        "accepted" => Outcome::Accepted {
            provider_message_id,
        },
        "not_accepted" => Outcome::NotAccepted(NotAccepted {
            kind: kind
                .and_then(RefusalKind::parse)
                .unwrap_or(RefusalKind::Other),
            vendor_code: detail,
        }),
        _ => Outcome::Unknown {
            cause: detail.unwrap_or_default(),
        },
    }
}
