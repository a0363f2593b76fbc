//! Wrong guesses about a phone number, over all applications, channels and codes.

use std::time::Duration;

use crate::time::Timestamp;

/// The number of wrong guesses about one number that a [caller](super::check::Caller) is allowed.
///
/// Resends, restarts and other callers do not reset it. Wrong guesses of both callers count together. The
/// application's own servers have a larger budget than the public, so strangers can spend the public part only.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FailureBudget {
    /// The maximum in a rolling hour.
    pub hour: u32,
    /// The maximum in rolling 24 hours.
    pub day: u32,
    /// The maximum of consecutive wrong guesses. A right guess of the application's own server and an
    /// operator's unlock restart the count.
    pub in_a_row: u32,
}

impl FailureBudget {
    /// The budget of anyone with an application id.
    pub const PUBLIC: Self = Self {
        hour: 10,
        day: 20,
        in_a_row: 80,
    };

    /// The budget of an application's own servers: the public part and a reserve beyond it. NIST SP 800-63B
    /// allows 100 consecutive failures.
    pub const WITH_RESERVE: Self = Self {
        hour: 15,
        day: 30,
        in_a_row: 100,
    };
}

/// The wrong guesses about a number, as a ledger counts them at one moment.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Failures {
    /// The consecutive wrong guesses that were compared with a code.
    pub in_a_row: u32,
    /// The latest time until which one of the check's rules refuses; `None` if no rule refuses.
    pub refused_until: Option<Timestamp>,
}

impl Failures {
    /// Returns `Some` if a check that allows `most_in_a_row` consecutive wrong guesses is locked at `now`, with
    /// the time until the lock ends by itself. `Some(None)`: only a right guess of the application's server or
    /// an unlock ends it.
    #[must_use]
    pub fn locked(&self, most_in_a_row: u32, now: Timestamp) -> Option<Option<Duration>> {
        if self.in_a_row >= most_in_a_row {
            return Some(None);
        }
        self.refused_until.map(|until| Some(now.until(until)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn too_many_in_a_row_lock_without_an_end_and_a_refusing_rule_until_it_allows() {
        let now = Timestamp::from_millis(1_000);
        let failures = |in_a_row, refused_until| Failures {
            in_a_row,
            refused_until,
        };
        assert_eq!(failures(79, None).locked(80, now), None);
        assert_eq!(failures(80, Some(now)).locked(80, now), Some(None));
        let until = now.after(Duration::from_secs(9));
        let wait = Some(Some(Duration::from_secs(9)));
        assert_eq!(failures(3, Some(until)).locked(80, now), wait);
    }
}
