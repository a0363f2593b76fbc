//! The one place of the bench that asks for the time.
#![expect(clippy::disallowed_methods, reason = "a benchmark measures real time")]

use std::time::{Instant, SystemTime, UNIX_EPOCH};

use countersign_core::time::Timestamp;

pub(crate) fn now() -> Instant {
    Instant::now()
}

/// The wall clock, as the services under test see it.
pub(crate) fn today() -> Timestamp {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    Timestamp::from_millis(i64::try_from(since.as_millis()).unwrap_or_default())
}
