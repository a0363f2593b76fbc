//! The range of time that a page is about, as its address names it: `range=24h`, or `from=2026-11-01&to=2026-11-30`.

use std::time::Duration;

use countersign_core::time::Timestamp;
use countersign_core::zone::{Day, Zone};

/// A range of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Range {
    /// Everything on record.
    All,
    /// The time up to now.
    Last(Last),
    /// From a day to a day, both included, in the person's zone; one of them may be open.
    Days { from: Option<Day>, to: Option<Day> },
}

/// A length of time up to now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Last {
    Day,
    Week,
    Month,
}

impl Last {
    pub(super) const ALL: [Last; 3] = [Last::Day, Last::Week, Last::Month];

    /// The name in addresses.
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Last::Day => "24h",
            Last::Week => "7d",
            Last::Month => "30d",
        }
    }

    /// The length in days.
    pub(super) const fn days(self) -> u32 {
        match self {
            Last::Day => 1,
            Last::Week => 7,
            Last::Month => 30,
        }
    }

    /// The length.
    pub(super) fn length(self) -> Duration {
        Duration::from_secs(24 * 3_600) * self.days()
    }
}

impl Range {
    /// Reads the parts of an address. Days hold where they are named, whatever `range` says.
    ///
    /// # Errors
    /// The name of the part that is no day; `to` where it is a day before `from`.
    pub(super) fn read(range: &str, from: &str, to: &str) -> Result<Self, &'static str> {
        let day = |name, text: &str| match text {
            "" => Ok(None),
            _ => Day::parse(text).map(Some).ok_or(name),
        };
        let (from, to) = (day("from", from)?, day("to", to)?);
        if from.is_some() || to.is_some() {
            let is_turned = from.zip(to).is_some_and(|(from, to)| to < from);
            return match is_turned {
                true => Err("to"),
                false => Ok(Range::Days { from, to }),
            };
        }
        let last = Last::ALL.into_iter().find(|last| last.as_str() == range);
        Ok(last.map_or(Range::All, Range::Last))
    }

    /// The parts of the address that name the range.
    pub(super) fn parts(self) -> Vec<(&'static str, String)> {
        match self {
            Range::All => Vec::new(),
            Range::Last(last) => vec![("range", last.as_str().to_owned())],
            Range::Days { from, to } => {
                let day = |name, day: Option<Day>| Some((name, day?.to_string()));
                [day("from", from), day("to", to)]
                    .into_iter()
                    .flatten()
                    .collect()
            }
        }
    }

    /// The first moment of the range, and the one with which it is over.
    pub(super) fn times(
        self,
        zone: &Zone,
        now: Timestamp,
    ) -> (Option<Timestamp>, Option<Timestamp>) {
        match self {
            Range::All => (None, None),
            Range::Last(last) => (Some(now.before(last.length())), None),
            Range::Days { from, to } => (
                from.map(|day| zone.start_of(day)),
                to.map(|day| zone.start_of(day.next())),
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_is_read_as_it_is_written() {
        for (range, from, to) in [
            ("", "", ""),
            ("24h", "", ""),
            ("30d", "", ""),
            ("", "2026-11-01", ""),
            ("", "", "2026-11-30"),
            ("", "2026-11-01", "2026-11-30"),
            ("", "2026-11-01", "2026-11-01"),
        ] {
            let read = Range::read(range, from, to).unwrap();
            let given = [("range", range), ("from", from), ("to", to)];
            let given = given.into_iter().filter(|(_, value)| !value.is_empty());
            let given: Vec<_> = given
                .map(|(name, value)| (name, value.to_owned()))
                .collect();
            assert_eq!(read.parts(), given);
        }
        assert_eq!(Range::read("7h", "", ""), Ok(Range::All));
        assert_eq!(Range::read("", "yesterday", ""), Err("from"));
        assert_eq!(Range::read("", "", "2026-11-31"), Err("to"));
        assert_eq!(Range::read("", "2026-11-02", "2026-11-01"), Err("to"));
        let days = Range::read("24h", "2026-11-02", "").unwrap();
        assert!(matches!(
            days,
            Range::Days {
                from: Some(_),
                to: None
            }
        ));
    }

    #[test]
    fn both_days_belong_to_the_range() {
        let zone = Zone::parse("Asia/Shanghai").unwrap();
        let range = Range::read("", "2026-11-01", "2026-11-30").unwrap();
        let at = |text| Timestamp::parse(text);
        let times = range.times(&zone, Timestamp::default());
        assert_eq!(
            times,
            (at("2026-10-31T16:00:00Z"), at("2026-11-30T16:00:00Z"))
        );
    }
}
