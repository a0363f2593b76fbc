//! The threads that sign, and the bound on the tokens that wait for them.

use std::io;
use std::sync::Arc;

use countersign_store::priority::{self, Niceness};
use tokio::runtime::{Builder, Runtime};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Threads of their own, one for each core, with a lower priority than those that serve requests.
pub struct SigningRoom {
    threads: Option<Runtime>,
    places: Arc<Semaphore>,
}

/// A place in the room. Whoever drops it leaves.
#[derive(Debug)]
pub(super) struct Place {
    _permit: OwnedSemaphorePermit,
}

impl SigningRoom {
    /// The usual number of places: what one core signs with RSA in about a second.
    pub const PLACES: usize = 1_024;

    /// Starts the threads. At most `places` tokens are signed, or wait for that, at a time.
    ///
    /// # Errors
    /// [`io::Error`] when the system has no room for the threads.
    pub fn open(places: usize) -> io::Result<Self> {
        let threads = Builder::new_multi_thread()
            .thread_name("signing")
            .on_thread_start(|| priority::lower(Niceness::Signing))
            .build()?;
        Ok(Self {
            threads: Some(threads),
            places: Arc::new(Semaphore::new(places)),
        })
    }

    /// Takes a place; `None` where all are taken.
    pub(super) fn place(&self) -> Option<Place> {
        let place = Arc::clone(&self.places).try_acquire_owned();
        place.ok().map(|_permit| Place { _permit })
    }

    /// Does the work on one of the threads, in this place, to its end also when nobody waits any more. `None` where it
    /// panics.
    pub(super) async fn run<T: Send + 'static>(
        &self,
        place: Place,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Option<T> {
        let done = self.threads.as_ref()?.spawn(async move {
            let done = work();
            drop(place);
            done
        });
        done.await.ok()
    }
}

impl Drop for SigningRoom {
    /// A runtime must not be waited for where requests are served.
    fn drop(&mut self) {
        if let Some(threads) = self.threads.take() {
            threads.shutdown_background();
        }
    }
}

impl std::fmt::Debug for SigningRoom {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SigningRoom")
            .field("places", &self.places.available_permits())
            .finish_non_exhaustive()
    }
}
