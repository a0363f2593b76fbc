//! A clock that never runs behind what is on record.

use std::sync::Arc;
use std::time::Duration;

use countersign_core::time::{Clock, Timestamp};

/// The process's clock, moved ahead where the wall clock was set back over a restart. Without
/// that, a minute recorded "an hour ahead" would last an hour longer.
pub(crate) struct LastingClock {
    clock: Arc<dyn Clock>,
    ahead: Duration,
}

impl LastingClock {
    /// `clock`, but starting no earlier than `high_water`, the latest time on record.
    pub(crate) fn starting_at_least(clock: Arc<dyn Clock>, high_water: Timestamp) -> Self {
        let ahead = clock.now().until(high_water);
        if ahead > Duration::from_secs(1) {
            tracing::warn!(
                ahead_ms = u64::try_from(ahead.as_millis()).unwrap_or(u64::MAX),
                "the wall clock is behind the newest record; time goes on from that record"
            );
        }
        Self { clock, ahead }
    }
}

impl Clock for LastingClock {
    fn now(&self) -> Timestamp {
        self.clock.now().after(self.ahead)
    }
}
