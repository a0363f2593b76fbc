//! The row of an event: a counted guess, a use of a code, an unlock, a token use.

use std::sync::Arc;

use countersign_core::code::check::{Caller, CheckRecord, Effect};
use countersign_core::id::{MessageId, RequestId};
use countersign_core::time::Timestamp;
use rusqlite::{Row, Statement, params};

use super::act::ActRow;
use super::rule_set::unreadable;
use crate::call_at_rest::DecidedCall;
use crate::hit::{self, LoggedHit};
use crate::seal::{Key, Keys};

/// One row of the table `code_event`: an [`Effect`], and everything it takes to apply it.
#[derive(Debug)]
pub(crate) struct EventRow {
    pub(crate) seq: i64,
    pub(crate) id: RequestId,
    pub(crate) at: Timestamp,
    pub(crate) effect: Effect,
    /// The party on whose behalf a code was checked; `None` for an event that is no check.
    pub(crate) caller: Option<Caller>,
    pub(crate) phone: Option<Key>,
    /// The scope whose codes the event changes.
    pub(crate) scope: Option<Key>,
    /// The keys of number and scope by the generations before that were still needed.
    pub(crate) older: Vec<OlderKeys>,
    /// The buckets in which it adds or clears hits.
    pub(crate) hits: Arc<[LoggedHit]>,
    /// The number and the note of an unlock.
    pub(crate) sealed: Option<Vec<u8>>,
    /// The act on the audit record that an operator's event is.
    pub(crate) act: Option<ActRow>,
    /// The call with an idempotency key that brought the guess.
    pub(crate) keyed: Option<Box<DecidedCall>>,
}

impl EventRow {
    pub(crate) const INSERT: &str =
        "INSERT INTO code_event VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";

    /// Runs [`EventRow::INSERT`]; the act is appended beside it.
    pub(crate) fn insert(&self, insert: &mut Statement<'_>) -> rusqlite::Result<()> {
        let messages: Vec<u8> = self
            .effect
            .codes()
            .iter()
            .flat_map(|message| *message.as_bytes())
            .collect();
        insert.execute(params![
            self.seq,
            self.id.as_bytes(),
            self.at.as_millis(),
            self.effect.as_str(),
            self.caller.map(Caller::as_str),
            self.phone.map(Key::column),
            self.scope.map(Key::column),
            (!messages.is_empty()).then_some(messages),
            hit::encode(&self.hits),
            self.sealed,
            OlderKeys::encode(&self.older),
        ])?;
        Ok(())
    }

    /// Reads a row without the column `sealed`: the sealed part of an unlock stays in the database, and its act is on record.
    pub(crate) fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        let key = |column| row.get::<_, Option<i64>>(column);
        let codes = messages(row.get_ref("messages")?.as_blob_or_null()?);
        let caller = row.get_ref("door")?.as_str_or_null()?;
        let hits = hit::decode(row.get_ref("hits")?.as_blob()?);
        // The start fails on unreadable hits, since skipping them would forget a limit.
        let hits = hits.ok_or_else(|| unreadable("the log holds hits that cannot be read"))?;
        Ok(Self {
            seq: row.get("seq")?,
            id: RequestId::from_bytes(row.get("id")?),
            at: Timestamp::from_millis(row.get("at")?),
            effect: Effect::recorded(row.get_ref("kind")?.as_str()?, codes)
                .ok_or_else(|| unreadable("the log holds an event of an unknown kind"))?,
            caller: Caller::ALL
                .into_iter()
                .find(|known| Some(known.as_str()) == caller),
            phone: key("phone")?.map(Key::of_column),
            scope: key("scope")?.map(Key::of_column),
            older: OlderKeys::decode(row.get_ref("older")?.as_blob_or_null()?),
            hits: hits.into(),
            sealed: None,
            act: None,
            keyed: None,
        })
    }

    /// Returns the check as timelines show it; `None` for an event that is no check.
    pub(crate) fn check(&self) -> Option<CheckRecord> {
        Some(CheckRecord {
            at: self.at,
            request_id: self.id,
            caller: self.caller?,
            right: matches!(self.effect, Effect::Used { .. }),
        })
    }
}

/// The keys of a number, and of a scope, by an older generation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct OlderKeys {
    pub(crate) phone: Key,
    /// `None` where the event changes no codes.
    pub(crate) scope: Option<Key>,
}

impl OlderKeys {
    /// Returns the older keys among those of an event.
    pub(crate) fn of(phone: &Keys, scope: Option<&Keys>) -> Vec<Self> {
        let scope = |place: usize| scope.and_then(|scope| scope.older.get(place).copied());
        let phones = phone.older.iter().enumerate();
        phones
            .map(|(place, phone)| Self {
                phone: *phone,
                scope: scope(place),
            })
            .collect()
    }

    /// Writes the column `older`: 16 bytes for each generation, the number and the scope; NULL if there is none.
    fn encode(older: &[Self]) -> Option<Vec<u8>> {
        let bytes = older.iter().flat_map(|keys| {
            let scope = keys.scope.map_or(0, |scope| scope.0);
            [keys.phone.0, scope].map(u64::to_be_bytes).concat()
        });
        (!older.is_empty()).then(|| bytes.collect())
    }

    fn decode(column: Option<&[u8]>) -> Vec<Self> {
        let (keys, _) = column.unwrap_or_default().as_chunks::<16>();
        let half = |bytes: &[u8]| {
            bytes
                .iter()
                .fold(0, |key, byte| key << 8 | u64::from(*byte))
        };
        let keys = keys.iter().map(|keys| {
            let (phone, scope) = keys.split_at(8);
            Self {
                phone: Key(half(phone)),
                scope: Some(Key(half(scope))).filter(|scope| scope.0 != 0),
            }
        });
        keys.collect()
    }
}

/// Reads the ids in the column `messages`.
pub(crate) fn messages(column: Option<&[u8]>) -> Vec<MessageId> {
    let (ids, _) = column.unwrap_or_default().as_chunks::<16>();
    ids.iter().map(|id| MessageId::from_bytes(*id)).collect()
}
