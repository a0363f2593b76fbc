//! The limits of messages: a message names them by an id that follows from them, and they are on record once.

use std::sync::{Arc, Weak};

use countersign_core::limit::RuleSet;

use crate::limits_at_rest;
use crate::postgres::connect::Connected;

/// The number of rule sets that a lane knows at most.
const MOST: usize = 256;

/// The rule sets of the messages that a lane has written lately. Each is made into text once, and is known by its address.
#[derive(Default)]
pub(super) struct RuleSets {
    known: Vec<Known>,
    /// The session over which the sets were committed.
    session: Weak<Connected>,
}

struct Known {
    set: Arc<RuleSet>,
    id: i64,
    text: String,
    /// Whether the database certainly has it.
    is_on_record: bool,
}

impl RuleSets {
    /// Uses a session from now on. Behind another one than before may be a database that lacks what was committed.
    pub(super) fn over(&mut self, session: &Arc<Connected>) {
        if self.session.as_ptr() != Arc::as_ptr(session) {
            self.session = Arc::downgrade(session);
            self.known
                .iter_mut()
                .for_each(|known| known.is_on_record = false);
        }
    }

    /// Returns the id of a set.
    pub(super) fn id_of(&mut self, set: &Arc<RuleSet>) -> i64 {
        if let Some(known) = self.known.iter().find(|known| Arc::ptr_eq(&known.set, set)) {
            return known.id;
        }
        let text = limits_at_rest::to_json(set);
        let id = limits_at_rest::id_of(&text);
        self.known.push(Known {
            set: Arc::clone(set),
            id,
            text,
            is_on_record: false,
        });
        id
    }

    /// Returns the sets that the next commit has to put on record, in the order of their ids: id and text.
    pub(super) fn not_on_record(&self) -> Vec<(i64, String)> {
        let new = self.known.iter().filter(|known| !known.is_on_record);
        let mut new: Vec<_> = new.map(|known| (known.id, known.text.clone())).collect();
        new.sort_unstable();
        new.dedup();
        new
    }

    /// Notes that the new sets were committed.
    pub(super) fn committed(&mut self) {
        self.known
            .iter_mut()
            .for_each(|known| known.is_on_record = true);
        if self.known.len() > MOST {
            self.known.clear();
        }
    }
}
