//! The certificate, read again whenever an operator asks for it.

use std::sync::{Arc, Weak};

use countersign_core::time::Clock;
use tokio_util::task::AbortOnDropHandle;

use super::{Tls, TlsError};
use crate::config::owner::PostedNote;
use crate::lifecycle::Reloads;

/// Replaces the certificate of a running service.
#[derive(Clone)]
pub struct Renewal {
    /// The certificate.
    pub tls: Arc<Tls>,
    /// Where the command line reads which certificates it may trust, as long as the service runs.
    pub note: Weak<PostedNote>,
    /// The time by which a certificate has ended.
    pub clock: Arc<dyn Clock>,
}

impl std::fmt::Debug for Renewal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Renewal").finish_non_exhaustive()
    }
}

impl Renewal {
    /// Reads the certificate again at each of `reloads`, until the handle is dropped. A certificate that cannot be used
    /// changes nothing but the log.
    pub fn on(self, mut reloads: Reloads) -> AbortOnDropHandle<()> {
        self.warn();
        AbortOnDropHandle::new(tokio::spawn(async move {
            loop {
                reloads.next().await;
                let renewal = self.clone();
                let renewed = tokio::task::spawn_blocking(move || renewal.renew()).await;
                match renewed {
                    Ok(Ok(())) => self.warn(),
                    Ok(Err(error)) => tracing::error!(%error, "the certificate stays as it was"),
                    Err(error) => tracing::error!(%error, "the certificate was not read again"),
                }
            }
        }))
    }

    fn renew(&self) -> Result<(), TlsError> {
        let pair = self.tls.read_again(self.clock.wall())?;
        let shown = self.tls.shown().digest;
        let ends = pair.ends;
        // The command line may connect before and after the change.
        let both = vec![pair.digest.clone(), shown];
        let named = self.note.upgrade().map(|note| note.names(both));
        if let Some(Err(error)) = named {
            tracing::error!(%error, "the command line does not know the new certificate: send SIGHUP again");
        }
        self.tls.show(pair);
        tracing::info!(%ends, "new connections get the certificate that was read again");
        Ok(())
    }

    /// Warns of a certificate that has ended: the service goes on, since its callers may go by something else.
    fn warn(&self) {
        let ends = self.tls.shown().ends;
        if ends <= self.clock.wall() {
            tracing::warn!(%ends, "the certificate has ended: renew it, and send SIGHUP");
        }
    }
}
