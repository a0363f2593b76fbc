//! The refusal of a send, as callers and operators are told of it.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::time::Duration;

use super::{Counts, Mode, Part};
use crate::time::Timestamp;

/// The kind of a limit on sends. It follows from the parts that the sends counted together share, and decides on
/// the sentence and the code that a refused caller gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LimitKind {
    /// The one-minute limit.
    Minute,
    /// Another limit on single numbers.
    Number,
    /// A limit on the addresses of callers.
    Caller,
    /// A limit on everybody together: of an application, a channel, a country, a range of numbers or the
    /// deployment.
    Everybody,
}

impl LimitKind {
    /// Returns the kind of a limit beside the minute that counts sends with these parts in common. A range of
    /// numbers is no number: its limit may refuse a number that never got a code.
    pub(super) fn of(by: &BTreeSet<Part>) -> Self {
        if by.contains(&Part::Number) {
            LimitKind::Number
        } else if by.contains(&Part::Address) || by.contains(&Part::Network) {
            LimitKind::Caller
        } else {
            LimitKind::Everybody
        }
    }
}

/// The limit that refused a send: of several the one that refuses for the longest time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The name of the limit.
    pub limit: Cow<'static, str>,
    /// The kind of the limit.
    pub kind: LimitKind,
    /// [`Mode::Challenge`] where the caller may come back with a solved challenge; [`Mode::Enforce`] otherwise.
    pub mode: Mode,
    /// What the limit adds up.
    pub counts: Counts,
    /// The weight that the limit had counted in its window.
    pub count: u64,
    /// The maximum weight in a window.
    pub max: u64,
    /// The length of the window.
    pub window: Duration,
    /// The moment of the refusal.
    pub at: Timestamp,
    /// The time from which the limit would allow the send; `None` if it never does.
    pub until: Option<Timestamp>,
}

impl Refusal {
    /// Returns the time until the limit would allow the send. Where it never does, returns the length of its
    /// window, so that a caller who comes back regardless comes back rarely.
    #[must_use]
    pub fn wait(&self) -> Duration {
        self.until.map_or(self.window, |until| self.at.until(until))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kind_of_a_limit_follows_from_its_parts() {
        for (by, kind) in [
            (&[Part::Application, Part::Number][..], LimitKind::Number),
            (&[Part::Number, Part::Address], LimitKind::Number),
            (&[Part::Address], LimitKind::Caller),
            (&[Part::Application, Part::Network], LimitKind::Caller),
            (&[Part::Prefix], LimitKind::Everybody),
            (&[], LimitKind::Everybody),
        ] {
            let by = by.iter().copied().collect();
            assert_eq!(LimitKind::of(&by), kind, "{by:?}");
        }
    }
}
