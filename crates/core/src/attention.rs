//! What an operator should look at, before somebody complains.

use std::time::Duration;

use crate::limit::QuotaUse;
use crate::tally::{Span, Tally};
use crate::time::Timestamp;

/// The time before its end at which a test number should be renewed or let go.
pub const BEFORE_TEST_NUMBER_ENDS: Duration = Duration::from_hours(7 * 24);

/// The fewest messages of a time that a share is taken of.
const LEAST: u64 = 50;

/// The fewest messages for which it means anything that none was reported.
const LEAST_REPORTED: u64 = 10;

/// The time in which a vendor reports what became of a message.
const TO_REPORT: Duration = Duration::from_secs(15 * 60);

/// Returns whether the share of messages whose code was used has fallen by a third or more, from the time `before` to the time
/// `now`. Fewer than 50 messages of a time say nothing.
#[must_use]
pub fn conversion_fell(now: &Tally, before: &Tally) -> bool {
    let is_enough = now.admitted >= LEAST && before.admitted >= LEAST && before.verified > 0;
    let product = |one: u64, other: u64| u128::from(one) * u128::from(other);
    is_enough
        && product(now.verified, before.admitted) * 3 <= product(before.verified, now.admitted) * 2
}

/// Returns the hour of decisions whose messages a vendor has had time to report on at `now`, in whole quarters.
#[must_use]
pub fn reported_hour(now: Timestamp) -> (Timestamp, Timestamp) {
    let to = Span::Quarter.start(now.before(TO_REPORT));
    (to.before(Span::Hour.length()), to)
}

/// Returns whether a vendor took messages of [that hour](reported_hour), ten at least, and reported on none.
#[must_use]
pub fn reports_stopped(hour: &Tally) -> bool {
    hour.accepted >= LEAST_REPORTED && hour.delivered + hour.failed == 0
}

/// Returns whether more than four fifths of a quota are used.
#[must_use]
pub fn is_nearly_used(quota: &QuotaUse) -> bool {
    quota.share() > 0.8
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limit::Counts;

    fn of(admitted: u64, verified: u64) -> Tally {
        Tally {
            admitted,
            verified,
            ..Tally::default()
        }
    }

    #[test]
    fn a_conversion_falls_by_a_third_at_least_and_of_enough_messages() {
        let before = of(700, 630);
        for (now, fell) in [
            (of(100, 60), true),
            (of(100, 61), false),
            (of(100, 0), true),
            (of(50, 30), true),
            (of(49, 0), false),
            (of(0, 0), false),
        ] {
            assert_eq!(conversion_fell(&now, &before), fell, "{now:?}");
        }
        assert!(
            !conversion_fell(&of(100, 0), &of(100, 0)),
            "nothing to lose"
        );
        assert!(!conversion_fell(&of(100, 0), &of(49, 49)));
    }

    #[test]
    fn reports_have_a_quarter_of_an_hour_to_come() {
        let now = Timestamp::parse("2026-11-21T20:14:59.000Z").unwrap();
        let (from, to) = reported_hour(now);
        assert_eq!(from.to_string(), "2026-11-21T18:45:00.000Z");
        assert_eq!(to.to_string(), "2026-11-21T19:45:00.000Z");
        let taken = |accepted, delivered, failed| Tally {
            accepted,
            delivered,
            failed,
            ..Tally::default()
        };
        assert!(reports_stopped(&taken(10, 0, 0)));
        for hour in [taken(9, 0, 0), taken(10, 1, 0), taken(10, 0, 1)] {
            assert!(!reports_stopped(&hour), "{hour:?}");
        }
    }

    #[test]
    fn a_quota_is_nearly_used_above_four_fifths() {
        let used = |count| {
            is_nearly_used(&QuotaUse {
                limit: "budget".to_owned(),
                app: None,
                counts: Counts::Messages,
                count,
                max: 1_000,
            })
        };
        assert!(!used(800) && used(801) && used(2_000));
    }
}
