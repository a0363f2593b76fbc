//! Retention: how long what happened stays on record.
//!
//! Messages go by whole days, UTC: with their attempts and reports, once their day is older than
//! [`Retention::messages`] and counted ([`tally`]). Events of codes (checks, unlocks) go likewise after
//! [`Retention::security`]. What a limit or a budget of guesses counts never goes before its window ends: a ledger
//! carries the hits of what it forgets, under keys from which no number can be read.

use std::time::Duration;

use crate::tally::{self, Span};
use crate::time::Timestamp;

const DAY: Duration = Duration::from_secs(24 * 3600);

/// The longest time for which anything is kept, in days.
pub const MOST_DAYS: u32 = 3_650;

/// How long messages and events of codes are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retention {
    messages: Duration,
    security: Duration,
}

/// The reason why a retention is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidRetention {
    /// A number of days out of bounds.
    #[error("{0} is 1 to 3650, not {1}")]
    Days(&'static str, u32),
    /// Events of codes that would go before the messages that brought the codes.
    #[error(
        "security_days is messages_days at least: a timeline without its checks would be wrong"
    )]
    SecurityFirst,
}

impl Retention {
    /// Keeps messages for so many days, and events of codes.
    ///
    /// # Errors
    /// [`InvalidRetention`] says which bound is broken.
    pub fn new(messages_days: u32, security_days: u32) -> Result<Self, InvalidRetention> {
        let days = |name, days: u32| match days {
            1..=MOST_DAYS => Ok(DAY * days),
            _ => Err(InvalidRetention::Days(name, days)),
        };
        let retention = Self {
            messages: days("messages_days", messages_days)?,
            security: days("security_days", security_days)?,
        };
        match retention.security < retention.messages {
            true => Err(InvalidRetention::SecurityFirst),
            false => Ok(retention),
        }
    }

    /// Returns the time for which messages are kept.
    #[must_use]
    pub const fn messages(&self) -> Duration {
        self.messages
    }

    /// Returns the time for which events of codes are kept.
    #[must_use]
    pub const fn security(&self) -> Duration {
        self.security
    }

    /// Returns the time before which messages go at `now`: the start of a day.
    #[must_use]
    pub fn messages_from(&self, now: Timestamp) -> Timestamp {
        Span::Day.start(now.before(self.messages))
    }

    /// Returns the time before which events of codes go at `now`: the start of a day.
    #[must_use]
    pub fn events_from(&self, now: Timestamp) -> Timestamp {
        Span::Day.start(now.before(self.security))
    }

    /// Returns the time for which quarters and days stay [open](tally::OPEN): never longer than their messages are kept.
    #[must_use]
    pub fn open(&self) -> Duration {
        self.messages.min(tally::OPEN)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_retention_has_bounds() {
        assert!(Retention::new(1, 1).is_ok() && Retention::new(3_650, 3_650).is_ok());
        let refused =
            |messages, security| Retention::new(messages, security).unwrap_err().to_string();
        assert_eq!(refused(0, 180), "messages_days is 1 to 3650, not 0");
        assert_eq!(refused(30, 3_651), "security_days is 1 to 3650, not 3651");
        assert!(refused(30, 29).starts_with("security_days is messages_days at least"));
    }

    #[test]
    fn messages_go_by_whole_days() {
        let retention = Retention::new(1, 2).unwrap();
        let now = Timestamp::parse("2026-11-21T20:00:00Z").unwrap();
        assert_eq!(
            retention.messages_from(now).to_string(),
            "2026-11-20T00:00:00.000Z"
        );
        assert_eq!(
            retention.events_from(now).to_string(),
            "2026-11-19T00:00:00.000Z"
        );
        assert_eq!(retention.open(), DAY);
    }
}
