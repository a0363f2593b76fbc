//! Rows as they travel: what every store keeps, in the form of none.
//!
//! Times are milliseconds since the Unix epoch, UTC; keys are those of [`Key`](crate::seal::Key) as signed integers. Ids, sealed and
//! digested parts are bytes. A column that is NULL is left out.

use countersign_core::send::attempt;
use serde::{Deserialize, Serialize};

use super::Kind;
use super::hex::Bytes;
use crate::outcome_at_rest::outcome_columns;

/// A row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum Row {
    Generation(Generation),
    KeyCheck(KeyCheck),
    KeptKey(KeptKey),
    Setting(Setting),
    RuleSet(RuleSet),
    Message(Box<Message>),
    Event(Event),
    Bucket(Bucket),
    Number(Number),
    Code(Codes),
    Call(Call),
    Audit(Audit),
    TallyDay(TallyDay),
    Erasure(Erasure),
    Refusal(Refusal),
}

impl Row {
    pub(crate) const fn kind(&self) -> Kind {
        match self {
            Row::Generation(_) => Kind::Generation,
            Row::KeyCheck(_) => Kind::KeyCheck,
            Row::KeptKey(_) => Kind::KeptKey,
            Row::Setting(_) => Kind::Setting,
            Row::RuleSet(_) => Kind::RuleSet,
            Row::Message(_) => Kind::Message,
            Row::Event(_) => Kind::Event,
            Row::Bucket(_) => Kind::Bucket,
            Row::Number(_) => Kind::Number,
            Row::Code(_) => Kind::Code,
            Row::Call(_) => Kind::Call,
            Row::Audit(_) => Kind::Audit,
            Row::TallyDay(_) => Kind::TallyDay,
            Row::Erasure(_) => Kind::Erasure,
            Row::Refusal(_) => Kind::Refusal,
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Generation {
    pub(crate) number: u32,
    pub(crate) fingerprint: Bytes,
    pub(crate) since: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) ended_at: Option<i64>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct KeyCheck {
    pub(crate) name: String,
    pub(crate) digest: Bytes,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct KeptKey {
    pub(crate) name: String,
    pub(crate) sealed: Bytes,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Setting {
    pub(crate) kind: String,
    pub(crate) key: String,
    /// The readable part, byte for byte: the seal is bound to it.
    pub(crate) value: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) sealed: Option<Bytes>,
    pub(crate) version: i64,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct RuleSet {
    /// The beginning of the SHA-256 of `limits`.
    pub(crate) id: i64,
    pub(crate) limits: String,
}

/// A message. It has its outcome: one that was under way when its deployment ended is unknown, and counts as sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Message {
    pub(crate) id: Bytes,
    pub(crate) request_id: Bytes,
    pub(crate) decided_at: i64,
    pub(crate) app: String,
    pub(crate) channel: String,
    pub(crate) phone: Bytes,
    pub(crate) number: i64,
    pub(crate) scope: i64,
    pub(crate) code_mac: Bytes,
    pub(crate) code_ends: i64,
    pub(crate) code_tries: u8,
    pub(crate) code_keeps: u8,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) code_of: Option<Bytes>,
    pub(crate) rule_set: i64,
    /// The keys of its buckets, in the order of the rule set, eight bytes each.
    pub(crate) buckets: Bytes,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) refusals: Option<Bytes>,
    pub(crate) price: i64,
    pub(crate) gave_back: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) cost: Option<i64>,
    pub(crate) attempts: Vec<Attempt>,
    pub(crate) receipts: Vec<Receipt>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Attempt {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) provider: Option<String>,
    pub(crate) started_at: i64,
    pub(crate) ended_at: i64,
    pub(crate) outcome: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) kind: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) detail: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) provider_message_id: Option<String>,
}

impl From<&attempt::Attempt> for Attempt {
    fn from(attempt: &attempt::Attempt) -> Self {
        let (outcome, kind, detail, provider_message_id) = outcome_columns(&attempt.outcome);
        Self {
            provider: attempt.provider.clone(),
            started_at: attempt.started_at.as_millis(),
            ended_at: attempt.ended_at.as_millis(),
            outcome: outcome.to_owned(),
            kind: kind.map(str::to_owned),
            detail: detail.map(str::to_owned),
            provider_message_id: provider_message_id.map(str::to_owned),
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Receipt {
    pub(crate) at: i64,
    pub(crate) provider: String,
    pub(crate) status: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) vendor_code: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) claims: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Event {
    pub(crate) id: Bytes,
    pub(crate) at: i64,
    pub(crate) kind: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) caller: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) number: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) scope: Option<i64>,
    pub(crate) messages: Vec<Bytes>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) sealed: Option<Bytes>,
}

/// The hits of a bucket that still count.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Bucket {
    pub(crate) key: i64,
    /// The longest window in which the hits count, in milliseconds.
    pub(crate) span: i64,
    /// Time and weight of each hit, in order of time.
    pub(crate) hits: Vec<(i64, u64)>,
    pub(crate) counts: Counts,
}

/// What a bucket counts. Only the embedded store asks, which keeps the two apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Counts {
    /// Sends.
    Sends,
    /// Wrong guesses, or the use of a token.
    Guesses,
    /// Nobody knows: it is in none of the messages on record.
    #[default]
    Either,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Number {
    pub(crate) key: i64,
    pub(crate) in_a_row: u32,
}

/// The codes of a scope that can be checked, in order of age, oldest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Codes {
    pub(crate) scope: i64,
    pub(crate) codes: Vec<Code>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Code {
    pub(crate) message: Bytes,
    pub(crate) mac: Bytes,
    pub(crate) decided_at: i64,
    pub(crate) ends: i64,
    pub(crate) tries_left: u8,
    pub(crate) keeps: u8,
    pub(crate) used: bool,
    /// The code, where it is to be sent again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) sealed: Option<Bytes>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Call {
    pub(crate) id: Bytes,
    pub(crate) ends: i64,
    pub(crate) body: Bytes,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) number: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) message: Option<Bytes>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) finding: Option<Bytes>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) answer: Option<Bytes>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Audit {
    pub(crate) seq: i64,
    pub(crate) text: String,
    pub(crate) hash: Bytes,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct TallyDay {
    pub(crate) at: i64,
    pub(crate) app: String,
    pub(crate) channel: String,
    pub(crate) country: String,
    pub(crate) provider: String,
    pub(crate) counts: Bytes,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Erasure {
    pub(crate) request: Bytes,
    pub(crate) at: i64,
    pub(crate) phone: Bytes,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) ended_at: Option<i64>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Refusal {
    pub(crate) id: Bytes,
    pub(crate) number: i64,
    pub(crate) sealed: Bytes,
}
