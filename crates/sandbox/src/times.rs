//! Times as vendors write them.

use jiff::Timestamp;
use jiff::tz::{Offset, TimeZone};

/// In Beijing, where vendors keep their clocks, by this format of `strftime`.
pub(crate) fn beijing(at: Timestamp, format: &str) -> String {
    let zone = TimeZone::fixed(Offset::constant(8));
    at.to_zoned(zone).strftime(format).to_string()
}

/// `2026-01-02 11:04:05` in Beijing.
pub(crate) fn beijing_time(at: Timestamp) -> String {
    beijing(at, "%Y-%m-%d %H:%M:%S")
}

/// The day in UTC, such as `2026-01-02`.
pub(crate) fn utc_day(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d").to_string()
}

/// Reads `2026-01-02T03:04:05Z` and no other form.
pub(crate) fn parse_utc(text: &str) -> Option<Timestamp> {
    let punctuated = text.len() == 20 && text.ends_with('Z') && text.get(10..11) == Some("T");
    text.parse().ok().filter(|_| punctuated)
}

/// Reads Unix seconds.
pub(crate) fn parse_seconds(text: &str) -> Option<Timestamp> {
    Timestamp::from_second(text.parse().ok()?).ok()
}

/// How many seconds lie between them, either way.
pub(crate) fn seconds_between(one: Timestamp, other: Timestamp) -> u64 {
    (one.as_millisecond() - other.as_millisecond()).unsigned_abs() / 1_000
}

/// Later, by so many seconds.
pub(crate) fn later(at: Timestamp, seconds: i64) -> Timestamp {
    Timestamp::from_millisecond(at.as_millisecond() + seconds * 1_000).unwrap_or(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_those_of_beijing() {
        let at = parse_utc("2026-01-02T03:04:05Z").unwrap();
        assert_eq!(beijing_time(at), "2026-01-02 11:04:05");
        assert_eq!(beijing(at, "%y%m%d%H%M"), "2601021104");
        assert_eq!(parse_seconds("1767323045"), Some(at));
    }

    #[test]
    fn a_date_has_one_form() {
        for other in ["2026-01-02T03:04:05+00:00", "2026-01-02 03:04:05Z", "now"] {
            assert_eq!(parse_utc(other), None, "{other}");
        }
    }
}
