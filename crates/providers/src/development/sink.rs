//! Accepts every message and keeps none.

use async_trait::async_trait;
use countersign_core::ports::provider::{Provider, Sms};
use countersign_core::send::outcome::Outcome;

/// Takes everything, at once, and forgets it.
#[derive(Debug)]
pub struct Sink;

#[async_trait]
impl Provider for Sink {
    fn name(&self) -> &str {
        "sink"
    }

    async fn send(&self, _sms: &Sms) -> Outcome {
        Outcome::Accepted {
            provider_message_id: None,
        }
    }
}
