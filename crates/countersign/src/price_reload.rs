//! The prices, read again whenever an operator asks for it.

use std::sync::Arc;

use countersign_core::price::Prices;
use tokio_util::task::AbortOnDropHandle;

use crate::config::price_file::PriceFile;
use crate::lifecycle::Reloads;

/// Replaces the prices of a running service by those in its file.
#[derive(Debug, Clone)]
pub(crate) struct PriceReload {
    /// The file.
    pub(crate) file: PriceFile,
    /// The prices in use.
    pub(crate) prices: Arc<Prices>,
}

impl PriceReload {
    /// Reads the file again at each of `reloads`, until the handle is dropped. A file that cannot be used changes nothing but
    /// the log.
    pub(crate) fn on(self, mut reloads: Reloads) -> AbortOnDropHandle<()> {
        AbortOnDropHandle::new(tokio::spawn(async move {
            loop {
                reloads.next().await;
                let file = self.file.clone();
                match tokio::task::spawn_blocking(move || file.read()).await {
                    Ok(Ok(table)) => {
                        let providers = table.providers().count();
                        self.prices.replace(table);
                        tracing::info!(providers, "the prices were read again");
                    }
                    Ok(Err(error)) => {
                        let error = format!("{error:#}");
                        tracing::error!(error, "the prices stay as they were");
                    }
                    Err(error) => tracing::error!(%error, "the prices were not read again"),
                }
            }
        }))
    }
}
