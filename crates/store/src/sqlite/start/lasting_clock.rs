//! A clock that never runs behind the record.

use std::sync::Arc;
use std::time::Duration;

use countersign_core::time::{Clock, Timestamp};

/// The process's clock, moved ahead if the wall clock was set back over a restart. Without that, a minute
/// recorded "an hour ahead" would last an hour longer.
pub(crate) struct LastingClock {
    clock: Arc<dyn Clock>,
    ahead: Duration,
}

impl LastingClock {
    /// Makes a clock that shows the time of `clock`, moved ahead to start after `high_water`, the latest time
    /// on record, if it is behind that.
    pub(crate) fn starting_after(clock: Arc<dyn Clock>, high_water: Timestamp) -> Self {
        let mut ahead = clock.now().until(high_water);
        if !ahead.is_zero() {
            ahead += Duration::from_millis(1);
            tracing::warn!(
                ahead_ms = u64::try_from(ahead.as_millis()).unwrap_or(u64::MAX),
                "the clock is behind the newest record: time goes on from that record, and the codes of before are dead"
            );
        }
        Self { clock, ahead }
    }

    /// Returns how far this clock is ahead of the process's clock: zero, unless that was set back.
    pub(crate) fn ahead(&self) -> Duration {
        self.ahead
    }
}

impl Clock for LastingClock {
    fn now(&self) -> Timestamp {
        self.clock.now().after(self.ahead)
    }

    fn wall(&self) -> Timestamp {
        self.clock.wall()
    }
}
