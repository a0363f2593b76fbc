//! Days and times of day in the time zone of a person.

use std::fmt;

use jiff::civil::Date;
use jiff::tz::{self, TimeZone};
use jiff::{ToSpan as _, Zoned};

use crate::time::Timestamp;

/// A time zone of the IANA database, such as `Asia/Shanghai`. The database is part of the program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Zone(TimeZone);

/// A day of the calendar, in no zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Day(Date);

impl Default for Zone {
    fn default() -> Self {
        Self::UTC
    }
}

impl Zone {
    /// Coordinated universal time.
    pub const UTC: Self = Self(TimeZone::UTC);

    /// Reads the name of a zone; `None` where the database has none of this name.
    ///
    /// ```
    /// # use countersign_core::zone::Zone;
    /// assert_eq!(Zone::parse("Asia/Shanghai").unwrap().name(), "Asia/Shanghai");
    /// assert_eq!(Zone::parse("Asia/Atlantis"), None);
    /// ```
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        if name == "UTC" {
            return Some(Self::UTC);
        }
        let zone = tz::db().get(name).ok()?;
        (zone.iana_name() == Some(name)).then_some(Self(zone))
    }

    /// Returns the name.
    #[must_use]
    pub fn name(&self) -> &str {
        self.0.iana_name().unwrap_or("UTC")
    }

    /// Returns the names of the zones that people live in, by region and city: UTC first.
    #[must_use]
    pub fn names() -> Vec<String> {
        let all = tz::db().available().map(|name| name.to_string());
        let is_city = |name: &String| {
            let region = name.split_once('/').map(|(region, _)| region);
            region.is_some_and(|region| REGIONS.contains(&region))
        };
        let mut names: Vec<_> = all.filter(is_city).collect();
        names.sort();
        names.insert(0, "UTC".to_owned());
        names
    }

    /// Returns the day and the time of day at `at`, to the second, such as `2026-11-26 13:05:07`.
    #[must_use]
    pub fn second(&self, at: Timestamp) -> String {
        match self.zoned(at) {
            Some(zoned) => format!("{} {}", zoned.date(), of_day(&zoned)),
            None => at.to_string(),
        }
    }

    /// Returns the time of day at `at` to the millisecond, such as `13:05:07.012`.
    #[must_use]
    pub fn time_of_day(&self, at: Timestamp) -> String {
        match self.zoned(at) {
            Some(zoned) => format!("{}.{:03}", of_day(&zoned), zoned.millisecond()),
            None => at.to_string(),
        }
    }

    /// Returns the hour of the day at `at`, such as `13:00`.
    #[must_use]
    pub fn hour(&self, at: Timestamp) -> String {
        match self.zoned(at) {
            Some(zoned) => format!("{:02}:{:02}", zoned.hour(), zoned.minute()),
            None => at.to_string(),
        }
    }

    /// Returns the day at `at`.
    #[must_use]
    pub fn day(&self, at: Timestamp) -> Day {
        self.zoned(at)
            .map_or(Day(Date::ZERO), |zoned| Day(zoned.date()))
    }

    /// Returns the first moment of a day. A day has 23 hours or 25 where clocks are changed.
    #[must_use]
    pub fn start_of(&self, day: Day) -> Timestamp {
        let midnight = self.0.to_ambiguous_zoned(day.0.at(0, 0, 0, 0));
        let start = midnight.compatible();
        start.map_or(Timestamp::default(), |start| {
            Timestamp::from_millis(start.timestamp().as_millisecond())
        })
    }

    fn zoned(&self, at: Timestamp) -> Option<Zoned> {
        let at = jiff::Timestamp::from_millisecond(at.as_millis()).ok()?;
        Some(at.to_zoned(self.0.clone()))
    }
}

/// The regions that the database names zones of people by. Other names are old ones, or are no places.
const REGIONS: [&str; 10] = [
    "Africa",
    "America",
    "Antarctica",
    "Arctic",
    "Asia",
    "Atlantic",
    "Australia",
    "Europe",
    "Indian",
    "Pacific",
];

fn of_day(zoned: &Zoned) -> String {
    let (hour, minute, second) = (zoned.hour(), zoned.minute(), zoned.second());
    format!("{hour:02}:{minute:02}:{second:02}")
}

impl Day {
    /// Reads a day such as `2026-11-26`, from 1970 to 9000; `None` for anything else.
    ///
    /// ```
    /// # use countersign_core::zone::Day;
    /// assert_eq!(Day::parse("2026-02-28").unwrap().next().to_string(), "2026-03-01");
    /// assert_eq!(Day::parse("2026-02-29"), None);
    /// assert_eq!(Day::parse("20260228"), None);
    /// ```
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let is_of_day = |(place, c): (usize, char)| match place {
            4 | 7 => c == '-',
            _ => c.is_ascii_digit(),
        };
        let is_day = text.len() == 10 && text.char_indices().all(is_of_day);
        let day: Date = is_day.then(|| text.parse().ok())??;
        (1970..=9000).contains(&day.year()).then_some(Self(day))
    }

    /// Returns the day after this one.
    #[must_use]
    pub fn next(self) -> Self {
        Self(self.0.saturating_add(1.day()))
    }

    /// Returns the day so many days before this one.
    #[must_use]
    pub fn back(self, days: u16) -> Self {
        Self(self.0.saturating_sub(i64::from(days).days()))
    }

    /// Returns how many days lie between this day and a later one; none where that is not later.
    #[must_use]
    pub fn until(self, later: Self) -> u32 {
        let days = later.0.duration_since(self.0).as_hours() / 24;
        u32::try_from(days).unwrap_or_default()
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn at(text: &str) -> Timestamp {
        Timestamp::parse(text).unwrap()
    }

    fn day(text: &str) -> Day {
        Day::parse(text).unwrap()
    }

    #[test]
    fn a_time_is_shown_in_its_zone() {
        let time = at("2026-11-26T20:05:07.012Z");
        for (zone, second, of_day) in [
            ("UTC", "2026-11-26 20:05:07", "20:05:07.012"),
            ("Asia/Shanghai", "2026-11-27 04:05:07", "04:05:07.012"),
            ("Asia/Kathmandu", "2026-11-27 01:50:07", "01:50:07.012"),
            ("America/New_York", "2026-11-26 15:05:07", "15:05:07.012"),
        ] {
            let zone = Zone::parse(zone).unwrap();
            assert_eq!(zone.second(time), second);
            assert_eq!(zone.time_of_day(time), of_day);
            assert_eq!(zone.day(time).to_string(), second[..10]);
        }
    }

    #[test]
    fn a_day_ends_where_the_next_one_starts_whatever_clocks_do() {
        let zone = Zone::parse("Europe/Berlin").unwrap();
        for (text, hours) in [("2026-03-28", 24), ("2026-03-29", 23), ("2026-10-25", 25)] {
            let (start, end) = (zone.start_of(day(text)), zone.start_of(day(text).next()));
            assert_eq!(
                start.until(end),
                Duration::from_secs(hours * 3_600),
                "{text}"
            );
            assert_eq!(zone.day(start), day(text));
            assert_eq!(zone.day(end.before(Duration::from_millis(1))), day(text));
        }
        // In Beirut the clocks of this night go from midnight to one.
        let zone = Zone::parse("Asia/Beirut").unwrap();
        let start = zone.start_of(day("2026-03-29"));
        assert_eq!(zone.second(start), "2026-03-29 01:00:00");
    }

    #[test]
    fn every_name_that_is_offered_is_read() {
        let names = Zone::names();
        assert!(names.len() > 300 && names[0] == "UTC");
        for name in &names {
            assert_eq!(Zone::parse(name).unwrap().name(), name);
        }
        assert_eq!(Zone::parse("asia/shanghai"), None, "one spelling each");
    }

    #[test]
    fn days_are_counted() {
        assert_eq!(day("2026-11-30").until(day("2026-12-02")), 2);
        assert_eq!(day("2026-11-30").until(day("2026-11-02")), 0);
        assert_eq!(day("2026-03-01").back(1), day("2026-02-28"));
    }
}
