//! The messages without an outcome that this node has decided on.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use countersign_core::id::MessageId;
use countersign_core::send::settle;
use countersign_core::time::Timestamp;

use crate::postgres::row::message::MessageFacts;

/// What settlements need to know of messages that are under way on this node, so that they need not ask for it. Nothing is
/// decided by it.
#[derive(Debug, Default)]
pub(crate) struct Undecided(Mutex<Messages>);

#[derive(Debug, Default)]
struct Messages {
    by_id: HashMap<MessageId, Arc<MessageFacts>>,
    /// The number of messages at which those are looked for whose senders have given up.
    full: usize,
}

/// The number of messages below which none is looked for.
const MANY: usize = 4_096;

impl Undecided {
    /// Adds a message that was admitted. Those whose senders have given up are let go each time that as many were added as stayed
    /// the last time, so that a message is looked at twice at most on the average.
    pub(crate) fn add(&self, message: MessageId, facts: Arc<MessageFacts>) {
        let mut messages = self.messages();
        if messages.by_id.len() >= messages.full.max(MANY) {
            let now = facts.decided_at;
            messages.by_id.retain(|_, facts| !is_over(facts, now));
            messages.full = 2 * messages.by_id.len();
        }
        messages.by_id.insert(message, facts);
    }

    /// Returns what is known of a message.
    pub(crate) fn get(&self, message: MessageId) -> Option<Arc<MessageFacts>> {
        self.messages().by_id.get(&message).cloned()
    }

    /// Lets a message go that has its outcome.
    pub(crate) fn remove(&self, message: MessageId) {
        self.messages().by_id.remove(&message);
    }

    /// Returns the number of messages.
    pub(crate) fn len(&self) -> usize {
        self.messages().by_id.len()
    }

    fn messages(&self) -> MutexGuard<'_, Messages> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn is_over(facts: &MessageFacts, now: Timestamp) -> bool {
    settle::is_overdue(facts.decided_at, now)
}
