//! Calls with an idempotency key: a row says whether the key is free, and what was decided under it.

use std::collections::HashMap;

use countersign_core::idempotency::Claim;
use countersign_core::ports::StoreError;
use countersign_core::time::Timestamp;

pub(crate) use crate::call_at_rest::DecidedCall;
use crate::seal::{CallId, Sealer};

/// The calls of a batch.
#[derive(Debug, Default)]
pub(crate) struct CallRows {
    /// When the life of each key ends that was decided under.
    ends: HashMap<CallId, Timestamp>,
    pub(crate) decided: Vec<DecidedCall>,
}

impl CallRows {
    /// Takes a row that was read.
    pub(crate) fn read(&mut self, id: CallId, ends: Timestamp) {
        self.ends.insert(id, ends);
    }

    /// Checks that the key of a claim is free at `now`, under every generation of keys.
    ///
    /// # Errors
    /// [`StoreError`] when another node has decided under it: the next repeat gets its answer.
    pub(crate) fn is_free(
        &self,
        claim: &Claim,
        sealer: &Sealer,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let ids = sealer.all().map(|each| each.call_id(&claim.call().name));
        let is_taken = ids
            .into_iter()
            .any(|id| self.ends.get(&id).is_some_and(|ends| *ends > now));
        match is_taken {
            true => Err(StoreError::Unavailable(
                "another node has decided on this call".to_owned(),
            )),
            false => Ok(()),
        }
    }

    /// Notes that a call was decided on.
    pub(crate) fn decide(&mut self, call: DecidedCall) {
        self.ends.insert(call.id, call.ends);
        self.decided.push(call);
    }
}
