//! Says in the log when the clock of the service and the wall clock are apart.
//!
//! The service measures by a clock of its own, which nobody can set (`docs/decisions/0002-time.md`). Where the wall clock
//! was wrong when that began, or was set since, times in timelines are wrong by as much.

use std::sync::Arc;
use std::time::Duration;

use countersign_core::time::Clock;
use tokio_util::task::AbortOnDropHandle;

/// The distance from which on the clocks are apart, in milliseconds.
pub(crate) const APART: i64 = 30_000;

/// The pause between two looks.
const PAUSE: Duration = Duration::from_secs(5);

/// Warns once when the clocks are apart, again when the distance has changed by as much, and says when they agree. Call
/// this within a tokio runtime; it goes on until the value is dropped.
pub fn watch(clock: Arc<dyn Clock>) -> AbortOnDropHandle<()> {
    AbortOnDropHandle::new(tokio::spawn(async move {
        let mut told = Told::default();
        loop {
            let ahead = clock.now().as_millis() - clock.wall().as_millis();
            match told.news(ahead) {
                None => {}
                Some(0) => tracing::info!("the wall clock and the clock of the service agree"),
                Some(ahead) => tracing::warn!(
                    ahead_seconds = ahead / 1_000,
                    "the clock of the service is apart from the wall clock: minutes and lives go by the former, tokens and \
                     signatures by the latter"
                ),
            }
            tokio::time::sleep(PAUSE).await;
        }
    }))
}

/// The distance that was told last, in milliseconds; 0 where the clocks agreed.
#[derive(Debug, Default)]
struct Told(i64);

impl Told {
    /// Returns the distance to tell, if it is news: 0 where the clocks agree again.
    fn news(&mut self, ahead: i64) -> Option<i64> {
        let ahead = if ahead.abs() < APART { 0 } else { ahead };
        if ahead.abs_diff(self.0) < APART.unsigned_abs() {
            return None;
        }
        self.0 = ahead;
        Some(ahead)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_distance_is_told_once_and_again_when_it_changes() {
        let mut told = Told::default();
        for (ahead, news) in [
            (0, None),
            (29_999, None),
            (-30_000, Some(-30_000)),
            (-45_000, None),
            (-60_000, Some(-60_000)),
            (3_600_000, Some(3_600_000)),
            (3_600_000, None),
            (12, Some(0)),
            (-12, None),
        ] {
            assert_eq!(told.news(ahead), news, "{ahead}");
        }
    }
}
