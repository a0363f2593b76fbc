//! Forgetting the wrong guesses about a number.

use std::sync::Arc;

use countersign_core::audit::Act;
use countersign_core::code::check::{self, Effect, Unlock};
use countersign_core::ports::StoreError;
use countersign_core::time::{Clock, Timestamp};

use super::{too_old, unsealed};
use crate::hit::{LoggedHit, Touched};
use crate::postgres::batch::{Judge, Place, Rows};
use crate::postgres::keys::Keyring;
use crate::postgres::row::event::EventRow;
use crate::seal::Keys;

/// An unlock that is to be recorded, with its act.
pub(super) struct Unlocking {
    unlock: Unlock,
    phone: Keys,
    /// The buckets of wrong guesses, under the keys of every generation.
    cleared: Arc<[LoggedHit]>,
    sealed: Vec<u8>,
    act: Act,
    generation: u32,
    keyring: Arc<Keyring>,
    clock: Arc<dyn Clock>,
}

impl Unlocking {
    pub(super) fn new(
        unlock: Unlock,
        keyring: &Arc<Keyring>,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, StoreError> {
        let sealer = keyring.sealer();
        let sealed = sealer.seal_unlock(&unlock.phone, &unlock.note, unlock.request_id);
        Ok(Self {
            phone: sealer.keys(|each| each.phone(&unlock.phone)),
            cleared: Touched::of(&unlock.rules(), &sealer).under_every_key(),
            sealed: sealed.ok_or_else(unsealed)?,
            act: Act::of_unlock(&unlock),
            generation: sealer.number,
            keyring: Arc::clone(keyring),
            unlock,
            clock,
        })
    }
}

impl Judge for Unlocking {
    type Answer = ();

    fn places(&self) -> Vec<Place> {
        let numbers = self.phone.all().map(Place::Number);
        let buckets = self.cleared.iter().map(|hit| Place::Bucket(hit.bucket));
        numbers.chain(buckets).chain([Place::Audit]).collect()
    }

    fn day(&self) -> Option<Timestamp> {
        Some(self.unlock.request_id.made_at())
    }

    fn generation(&self) -> Option<u32> {
        Some(self.generation)
    }

    fn repeat(&mut self) {
        if self.generation == self.keyring.generation() {
            return;
        }
        let anew = Self::new(self.unlock.clone(), &self.keyring, Arc::clone(&self.clock));
        // Where nothing can be sealed, it stays outdated until its caller has gone.
        anew.into_iter().for_each(|anew| *self = anew);
    }

    fn judge(&mut self, rows: &mut Rows) -> Result<(), StoreError> {
        if check::is_too_late(self.unlock.request_id, self.clock.now()) {
            return Err(too_old());
        }
        let (now, effect) = (rows.now(&self.places()), Effect::Unlocked);
        for hit in &*self.cleared {
            rows.buckets.clear_until(hit.bucket, now);
        }
        rows.numbers.change(&self.phone, effect.consecutive(), now);
        rows.events.push(EventRow {
            id: self.unlock.request_id,
            at: now,
            effect,
            caller: None,
            number: Some(self.phone.newest),
            scope: None,
            sealed: Some(self.sealed.clone()),
        });
        rows.audit.append(self.clock.wall(), &self.act);
        rows.keep();
        Ok(())
    }
}
