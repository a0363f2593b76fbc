//! Points in time, and the clock that tells the time.

use std::fmt;
use std::time::Duration;

/// A point in time: whole milliseconds since the Unix epoch, UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Timestamp(i64);

impl Timestamp {
    /// Takes milliseconds since the Unix epoch.
    #[must_use]
    pub const fn from_millis(millis: i64) -> Self {
        Self(millis)
    }

    /// Reads an RFC 3339 time; `None` for anything else.
    ///
    /// ```
    /// # use countersign_core::time::Timestamp;
    /// let time = Timestamp::parse("2023-11-15T06:13:20.12+08:00").unwrap();
    /// assert_eq!(time.as_millis(), 1_700_000_000_120);
    /// assert_eq!(Timestamp::parse("2023-11-15"), None);
    /// ```
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let time: jiff::Timestamp = text.parse().ok()?;
        Some(Self(time.as_millisecond()))
    }

    /// Reads a date as HTTP writes it; `None` for anything else.
    ///
    /// ```
    /// # use countersign_core::time::Timestamp;
    /// let time = Timestamp::parse_http_date("Tue, 14 Nov 2023 22:13:20 GMT").unwrap();
    /// assert_eq!(time.as_millis(), 1_700_000_000_000);
    /// assert_eq!(Timestamp::parse_http_date("Mon, 14 Nov 2023 22:13:20 GMT"), None, "it was a Tuesday");
    /// ```
    #[must_use]
    pub fn parse_http_date(text: &str) -> Option<Self> {
        let parser = jiff::fmt::rfc2822::DateTimeParser::new();
        let time = parser.parse_timestamp(text).ok()?;
        Some(Self(time.as_millisecond()))
    }

    /// Returns the milliseconds since the Unix epoch.
    #[must_use]
    pub const fn as_millis(self) -> i64 {
        self.0
    }

    /// Returns this point moved into the future; saturates at the end of time.
    #[must_use]
    pub fn after(self, span: Duration) -> Self {
        Self(self.0.saturating_add(millis(span)))
    }

    /// Returns this point moved into the past; saturates at the beginning of time.
    #[must_use]
    pub fn before(self, span: Duration) -> Self {
        Self(self.0.saturating_sub(millis(span)))
    }

    /// Returns the time between two points, in either order.
    #[must_use]
    pub fn distance(self, other: Timestamp) -> Duration {
        Duration::from_millis(self.0.abs_diff(other.0))
    }

    /// Returns the time until `later`; zero if that is not in the future.
    #[must_use]
    pub fn until(self, later: Timestamp) -> Duration {
        Duration::from_millis(u64::try_from(later.0.saturating_sub(self.0)).unwrap_or(0))
    }
}

/// Writes RFC 3339 in UTC, with milliseconds.
///
/// ```
/// # use countersign_core::time::Timestamp;
/// assert_eq!(Timestamp::from_millis(1_700_000_000_120).to_string(), "2023-11-14T22:13:20.120Z");
/// ```
impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match jiff::Timestamp::from_millisecond(self.0) {
            Ok(time) => write!(f, "{time:.3}"),
            // A year beyond those that the calendar knows.
            Err(_) => write!(f, "{} ms", self.0),
        }
    }
}

fn millis(span: Duration) -> i64 {
    i64::try_from(span.as_millis()).unwrap_or(i64::MAX)
}

/// Tells the time. Every reading of the clock in Countersign goes through an implementation of this trait.
///
/// An implementation never goes backwards while the process runs, and it advances at the rate of real time,
/// even when the wall clock is set.
pub trait Clock: Send + Sync + 'static {
    /// Returns the time.
    fn now(&self) -> Timestamp;

    /// Returns the time that the rest of the world goes by: for what is said to others, and what they say. It can be set,
    /// forward and back, so no span of time is measured by it.
    fn wall(&self) -> Timestamp {
        self.now()
    }

    /// Returns whether the clock has counted all the time that passed since it last told the time for the same
    /// record. It returns false after the machine booted, since then only the wall clock tells the time.
    fn is_continuous(&self) -> bool {
        true
    }
}
