//! The share of one provider in the work on reports, so that the path of one hurts no other.

use std::time::Duration;

use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::timeout;

/// The most reports of one provider that are under way at a time, each with a body of up to 512 KiB.
const PLACES: usize = 8;

/// The share of one provider.
#[derive(Debug)]
pub struct ReportShare {
    places: Semaphore,
    reader: Semaphore,
}

impl Default for ReportShare {
    fn default() -> Self {
        Self {
            places: Semaphore::new(PLACES),
            reader: Semaphore::new(1),
        }
    }
}

impl ReportShare {
    /// Takes a place for one report, before its body is read. `None` when none is free within `patience`.
    pub async fn place(&self, patience: Duration) -> Option<SemaphorePermit<'_>> {
        timeout(patience, self.places.acquire()).await.ok()?.ok()
    }

    /// Waits for the turn of a report that has its place: the longest reports take a tenth of a second, and one of each
    /// provider is read at a time.
    pub async fn turn(&self) -> Option<SemaphorePermit<'_>> {
        self.reader.acquire().await.ok()
    }
}
