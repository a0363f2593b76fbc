//! Using a token, or another thing that is good once.

use std::sync::Arc;

use countersign_core::code::check::{self, Effect, TokenUse};
use countersign_core::id::RequestId;
use countersign_core::limit::{Counts, HitKind};
use countersign_core::ports::StoreError;
use countersign_core::time::{Clock, Timestamp};

use super::{buckets, too_old};
use crate::counting::Counting as _;
use crate::hit::Touched;
use crate::postgres::batch::{Judge, Place, Rows};
use crate::postgres::row::event::EventRow;
use crate::seal::Sealer;

/// The use of a token that is to be recorded.
pub(super) struct Using {
    request_id: RequestId,
    touched: Touched,
    clock: Arc<dyn Clock>,
}

impl Using {
    pub(super) fn new(token: &TokenUse, sealer: &Sealer, clock: Arc<dyn Clock>) -> Self {
        let kind = HitKind {
            counts: Counts::Messages,
            window: token.life,
            refundable: false,
            until_verified: false,
            of_number: None,
        };
        Self {
            request_id: token.request_id,
            touched: Touched::one(&kind, &token.bucket(), sealer),
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
        Some(self.request_id.made_at())
    }

    fn judge(&mut self, rows: &mut Rows) -> Result<bool, StoreError> {
        if check::is_too_late(self.request_id, self.clock.now()) {
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
            id: self.request_id,
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
