//! The sink: it accepts every message and keeps none, for load tests.

use async_trait::async_trait;
use countersign_core::ports::provider::{Provider, Sms};
use countersign_core::send::outcome::Outcome;

/// A provider that accepts every message at once.
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
