//! Events: what happened to codes after they were sent.

use countersign_core::code::check::{Caller, Effect};
use countersign_core::id::{MessageId, RequestId};
use countersign_core::time::Timestamp;
use uuid::Uuid;

use crate::seal::Key;

/// An event that is to be written.
#[derive(Debug)]
pub(crate) struct EventRow {
    pub(crate) id: RequestId,
    pub(crate) at: Timestamp,
    pub(crate) effect: Effect,
    /// The party on whose behalf a code was checked; `None` for an event that is no check.
    pub(crate) caller: Option<Caller>,
    pub(crate) number: Option<Key>,
    pub(crate) scope: Option<Key>,
    /// The number and the note of an unlock.
    pub(crate) sealed: Option<Vec<u8>>,
}

/// The columns of events, one entry an event.
#[derive(Debug, Default)]
pub(crate) struct EventColumns {
    pub(crate) ids: Vec<Uuid>,
    pub(crate) times: Vec<i64>,
    pub(crate) kinds: Vec<&'static str>,
    pub(crate) callers: Vec<Option<&'static str>>,
    pub(crate) numbers: Vec<Option<i64>>,
    pub(crate) scopes: Vec<Option<i64>>,
    /// The ids of the messages as text of an array: arrays of arrays have one length.
    pub(crate) messages: Vec<String>,
    pub(crate) sealed: Vec<Option<Vec<u8>>>,
}

/// Writes events from their columns.
pub(crate) const INSERT: &str = "
    INSERT INTO code_event (id, at, kind, caller, number, scope, messages, sealed)
    SELECT id, at, kind, caller, number, scope, messages::uuid[], sealed
    FROM unnest($1::uuid[], $2::bigint[], $3::text[], $4::text[], $5::bigint[], $6::bigint[], $7::text[], $8::bytea[])
        AS event (id, at, kind, caller, number, scope, messages, sealed)";

impl EventColumns {
    pub(crate) fn of(events: Vec<EventRow>) -> Self {
        let mut columns = Self::default();
        for event in events {
            columns.ids.push(Uuid::from_bytes(*event.id.as_bytes()));
            columns.times.push(event.at.as_millis());
            columns.kinds.push(event.effect.as_str());
            columns.callers.push(event.caller.map(Caller::as_str));
            columns.numbers.push(event.number.map(Key::column));
            columns.scopes.push(event.scope.map(Key::column));
            columns.messages.push(ids_as_text(event.effect.codes()));
            columns.sealed.push(event.sealed);
        }
        columns
    }
}

fn ids_as_text(ids: &[MessageId]) -> String {
    let ids: Vec<_> = ids.iter().map(ToString::to_string).collect();
    format!("{{{}}}", ids.join(","))
}
