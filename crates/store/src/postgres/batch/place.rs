//! The rows that a step is about.

use std::collections::BTreeSet;

use countersign_core::id::MessageId;
use uuid::Uuid;

use crate::seal::{CallId, Key};

/// A row that a batch locks. The order of the variants, and of the keys in each, is the order of the locks everywhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Place {
    /// A call with an idempotency key.
    Call(CallId),
    /// A message.
    Message(MessageId),
    /// The consecutive wrong guesses about a number.
    Number(Key),
    /// The codes of an application, channel and number.
    Scope(Key),
    /// A bucket of a limit.
    Bucket(Key),
    /// The head of the audit record.
    Audit,
}

/// The places of a batch as the arguments of the statements that lock and read them.
#[derive(Debug, Default)]
pub(super) struct Columns {
    pub(super) calls: Vec<Vec<u8>>,
    pub(super) messages: Vec<Uuid>,
    pub(super) numbers: Vec<i64>,
    pub(super) scopes: Vec<i64>,
    pub(super) buckets: Vec<i64>,
    pub(super) audited: bool,
}

impl Columns {
    pub(super) fn of(places: &BTreeSet<Place>) -> Self {
        let mut columns = Self::default();
        for place in places {
            match place {
                Place::Call(id) => columns.calls.push(id.to_vec()),
                Place::Message(id) => columns.messages.push(Uuid::from_bytes(*id.as_bytes())),
                Place::Number(key) => columns.numbers.push(key.column()),
                Place::Scope(key) => columns.scopes.push(key.column()),
                Place::Bucket(key) => columns.buckets.push(key.column()),
                Place::Audit => columns.audited = true,
            }
        }
        columns
    }
}
