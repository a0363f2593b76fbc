//! Says in the log which head the audit record has: at the start, once a day, and at the stop.
//!
//! A chain of hashes can be cut off at its end, or made anew by somebody who can write the database. A head in a log that is
//! kept elsewhere shows both (`docs/guides/audit.md`).

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use countersign_core::ports::audit::AuditLog;
use tokio_util::task::AbortOnDropHandle;

/// The pause between two heads.
const PAUSE: Duration = Duration::from_secs(86_400);

/// Says the head until it is dropped.
pub struct HeadTeller {
    audit: Arc<dyn AuditLog>,
    _daily: AbortOnDropHandle<()>,
}

impl HeadTeller {
    /// Says the head now and once a day. Call this within a tokio runtime.
    pub fn start(audit: Arc<dyn AuditLog>) -> Self {
        let told = Arc::clone(&audit);
        let daily = tokio::spawn(async move {
            loop {
                say(&*told).await;
                tokio::time::sleep(PAUSE).await;
            }
        });
        Self {
            audit,
            _daily: AbortOnDropHandle::new(daily),
        }
    }

    /// Says the head as it is now.
    pub async fn say(&self) {
        say(&*self.audit).await;
    }
}

impl fmt::Debug for HeadTeller {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HeadTeller").finish_non_exhaustive()
    }
}

async fn say(audit: &dyn AuditLog) {
    match audit.head().await {
        Ok(head) => tracing::info!(%head, "the head of the audit record"),
        Err(error) => tracing::error!(%error, "the audit record cannot be read"),
    }
}
