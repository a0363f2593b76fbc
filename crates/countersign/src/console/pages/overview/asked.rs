//! The range of time that the overview is about.

use countersign_core::time::Timestamp;
use url::form_urlencoded;

use crate::console::entry::Visit;
use crate::console::range::{Last, Range};

/// The most days of a range: two years.
const MOST_DAYS: u32 = 731;

/// The range that a page is about.
pub(super) struct Asked {
    pub(super) range: Range,
    pub(super) from: Timestamp,
    pub(super) to: Timestamp,
    /// The start of the range of the same length before.
    pub(super) before: Timestamp,
    pub(super) days: u32,
}

impl Asked {
    /// The time up to now.
    pub(super) fn last(last: Last, now: Timestamp) -> Self {
        Self {
            range: Range::Last(last),
            from: now.before(last.length()),
            to: now,
            before: now.before(last.length() * 2),
            days: last.days(),
        }
    }

    /// The range that the address names: the last 24 hours where it names none.
    ///
    /// # Errors
    /// The field that is wrong.
    pub(super) fn read(visit: &Visit) -> Result<Self, &'static str> {
        let named = Range::read(visit.asked("range"), visit.asked("from"), visit.asked("to"))?;
        let (zone, now) = (visit.zone(), visit.now);
        let (from, to) = match named {
            Range::All => return Ok(Self::last(Last::Day, now)),
            Range::Last(last) => return Ok(Self::last(last, now)),
            Range::Days { from, to } => {
                let to = to.unwrap_or_else(|| zone.day(now).max(from.unwrap_or(zone.day(now))));
                (from.unwrap_or(to), to)
            }
        };
        let days = from.until(to) + 1;
        if days > MOST_DAYS {
            return Err("from");
        }
        let before = from.back(u16::try_from(days).unwrap_or(u16::MAX));
        Ok(Self {
            range: Range::Days {
                from: Some(from),
                to: Some(to),
            },
            from: zone.start_of(from),
            to: zone.start_of(to.next()),
            before: zone.start_of(before),
            days,
        })
    }

    /// The parts of the address that name the range.
    pub(super) fn parts(&self) -> Vec<(&'static str, String)> {
        match self.range {
            Range::Last(Last::Day) => Vec::new(),
            range => range.parts(),
        }
    }

    /// The address of the range on the page `path`.
    pub(super) fn address(&self, path: &str) -> String {
        address(path, &self.parts())
    }
}

pub(super) fn address(path: &str, parts: &[(&str, String)]) -> String {
    match parts.is_empty() {
        true => path.to_owned(),
        false => {
            let query = form_urlencoded::Serializer::new(String::new())
                .extend_pairs(parts)
                .finish();
            format!("{path}?{query}")
        }
    }
}
