//! Events that came on record just after their callers had given up: they are taken off again.

use std::sync::Mutex;

use rusqlite::{Connection, TransactionBehavior};

use super::super::events::Event;
use super::super::guesses::Step;
use super::super::live::Live;

/// Events to be taken off the record, and what waits for that.
#[derive(Default)]
pub(super) struct Undone {
    events: Vec<Event>,
    /// What forgot wrong guesses, and stays on record: older events may be among those it forgot.
    forgot: Vec<Step>,
}

impl Undone {
    /// Whether there is none to be taken off the record.
    pub(super) fn is_empty(&self) -> bool {
        self.events.is_empty()
    }

    /// An event is on record; whether its caller was told.
    pub(super) fn recorded(&mut self, event: Event, told: bool) {
        if told {
            self.forgot.extend(event.forgets());
        } else {
            self.events.push(event);
        }
    }

    /// Takes the events off the record: then they never were. What the others forgot stays forgotten from then
    /// on. If this fails, all is as it was.
    pub(super) fn finish(
        &mut self,
        log: &mut Connection,
        live: &Mutex<Live>,
    ) -> rusqlite::Result<()> {
        if self.events.is_empty() && self.forgot.is_empty() {
            return Ok(());
        }
        if !self.events.is_empty() {
            delete(log, &self.events)?;
        }
        if let Ok(mut live) = live.lock() {
            for event in self.events.drain(..) {
                event.withdraw(&mut live);
            }
            for step in self.forgot.drain(..) {
                live.keep_forgotten(step);
            }
        }
        Ok(())
    }
}

fn delete(log: &mut Connection, events: &[Event]) -> rusqlite::Result<()> {
    let transaction = log.transaction_with_behavior(TransactionBehavior::Immediate)?;
    for event in events {
        event.delete(&transaction)?;
    }
    transaction.commit()
}
