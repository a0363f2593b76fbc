//! The clock of a simulation.

use std::sync::atomic::{AtomicI64, Ordering};

use countersign_core::time::{Clock, Timestamp};

/// A clock that stands still between the acts of a simulation.
#[derive(Debug)]
pub(super) struct VirtualClock(AtomicI64);

impl VirtualClock {
    /// Makes a clock that shows `now`.
    pub(super) const fn at(now: Timestamp) -> Self {
        Self(AtomicI64::new(now.as_millis()))
    }

    /// Moves the clock forward to `now`. It never goes backwards.
    pub(super) fn set(&self, now: Timestamp) {
        self.0.fetch_max(now.as_millis(), Ordering::SeqCst);
    }
}

impl Clock for VirtualClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.0.load(Ordering::SeqCst))
    }
}
