//! The answers of limits about an event.

use std::borrow::Cow;

use super::{Limit, Mode};
use crate::time::Timestamp;

/// The answer of one rule about an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// The name of the rule's limit.
    pub rule: Cow<'static, str>,
    /// The consequence of the rule's refusal.
    pub mode: Mode,
    /// `None` when the rule allows the event. Otherwise the time from which the rule would allow it, provided
    /// that no other event is counted. An event heavier than the rule's `max` is never allowed, and gets the
    /// end of a whole window.
    pub refused_until: Option<Timestamp>,
}

impl Verdict {
    /// Returns whether this verdict refuses the event.
    #[must_use]
    pub fn refuses(&self) -> bool {
        self.mode != Mode::Monitor && self.refused_until.is_some()
    }
}

/// A limit at one moment, for one event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LimitState {
    /// The limit.
    pub limit: Limit,
    /// The weight that the limit counts, without the event.
    pub count: u64,
    /// The time until which the limit would refuse the event; `None` if it would not. See [`Verdict::refused_until`].
    pub refused_until: Option<Timestamp>,
}
