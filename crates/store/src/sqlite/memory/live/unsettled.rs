//! The messages without an outcome yet: admitted, and then sent, not sent or rolled back.

use std::sync::Arc;

use countersign_core::id::MessageId;
use countersign_core::send::attempt::Attempt;
use countersign_core::send::settle::{self, GiveBack};
use countersign_core::time::Timestamp;

use super::Live;
use crate::counting::Counting as _;
use crate::hit::LoggedHit;
use crate::seal::Key;
use crate::sqlite::log::attempt::SettlementRow;
use crate::sqlite::log::message::Admission;

/// What is kept of a message until its outcome.
#[derive(Debug)]
pub(super) struct Pending {
    seq: i64,
    decided_at: Timestamp,
    scope: Key,
    hits: Arc<[LoggedHit]>,
}

/// A message without an outcome yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Unsettled {
    pub(crate) message: MessageId,
    /// Its row in the log.
    pub(crate) seq: i64,
    pub(crate) decided_at: Timestamp,
}

impl Live {
    /// Admits a message: its hits count from now on, and its code is pending.
    pub(crate) fn admit(&mut self, admission: Admission) {
        self.sends.add_all(&admission.hits, admission.decided_at);
        if let Some(code) = admission.code {
            self.codes.add(admission.scope, code, admission.sealed);
        }
        let pending = Pending {
            seq: admission.seq,
            decided_at: admission.decided_at,
            scope: admission.scope,
            hits: admission.hits,
        };
        self.pending.insert(admission.message, pending);
    }

    /// Rolls [`Live::admit`] back, since the message was not recorded. Nothing was sent for it.
    pub(crate) fn roll_back(&mut self, message: MessageId) {
        if let Some(pending) = self.pending.remove(&message) {
            self.sends
                .remove_all(pending.hits.iter(), pending.decided_at);
            self.codes.remove(pending.scope, message);
        }
    }

    /// Lets a message that may have been sent weigh `cost` in place of its reserved price, where limits count money.
    pub(crate) fn cost(&mut self, message: MessageId, cost: u64) {
        let Some(pending) = self.pending.get(&message) else {
            return;
        };
        for hit in pending.hits.iter().filter(|hit| hit.money) {
            self.sends.remove(hit, pending.decided_at);
            let paid = LoggedHit {
                weight: cost,
                ..*hit
            };
            self.sends.add(&paid, pending.decided_at);
        }
    }

    /// Ends the wait for the outcome of a message that may have been sent: its code is live, and ends older ones.
    pub(crate) fn sent(&mut self, message: MessageId, now: Timestamp) {
        if let Some(pending) = self.pending.remove(&message) {
            self.codes.mark_sent(pending.scope, message, now);
        }
    }

    /// Ends the wait for the outcome of a message that was certainly not sent: its code is void, older codes
    /// stay as they are, and its hits are given back as `give_back` says.
    pub(crate) fn not_sent(&mut self, message: MessageId, give_back: GiveBack) {
        if let Some(pending) = self.pending.remove(&message) {
            self.codes.remove(pending.scope, message);
            let hits = pending.hits.iter();
            // A message that was not sent costs nothing, whatever becomes of its minute.
            let taken = hits.filter(|hit| hit.money || give_back.takes(hit.refundable));
            self.sends.remove_all(taken, pending.decided_at);
        }
    }

    /// Returns `message`, if it has no outcome yet.
    pub(crate) fn pending(&self, message: MessageId) -> Option<Unsettled> {
        self.pending
            .get(&message)
            .map(|pending| pending.of(message))
    }

    /// Returns the number of messages without an outcome.
    pub(crate) fn pending_messages(&self) -> usize {
        self.pending.len()
    }

    /// Returns whether any message has no outcome yet.
    pub(crate) fn has_pending(&self) -> bool {
        !self.pending.is_empty()
    }

    /// Returns the row of the oldest message without an outcome; without such a message, that of the next
    /// message.
    pub(crate) fn oldest_pending(&self) -> i64 {
        let pending = self.pending.values().map(|pending| pending.seq);
        pending.min().unwrap_or(self.newest_message + 1)
    }

    /// Returns the messages whose outcome is overdue at `now`.
    pub(crate) fn overdue(&self, now: Timestamp) -> Vec<Unsettled> {
        let pending = self.pending.iter();
        pending
            .map(|(message, pending)| pending.of(*message))
            .filter(|message| message.is_overdue(now))
            .collect()
    }
}

impl Pending {
    fn of(&self, message: MessageId) -> Unsettled {
        Unsettled {
            message,
            seq: self.seq,
            decided_at: self.decided_at,
        }
    }
}

impl Unsettled {
    /// Returns whether the outcome is overdue at `now`.
    pub(crate) fn is_overdue(&self, now: Timestamp) -> bool {
        settle::is_overdue(self.decided_at, now)
    }

    /// Makes the settlement of an overdue message: its outcome is unknown.
    pub(crate) fn as_unknown(&self) -> SettlementRow {
        let unknown = Attempt::overdue(self.decided_at);
        SettlementRow::without_give_back(self.seq, vec![unknown])
    }
}
