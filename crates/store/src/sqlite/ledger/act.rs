//! Acts on codes: judged and applied in memory, and queued for the log, under one lock.

use std::sync::Arc;

use countersign_core::code::check::{self, Effect, HitChange};
use countersign_core::id::RequestId;
use countersign_core::ports::StoreError;
use countersign_core::time::Timestamp;

use crate::call_at_rest::DecidedCall;
use crate::hit::LoggedHit;
use crate::seal::{Key, Sealer};
use crate::sqlite::log::act::ActRow;
use crate::sqlite::log::event::{EventRow, OlderKeys};
use crate::sqlite::log::record::Record;
use crate::sqlite::memory::Live;
use crate::sqlite::{DECISION, SqliteStore, wait};

/// An event without a place in the log yet.
pub(in crate::sqlite) struct NewEvent {
    pub(in crate::sqlite) effect: Effect,
    pub(in crate::sqlite) caller: Option<check::Caller>,
    pub(in crate::sqlite) phone: Option<Key>,
    pub(in crate::sqlite) scope: Option<Key>,
    pub(in crate::sqlite) older: Vec<OlderKeys>,
    pub(in crate::sqlite) hits: Arc<[LoggedHit]>,
    pub(in crate::sqlite) sealed: Option<Vec<u8>>,
    pub(in crate::sqlite) act: Option<ActRow>,
    pub(in crate::sqlite) keyed: Option<Box<DecidedCall>>,
}

/// What an act on codes puts on record.
pub(super) enum Step {
    Event(Box<NewEvent>),
    /// The guess was compared and changed nothing, and its call has an idempotency key.
    Keyed(Box<DecidedCall>),
    Nothing,
}

impl Step {
    /// The step of a check: its event, if there is one, has the row of the call.
    pub(super) fn of(event: Option<NewEvent>, keyed: Option<DecidedCall>) -> Self {
        let keyed = keyed.map(Box::new);
        match (event, keyed) {
            (Some(event), keyed) => Step::Event(Box::new(NewEvent { keyed, ..event })),
            (None, Some(row)) => Step::Keyed(row),
            (None, None) => Step::Nothing,
        }
    }
}

impl From<Option<NewEvent>> for Step {
    fn from(event: Option<NewEvent>) -> Self {
        Step::of(event, None)
    }
}

impl SqliteStore {
    /// Judges in the live state by what `prepare` computes with the newest keys, applies the resulting event, and queues its record, all under one lock. The
    /// answer may be told once the record is durable. Where there is no event, a record of the time is written
    /// instead: answers must not differ in speed, and a store that cannot write must not answer.
    pub(super) async fn act<T, P>(
        &self,
        request_id: RequestId,
        prepare: impl Fn(&Sealer) -> Result<P, StoreError>,
        find: impl FnOnce(&mut Live, P, Timestamp) -> (T, Step),
    ) -> Result<T, StoreError> {
        let (found, durable) = {
            let (mut live, prepared) = self.with_newest_keys(prepare)?;
            let now = self.clock.now();
            if check::is_too_late(request_id, now) {
                return Err(StoreError::Unavailable("the request is too old".to_owned()));
            }
            if self.queue.is_full() {
                return Err(StoreError::Overloaded);
            }
            let (found, step) = find(&mut live, prepared, now);
            let record = match step {
                Step::Event(event) => {
                    Record::Event(Box::new(apply(*event, request_id, &mut live, now)))
                }
                Step::Keyed(row) => Record::Keyed(row),
                Step::Nothing => Record::Barrier(now),
            };
            (found, self.queue.push(record)?)
        };
        wait(durable, DECISION).await?;
        Ok(found)
    }
}

/// Gives `event` its place in the log and applies it.
pub(in crate::sqlite) fn apply(
    event: NewEvent,
    id: RequestId,
    live: &mut Live,
    at: Timestamp,
) -> EventRow {
    let hits = match event.effect.hits() {
        HitChange::Keep => Arc::new([]) as Arc<[_]>,
        HitChange::Add | HitChange::Clear | HitChange::EndSends => event.hits,
    };
    let row = EventRow {
        seq: live.next_event(),
        id,
        at,
        effect: event.effect,
        caller: event.caller,
        phone: event.phone,
        scope: event.scope,
        older: event.older,
        hits,
        sealed: event.sealed,
        act: event.act,
        keyed: event.keyed,
    };
    live.apply(&row);
    row
}
