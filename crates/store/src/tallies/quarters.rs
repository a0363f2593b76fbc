//! Which quarter of an hour is counted when: anew while it is [open](tally::OPEN), the newest every few seconds and older
//! ones less often, and once more when it closes.

use std::collections::HashMap;
use std::time::Duration;

use countersign_core::tally::{self, Span};
use countersign_core::time::Timestamp;

/// When each open quarter was last counted.
#[derive(Debug, Default)]
pub(crate) struct OpenQuarters(HashMap<Timestamp, Timestamp>);

impl OpenQuarters {
    /// Returns the open quarter from `oldest` on that has waited the longest for its turn at `now`, if one is due.
    pub(crate) fn due(&self, oldest: Timestamp, now: Timestamp) -> Option<Timestamp> {
        let mut quarter = Span::Quarter.start(now);
        let mut due: Option<(Timestamp, f64)> = None;
        while quarter >= oldest {
            let late = self.lateness(quarter, now);
            if late >= 1.0 && due.is_none_or(|(_, other)| late > other) {
                due = Some((quarter, late));
            }
            quarter = quarter.before(Span::Quarter.length());
        }
        due.map(|(quarter, _)| quarter)
    }

    /// Returns the time since the last count of an open quarter, in intervals.
    fn lateness(&self, quarter: Timestamp, now: Timestamp) -> f64 {
        let age = quarter.after(Span::Quarter.length()).until(now);
        let counted = self.0.get(&quarter);
        counted.map_or(f64::INFINITY, |counted| {
            counted.until(now).as_secs_f64() / interval(age).as_secs_f64()
        })
    }

    /// Notes that a quarter was counted at `now`.
    pub(crate) fn counted(&mut self, quarter: Timestamp, now: Timestamp) {
        self.0.insert(quarter, now);
    }

    /// Forgets the quarters before `time`, which are closed.
    pub(crate) fn close_before(&mut self, time: Timestamp) {
        self.0.retain(|quarter, _| *quarter >= time);
    }
}

/// The interval at which a quarter is counted anew, by the time that has passed since its end.
fn interval(age: Duration) -> Duration {
    const RECENT: Duration = Duration::from_secs(2 * 3600);
    Duration::from_secs(match age {
        Duration::ZERO => 5,
        age if age < RECENT => 60,
        _ => 3_600,
    })
}

/// Returns the end of the newest quarter that is closed at `now`, where quarters are open for so long.
pub(crate) fn closes_until(now: Timestamp, open: Duration) -> Timestamp {
    Span::Quarter.start(now.before(open))
}

/// Returns the time from which on quarters are kept: all of a day whose counts are not on record yet, which begin at
/// `days_until`.
pub(crate) fn kept_from(now: Timestamp, days_until: Timestamp) -> Timestamp {
    let young = Span::Day.start(now.before(tally::QUARTERS_KEPT));
    young.min(days_until)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_quarter_comes_every_few_seconds_and_an_older_one_in_its_turn() {
        let at = |text| Timestamp::parse(text).unwrap();
        let (now, oldest) = (at("2026-11-21T20:13:00Z"), at("2026-11-21T19:45:00Z"));
        let newest = at("2026-11-21T20:00:00Z");
        let mut quarters = OpenQuarters::default();
        for expected in [newest, at("2026-11-21T19:45:00Z")] {
            assert_eq!(quarters.due(oldest, now), Some(expected));
            quarters.counted(expected, now);
        }
        assert_eq!(quarters.due(oldest, now), None);
        let later = now.after(Duration::from_secs(59));
        assert_eq!(quarters.due(oldest, later), Some(newest));
        quarters.counted(newest, later);
        let later = now.after(Duration::from_secs(60));
        assert_eq!(quarters.due(oldest, later), Some(oldest));
        assert_eq!(quarters.due(newest, later), None, "the older one is closed");
    }
}
