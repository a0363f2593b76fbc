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
pub(crate) struct Undecided(Mutex<HashMap<MessageId, Arc<MessageFacts>>>);

/// The number of messages from which on those are let go whose senders have given up.
const MANY: usize = 4_096;

impl Undecided {
    /// Adds a message that was admitted.
    pub(crate) fn add(&self, message: MessageId, facts: Arc<MessageFacts>) {
        let mut messages = self.messages();
        if messages.len() >= MANY {
            let now = facts.decided_at;
            messages.retain(|_, facts| !is_over(facts, now));
        }
        messages.insert(message, facts);
    }

    /// Returns what is known of a message.
    pub(crate) fn get(&self, message: MessageId) -> Option<Arc<MessageFacts>> {
        self.messages().get(&message).cloned()
    }

    /// Lets a message go that has its outcome.
    pub(crate) fn remove(&self, message: MessageId) {
        self.messages().remove(&message);
    }

    /// Returns the number of messages.
    pub(crate) fn len(&self) -> usize {
        self.messages().len()
    }

    fn messages(&self) -> MutexGuard<'_, HashMap<MessageId, Arc<MessageFacts>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn is_over(facts: &MessageFacts, now: Timestamp) -> bool {
    settle::is_overdue(facts.decided_at, now)
}
