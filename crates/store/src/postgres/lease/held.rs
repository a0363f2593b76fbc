//! What this node holds of one bucket.

use std::time::Duration;

use countersign_core::limit::{Lease, LeaseTerms};
use countersign_core::time::Timestamp;
use tokio::time::Instant;

use super::demand::Demand;
use super::{Call, Granted};

/// The time for which a lease that is over waits for units that come back from sends, before the rest is given back.
const LINGER: Duration = Duration::from_millis(100);

/// The lease of a bucket, and the leases before it.
pub(super) struct Held {
    demand: Demand,
    current: Option<Running>,
    /// What is left of leases that are spent no more, and was not given back yet.
    rests: Vec<Lease>,
    /// Whether the keeper asks for the bucket now, or will.
    is_called: bool,
}

/// A lease that is being spent.
struct Running {
    lease: Lease,
    granted: u64,
    terms: LeaseTerms,
    /// The moment before the node asked for the lease.
    asked: Instant,
}

impl Running {
    /// Returns the moment from which on the lease is spent no more, by the node's own clock.
    fn stop(&self) -> Instant {
        self.asked + self.terms.length()
    }

    /// Returns whether it is time to ask for the next lease.
    fn is_nearly_over(&self, now: Instant) -> bool {
        let is_spent = self.lease.units * 10 <= self.granted * 3;
        is_spent || now >= self.asked + self.terms.length() * 3 / 5
    }
}

impl Held {
    pub(super) fn new(terms: &LeaseTerms, now: Instant) -> Self {
        Self {
            demand: Demand::new(terms, now),
            current: None,
            rests: Vec::new(),
            is_called: false,
        }
    }

    /// Counts an event that asks for the bucket.
    pub(super) fn ask(&mut self, terms: &LeaseTerms, now: Instant) {
        self.demand.count(terms, now);
    }

    /// Counts the events of before no more.
    pub(super) fn forget_demand(&mut self) {
        self.demand.forget();
    }

    /// Takes a unit for an event under these terms. Returns the end of its lease.
    pub(super) fn take(&mut self, terms: &LeaseTerms, now: Instant) -> Option<Timestamp> {
        let running = self.current.as_mut()?;
        let is_good = now < running.stop() && running.terms.cover(terms);
        if !is_good || running.lease.units == 0 {
            return None;
        }
        running.lease.units -= 1;
        Some(running.lease.end)
    }

    /// Takes back a unit of the lease with this end, unless the rest of that lease was given back already.
    pub(super) fn return_unit(&mut self, end: Timestamp) {
        let current = self.current.iter_mut().map(|running| &mut running.lease);
        let mut leases = current.chain(&mut self.rests);
        if let Some(lease) = leases.find(|lease| lease.end == end) {
            lease.units += 1;
        }
    }

    /// Returns whether the keeper is to be told that the next lease is due. It is told once.
    pub(super) fn becomes_due(&mut self, now: Instant) -> bool {
        let is_nearly_over = |running: &Running| running.is_nearly_over(now);
        let is_due = !self.is_called && self.current.as_ref().is_some_and(is_nearly_over);
        self.is_called |= is_due;
        is_due
    }

    /// Returns whether the keeper is to give back what is left of a lease that nobody renewed. It is told once.
    pub(super) fn is_left_over(&mut self, now: Instant) -> bool {
        let is_over = match &self.current {
            Some(running) => now >= running.stop() + LINGER,
            None => self.rests.iter().any(|rest| rest.units > 0),
        };
        let is_left = !self.is_called && is_over;
        self.is_called |= is_left;
        is_left
    }

    /// Returns the lease that a batch which has locked the row takes, if one is worth it and the keeper is not asked for one.
    pub(super) fn wanted(&self, now: Instant) -> Option<(LeaseTerms, u64)> {
        let (terms, want) = self.demand.wanted(now);
        let has_some = |running: &Running| {
            let is_running = now < running.stop() && running.lease.units > 0;
            is_running && running.terms.cover(&terms)
        };
        let is_wanted = want > 0 && !self.is_called && !self.current.as_ref().is_some_and(has_some);
        is_wanted.then_some((terms, want))
    }

    /// Returns what the keeper asks for. What it gives back is forgotten here, so that it is given back once.
    pub(super) fn call(&mut self, now: Instant) -> Call {
        if self
            .current
            .as_ref()
            .is_some_and(|running| now >= running.stop())
        {
            self.retire();
        }
        let (terms, want) = self.demand.wanted(now);
        let rests = std::mem::take(&mut self.rests);
        let rests = rests.into_iter().filter(|rest| rest.units > 0);
        Call {
            terms,
            want,
            rests: rests.collect(),
        }
    }

    /// Ends the call of the keeper. What was certainly not given back is given back with the next one.
    pub(super) fn called(&mut self, kept: Vec<Lease>) {
        self.is_called = false;
        self.rests.extend(kept);
    }

    /// Spends a lease from now on that was granted.
    pub(super) fn granted(&mut self, granted: Granted) {
        self.retire();
        self.current = Some(Running {
            lease: granted.lease,
            granted: granted.lease.units,
            terms: granted.terms,
            asked: granted.asked,
        });
    }

    /// Spends the current lease no more.
    fn retire(&mut self) {
        let lease = self.current.take().map(|running| running.lease);
        self.rests.extend(lease);
    }

    /// Returns whether nothing is lost if this is forgotten.
    pub(super) fn is_idle(&self, now: Instant) -> bool {
        let is_free = self.current.is_none() && self.rests.is_empty() && !self.is_called;
        is_free && self.demand.is_over(now)
    }
}

#[cfg(test)]
mod tests;
