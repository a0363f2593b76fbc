//! The demand for one bucket: how many events ask for it, and under which terms.

use countersign_core::limit::LeaseTerms;
use tokio::time::Instant;

/// The number of events in one length of a lease from which on a bucket is worth leases.
const HOT: u64 = 8;

/// The events that asked for a bucket in the present length of a lease, and in the one before.
pub(super) struct Demand {
    began: Instant,
    now: Period,
    before: Option<Period>,
}

struct Period {
    events: u64,
    /// The terms that are good for all events of the period.
    terms: LeaseTerms,
}

impl Demand {
    pub(super) fn new(terms: &LeaseTerms, now: Instant) -> Self {
        Self {
            began: now,
            now: Period::of(terms),
            before: None,
        }
    }

    /// Counts an event.
    pub(super) fn count(&mut self, terms: &LeaseTerms, now: Instant) {
        let (passed, length) = (now - self.began, self.now.terms.length());
        if passed >= length {
            let ended = std::mem::replace(&mut self.now, Period::of(terms));
            self.before = (passed < 2 * length).then_some(ended);
            self.began = now;
        }
        self.now.events += 1;
        if !self.now.terms.cover(terms) {
            self.now.terms = self.now.terms.clone().and(terms);
        }
    }

    /// Counts the events of before no more.
    pub(super) fn forget(&mut self) {
        (self.now.events, self.before) = (0, None);
    }

    /// Returns the terms and the number of units of the lease that the events are worth; none for a bucket that few ask for.
    pub(super) fn wanted(&self, now: Instant) -> (LeaseTerms, u64) {
        let terms = match &self.before {
            Some(before) if !self.now.terms.cover(&before.terms) => {
                self.now.terms.clone().and(&before.terms)
            }
            _ => self.now.terms.clone(),
        };
        if self.is_over(now) {
            return (terms, 0);
        }
        let before = self.before.as_ref().map_or(0, |before| before.events);
        let events = self.now.events.max(before);
        let units = if events < HOT { 0 } else { events + events / 2 };
        (terms, units)
    }

    /// Returns whether no event has asked for a while.
    pub(super) fn is_over(&self, now: Instant) -> bool {
        now - self.began >= 2 * self.now.terms.length()
    }
}

impl Period {
    fn of(terms: &LeaseTerms) -> Self {
        Self {
            events: 0,
            terms: terms.clone(),
        }
    }
}
