//! Rows of the log and how they are written.

use countersign_core::id::{MessageId, RequestId};
use countersign_core::limit::{Mode, Verdict};
use countersign_core::message::{Attempt, LiveCode};
use countersign_core::outcome::{NotAccepted, Outcome, RefusalKind};
use countersign_core::passcode::SealedPasscode;
use countersign_core::time::Timestamp;
use rusqlite::{Connection, params};
use serde::{Deserialize, Serialize};

use super::applications::Known;
use super::events::Event;
use super::hits::{self, LoggedHit};
use super::live::Admission;
use crate::seal::Digest;

/// One thing to append to the log.
#[derive(Debug)]
pub(crate) enum Record {
    Message(Box<MessageRow>),
    Settlement(Settled),
    Event(Box<Event>),
    /// Nothing but the time, for an answer that must not be given while nothing can be written.
    Barrier(Timestamp),
    Application(Known),
}

#[derive(Debug)]
pub(crate) struct MessageRow {
    pub(crate) request_id: RequestId,
    pub(crate) app: String,
    pub(crate) channel: &'static str,
    pub(crate) sealed_phone: Vec<u8>,
    pub(crate) phone: Digest,
    pub(crate) verdicts: Vec<Verdict>,
    /// The live code that it brings once more.
    pub(crate) again: Option<LiveCode>,
    pub(crate) admission: Admission,
}

#[derive(Debug)]
pub(crate) struct Settled {
    pub(crate) message: MessageId,
    pub(crate) attempts: Vec<Attempt>,
    pub(crate) give_back: GiveBack,
}

/// Whether a message's refundable hits were taken back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum GiveBack {
    /// They count.
    No,
    /// They do not, and this hit counts instead.
    Counted(LoggedHit),
    /// They do not: the failure was our own.
    Uncounted,
}

impl GiveBack {
    /// The column: NULL, or the hits that count instead.
    fn column(self) -> Option<Vec<u8>> {
        match self {
            GiveBack::No => None,
            GiveBack::Counted(hit) => Some(hits::encode(&[hit])),
            GiveBack::Uncounted => Some(Vec::new()),
        }
    }
}

impl Record {
    pub(crate) fn insert(&self, log: &Connection) -> rusqlite::Result<()> {
        match self {
            Record::Message(row) => row.insert(log),
            Record::Settlement(settled) => settled.insert(log),
            Record::Event(event) => event.insert(log),
            Record::Barrier(now) => mark(log, *now),
            Record::Application(known) => known.write(log),
        }
    }
}

/// Puts on record that it was `now`: a start that finds an earlier time knows that the clock was set back.
pub(crate) fn mark(log: &Connection, now: Timestamp) -> rusqlite::Result<()> {
    log.prepare_cached("UPDATE clock_mark SET high_water = max(high_water, ?)")?
        .execute([now.as_millis()])?;
    Ok(())
}

const INSERT_MESSAGE: &str = "
    INSERT INTO message VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";

impl MessageRow {
    fn insert(&self, log: &Connection) -> rusqlite::Result<()> {
        let admission = &self.admission;
        let code = admission.code.as_ref();
        let again = self.again.as_ref();
        let expires_at = code
            .map(|code| code.expires_at)
            .or(again.map(|again| again.expires_at))
            .unwrap_or_default();
        log.prepare_cached(INSERT_MESSAGE)?.execute(params![
            admission.message.as_bytes(),
            self.request_id.as_bytes(),
            self.app,
            self.channel,
            self.sealed_phone,
            self.phone.0,
            code.map_or(&[][..], |code| &code.mac),
            expires_at.as_millis(),
            admission.decided_at.as_millis(),
            verdicts_to_json(&self.verdicts),
            hits::encode(&admission.hits),
            code.map_or(0, |code| code.tries_left),
            code.map_or(0, |code| code.keeps),
            code.and_then(|code| code.sealed.as_deref())
                .map(SealedPasscode::as_bytes),
            again.map(|again| again.message.as_bytes()),
        ])?;
        Ok(())
    }
}

impl Settled {
    pub(crate) fn insert(&self, log: &Connection) -> rusqlite::Result<()> {
        let mut insert = log.prepare_cached(
            "INSERT OR IGNORE INTO attempt VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        )?;
        let last = self.attempts.len().saturating_sub(1);
        for ((n, attempt), number) in self.attempts.iter().enumerate().zip(0_i64..) {
            let settles = n == last;
            let (outcome, kind, detail, provider_message_id) = outcome_columns(&attempt.outcome);
            insert.execute(params![
                self.message.as_bytes(),
                number,
                attempt.provider,
                attempt.started_at.as_millis(),
                attempt.ended_at.as_millis(),
                outcome,
                kind,
                detail,
                provider_message_id,
                settles,
                settles.then(|| self.give_back.column()).flatten(),
            ])?;
        }
        Ok(())
    }
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

#[derive(Serialize, Deserialize)]
struct VerdictJson {
    rule: String,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    monitor: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    refused_until: Option<i64>,
}

fn verdicts_to_json(verdicts: &[Verdict]) -> String {
    let verdicts: Vec<_> = verdicts
        .iter()
        .map(|verdict| VerdictJson {
            rule: verdict.rule.to_string(),
            monitor: verdict.mode == Mode::Monitor,
            refused_until: verdict.refused_until.map(Timestamp::as_millis),
        })
        .collect();
    serde_json::to_string(&verdicts).unwrap_or_default()
}

pub(crate) fn verdicts_from_json(text: &str) -> Vec<Verdict> {
    let verdicts: Vec<VerdictJson> = serde_json::from_str(text).unwrap_or_default();
    verdicts
        .into_iter()
        .map(|verdict| Verdict {
            rule: verdict.rule.into(),
            mode: if verdict.monitor {
                Mode::Monitor
            } else {
                Mode::Enforce
            },
            refused_until: verdict.refused_until.map(Timestamp::from_millis),
        })
        .collect()
}
