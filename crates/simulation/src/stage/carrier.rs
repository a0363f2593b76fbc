//! The vendor of a simulation, which takes every message at once, and the phones that it reaches.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;
use countersign_core::code::passcode::Passcode;
use countersign_core::id::MessageId;
use countersign_core::ports::provider::{Provider, Sms};
use countersign_core::send::outcome::Outcome;

/// A vendor that keeps the code of each message until somebody takes it.
#[derive(Default)]
pub(super) struct Carrier(Mutex<HashMap<MessageId, Passcode>>);

impl Carrier {
    /// Takes the code of `message`.
    pub(super) fn take(&self, message: MessageId) -> Option<Passcode> {
        let mut codes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        codes.remove(&message)
    }
}

#[async_trait]
impl Provider for Carrier {
    fn name(&self) -> &str {
        "carrier"
    }

    async fn send(&self, sms: &Sms) -> Outcome {
        let mut codes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        codes.insert(sms.message_id, sms.passcode.clone());
        Outcome::Accepted {
            provider_message_id: None,
        }
    }
}
