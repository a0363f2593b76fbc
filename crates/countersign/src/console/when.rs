//! Times and lengths of time, as pages show them. Times are in the zone that the person chose.

use std::time::Duration;

use countersign_core::time::Timestamp;
use countersign_core::zone::Zone;

/// A time: for programs as RFC 3339 in UTC, and for people in their zone.
#[derive(Debug, Clone)]
pub(super) struct Moment {
    pub(super) exact: String,
    pub(super) shown: String,
}

impl Moment {
    /// Shows `at` to the second.
    pub(super) fn of(at: Timestamp, zone: &Zone) -> Self {
        Self {
            exact: at.to_string(),
            shown: zone.second(at),
        }
    }

    /// Shows the time of day of `at` to the millisecond.
    pub(super) fn of_day(at: Timestamp, zone: &Zone) -> Self {
        Self {
            exact: at.to_string(),
            shown: zone.time_of_day(at),
        }
    }
}

/// The time from the start of a timeline to a step of it, such as `+0.412 s`.
pub(super) fn offset(from: Timestamp, to: Timestamp) -> String {
    let millis = from.until(to).as_millis();
    match millis {
        0..10_000 => format!("+{}.{:03} s", millis / 1_000, millis % 1_000),
        10_000..100_000 => format!("+{}.{} s", millis / 1_000, millis % 1_000 / 100),
        _ => format!("+{} s", millis / 1_000),
    }
}

/// The parts of a length of time that are worth saying: the largest unit, and how many of it, rounded down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Length {
    Seconds(u64),
    Minutes(u64),
    Hours(u64),
    Days(u64),
}

impl Length {
    /// The length of `span`.
    pub(super) const fn of(span: Duration) -> Self {
        let seconds = span.as_secs();
        match seconds {
            0..120 => Length::Seconds(seconds),
            120..7_200 => Length::Minutes(seconds / 60),
            7_200..172_800 => Length::Hours(seconds / 3_600),
            _ => Length::Days(seconds / 86_400),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        Timestamp::parse(text).unwrap()
    }

    #[test]
    fn a_time_is_shown_to_the_second_and_kept_exactly() {
        let (time, zone) = (at("2026-11-26T13:05:07.012Z"), Zone::parse("Asia/Tokyo"));
        let moment = Moment::of(time, zone.as_ref().unwrap());
        assert_eq!(moment.shown, "2026-11-26 22:05:07");
        assert_eq!(moment.exact, "2026-11-26T13:05:07.012Z");
        let of_day = Moment::of_day(time, &Zone::UTC);
        assert_eq!(of_day.shown, "13:05:07.012");
    }

    #[test]
    fn an_offset_has_the_digits_that_matter() {
        let start = at("2026-11-26T13:05:07.012Z");
        for (to, shown) in [
            ("2026-11-26T13:05:07.012Z", "+0.000 s"),
            ("2026-11-26T13:05:07.424Z", "+0.412 s"),
            ("2026-11-26T13:05:21.212Z", "+14.2 s"),
            ("2026-11-26T13:08:07.012Z", "+180 s"),
            ("2026-11-26T13:05:06.000Z", "+0.000 s"),
        ] {
            assert_eq!(offset(start, at(to)), shown);
        }
    }

    #[test]
    fn a_length_is_told_in_its_largest_unit() {
        for (seconds, length) in [
            (0, Length::Seconds(0)),
            (119, Length::Seconds(119)),
            (120, Length::Minutes(2)),
            (7_199, Length::Minutes(119)),
            (7_200, Length::Hours(2)),
            (172_800, Length::Days(2)),
        ] {
            assert_eq!(Length::of(Duration::from_secs(seconds)), length);
        }
    }
}
