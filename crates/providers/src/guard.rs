//! What every provider is wrapped in: a deadline, and a wall against panics.

use std::sync::Arc;

use async_trait::async_trait;
use countersign_core::outcome::Outcome;
use countersign_core::policy::SEND_DEADLINE;
use countersign_core::ports::provider::{Provider, Sms};
use tokio::task::JoinError;
use tokio::time::error::Elapsed;

/// Holds a provider to the port's promises, whatever its code does: an outcome within
/// [`SEND_DEADLINE`], unknown where none came.
pub struct Guarded {
    provider: Arc<dyn Provider>,
}

impl std::fmt::Debug for Guarded {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Guarded")
            .field(&self.provider.name())
            .finish()
    }
}

impl Guarded {
    /// Wraps `provider`.
    pub fn new(provider: impl Provider) -> Self {
        Self::shared(Arc::new(provider))
    }

    /// Wraps a provider that others hold too.
    pub fn shared(provider: Arc<dyn Provider>) -> Self {
        Self { provider }
    }
}

#[async_trait]
impl Provider for Guarded {
    fn name(&self) -> &str {
        self.provider.name()
    }

    async fn send(&self, sms: &Sms) -> Outcome {
        let (provider, sms) = (Arc::clone(&self.provider), sms.clone());
        let mut call = tokio::spawn(async move { provider.send(&sms).await });
        let answer = tokio::time::timeout(SEND_DEADLINE, &mut call).await;
        call.abort();
        answer.unwrap_or_else(silence).unwrap_or_else(broken)
    }
}

fn silence(_: Elapsed) -> Result<Outcome, JoinError> {
    Ok(Outcome::Unknown {
        cause: format!("no answer within {} s", SEND_DEADLINE.as_secs()),
    })
}

fn broken(_: JoinError) -> Outcome {
    Outcome::Unknown {
        cause: "the provider's code failed".to_owned(),
    }
}
