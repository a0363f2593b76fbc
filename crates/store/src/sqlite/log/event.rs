//! The row of an event: a counted guess, a use of a code, an unlock, a token use.

use std::sync::Arc;

use countersign_core::code::check::{Caller, CheckRecord, Effect};
use countersign_core::id::{MessageId, RequestId};
use countersign_core::time::Timestamp;
use rusqlite::{Row, Statement, params};

use super::act::ActRow;
use super::hit::{self, LoggedHit};
use super::rule_set::unreadable;
use crate::seal::Key;

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
    /// The buckets in which it adds or clears hits.
    pub(crate) hits: Arc<[LoggedHit]>,
    /// The number and the note of an unlock.
    pub(crate) sealed: Option<Vec<u8>>,
    /// The act on the audit record that an operator's event is.
    pub(crate) act: Option<ActRow>,
}

impl EventRow {
    pub(crate) const INSERT: &str = "INSERT INTO code_event VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";

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
        ])?;
        Ok(())
    }

    /// Reads a row without its last column: the sealed part of an unlock stays in the database, and its act is on record.
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
            hits: hits.into(),
            sealed: None,
            act: None,
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

/// Reads the ids in the column `messages`.
pub(crate) fn messages(column: Option<&[u8]>) -> Vec<MessageId> {
    let (ids, _) = column.unwrap_or_default().as_chunks::<16>();
    ids.iter().map(|id| MessageId::from_bytes(*id)).collect()
}
