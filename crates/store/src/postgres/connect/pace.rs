//! The pace of attempts to reach a database that does not answer.

use std::hash::{BuildHasher as _, RandomState};
use std::time::Duration;

use tokio::time::Instant;

/// The mean pause after the first failed attempt. It doubles with each one.
const FIRST: Duration = Duration::from_millis(50);

/// The longest mean pause.
const LONGEST: Duration = Duration::from_millis(1_600);

/// The attempts of one session. However many callers wait for it, it tries rarely, and at other moments than other sessions
/// and nodes, so that a database which comes back is not overrun.
#[derive(Debug, Default)]
pub(crate) struct Pace {
    failed: u32,
    next: Option<Instant>,
}

impl Pace {
    /// Returns whether it is time for an attempt.
    pub(super) fn may_try(&self, now: Instant) -> bool {
        self.next.is_none_or(|next| now >= next)
    }

    /// Counts an attempt that failed. Returns the pause until the next one.
    pub(crate) fn failed(&mut self, now: Instant) -> Duration {
        let doubled = FIRST.saturating_mul(2_u32.saturating_pow(self.failed));
        self.failed = self.failed.saturating_add(1);
        let pause = apart(doubled.min(LONGEST));
        self.next = Some(now + pause);
        pause
    }

    pub(crate) fn succeeded(&mut self) {
        *self = Self::default();
    }
}

/// Returns a pause from half of `mean` to one and a half. The choice needs to differ between nodes, and to be no secret.
fn apart(mean: Duration) -> Duration {
    let random = RandomState::new().hash_one(());
    let thousandth = u32::try_from(random % 1_001).unwrap_or_default();
    mean / 2 + mean * thousandth / 1_000
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_and_end_with_the_first_success() {
        let (mut pace, mut now) = (Pace::default(), Instant::now());
        assert!(pace.may_try(now));
        let mut means = Vec::new();
        for _ in 0..8 {
            let pause = pace.failed(now);
            assert!(!pace.may_try(now));
            now += pause;
            assert!(pace.may_try(now));
            means.push(pause);
        }
        let bounds = [50, 100, 200, 400, 800, 1_600, 1_600, 1_600].map(Duration::from_millis);
        for (pause, mean) in means.iter().zip(bounds) {
            assert!(*pause >= mean / 2 && *pause <= mean * 3 / 2, "{pause:?}");
        }
        pace.succeeded();
        assert!(pace.may_try(now));
    }
}
