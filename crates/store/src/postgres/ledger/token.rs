//! Using a token, or another thing that is good once.

use std::sync::Arc;

use countersign_core::code::check::{self, Effect, TokenUse};
use countersign_core::limit::{Counts, HitKind};
use countersign_core::ports::StoreError;
use countersign_core::time::{Clock, Timestamp};

use super::{buckets, too_old};
use crate::counting::Counting as _;
use crate::hit::Touched;
use crate::postgres::batch::{Judge, Place, Rows};
use crate::postgres::keys::Keyring;
use crate::postgres::row::event::EventRow;

/// The use of a token that is to be recorded.
pub(super) struct Using {
    token: TokenUse,
    touched: Touched,
    generation: u32,
    keyring: Arc<Keyring>,
    clock: Arc<dyn Clock>,
}

impl Using {
    pub(super) fn new(token: TokenUse, keyring: &Arc<Keyring>, clock: Arc<dyn Clock>) -> Self {
        let sealer = keyring.sealer();
        let kind = HitKind {
            counts: Counts::Messages,
            window: token.life,
            refundable: false,
            until_verified: false,
            of_number: None,
        };
        Self {
            touched: Touched::one(&kind, &token.bucket(), &sealer),
            generation: sealer.number,
            keyring: Arc::clone(keyring),
            token,
            clock,
        }
    }
}

impl Judge for Using {
    /// Whether it is the first use.
    type Answer = bool;

    fn places(&self) -> Vec<Place> {
        buckets(&self.touched)
    }

    fn day(&self) -> Option<Timestamp> {
        Some(self.token.request_id.made_at())
    }

    fn generation(&self) -> Option<u32> {
        Some(self.generation)
    }

    fn repeat(&mut self) {
        if self.generation != self.keyring.generation() {
            *self = Self::new(self.token.clone(), &self.keyring, Arc::clone(&self.clock));
        }
    }

    fn judge(&mut self, rows: &mut Rows) -> Result<bool, StoreError> {
        if check::is_too_late(self.token.request_id, self.clock.now()) {
            return Err(too_old());
        }
        let now = rows.now(&self.places());
        rows.keep();
        let bucket = self.touched.bucket(0);
        if bucket.is_some_and(|bucket| rows.buckets.has(bucket, now)) {
            return Ok(false);
        }
        rows.buckets.add_all(&self.touched.hits, now);
        rows.events.push(EventRow {
            id: self.token.request_id,
            at: now,
            effect: Effect::TokenUsed,
            caller: None,
            number: None,
            scope: None,
            sealed: None,
        });
        Ok(true)
    }
}
