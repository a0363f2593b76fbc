//! The machine's own clock and random source: the only readings of either.

use countersign_core::entropy::{Entropy, EntropyError};
use countersign_core::time::{Clock, Timestamp};
use rustix::time::{ClockId, clock_gettime};

/// The wall clock as it stood at start, advanced by time that really passed.
///
/// Stepping the wall clock moves nothing: no minute shrinks or stretches, no code outlives its life.
/// Time in which the machine was suspended counts.
#[derive(Debug)]
pub struct SystemClock {
    wall_at_start: i64,
    passed_at_start: i64,
}

#[cfg(target_os = "linux")]
const PASSING: ClockId = ClockId::Boottime;
#[cfg(not(target_os = "linux"))]
const PASSING: ClockId = ClockId::Monotonic;

impl SystemClock {
    /// A clock that agrees with the wall clock now.
    #[must_use]
    pub fn start() -> Self {
        Self {
            wall_at_start: millis(ClockId::Realtime),
            passed_at_start: millis(PASSING),
        }
    }
}

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        let passed = millis(PASSING) - self.passed_at_start;
        Timestamp::from_millis(self.wall_at_start + passed)
    }
}

fn millis(clock: ClockId) -> i64 {
    let time = clock_gettime(clock);
    time.tv_sec * 1_000 + time.tv_nsec / 1_000_000
}

/// The operating system's random source.
#[derive(Debug)]
pub struct OsEntropy;

impl Entropy for OsEntropy {
    #[expect(clippy::disallowed_methods, reason = "this is the one place that asks")]
    fn fill(&self, buffer: &mut [u8]) -> Result<(), EntropyError> {
        getrandom::fill(buffer).map_err(|_| EntropyError)
    }
}
