//! The refused sends that a node holds until they are in the database.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use countersign_core::phone::PhoneNumber;
use countersign_core::ports::refusals::RefusedSend;

use super::AT_ONCE;

/// The newest refused sends of a node, at most [`AT_ONCE`], and as many that are on their way to the database.
#[derive(Default)]
pub(super) struct HeldRefusals(Mutex<Ring>);

#[derive(Default)]
struct Ring {
    /// Oldest first.
    newest: VecDeque<RefusedSend>,
    /// On their way to the database.
    leaving: Vec<RefusedSend>,
    /// The number of those that were dropped, and are not counted in the database yet.
    dropped: u64,
}

/// What was held at one moment.
pub(super) struct Held {
    pub(super) refusals: Vec<RefusedSend>,
    pub(super) dropped: u64,
}

impl HeldRefusals {
    /// Holds a refused send, and drops the oldest one for that, if it must.
    pub(super) fn add(&self, refused: RefusedSend) {
        let mut ring = self.ring();
        let oldest = match ring.newest.len() >= AT_ONCE {
            true => {
                ring.dropped += 1;
                ring.newest.pop_front()
            }
            false => None,
        };
        ring.newest.push_back(refused);
        drop(ring);
        drop(oldest); // outside the lock
    }

    /// Returns everything that is held.
    pub(super) fn all(&self) -> Held {
        let ring = self.ring();
        Held {
            refusals: ring.leaving.iter().chain(&ring.newest).cloned().collect(),
            dropped: ring.dropped,
        }
    }

    /// Returns what is to be written, if there is anything. It stays held, and is returned once more, until
    /// [`HeldRefusals::let_go`] is called.
    pub(super) fn leave(&self) -> Option<Held> {
        let mut ring = self.ring();
        if ring.leaving.is_empty() {
            ring.leaving = ring.newest.drain(..).collect();
        }
        let held = Held {
            refusals: ring.leaving.clone(),
            dropped: ring.dropped,
        };
        (!held.refusals.is_empty() || held.dropped > 0).then_some(held)
    }

    /// Holds no longer what has left, of which so many were counted as dropped.
    pub(super) fn let_go(&self, dropped: u64) {
        let mut ring = self.ring();
        ring.leaving.clear();
        ring.dropped = ring.dropped.saturating_sub(dropped);
    }

    /// Drops the refused sends to a number, uncounted, and returns how many there were.
    pub(super) fn erase(&self, phone: &PhoneNumber) -> u64 {
        let mut ring = self.ring();
        let before = ring.newest.len() + ring.leaving.len();
        ring.newest.retain(|refused| refused.phone != *phone);
        ring.leaving.retain(|refused| refused.phone != *phone);
        (before - ring.newest.len() - ring.leaving.len()) as u64
    }

    fn ring(&self) -> MutexGuard<'_, Ring> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
