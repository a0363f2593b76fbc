//! Leases: units of a busy bucket that one of several nodes spends without asking for each.
//!
//! Nodes that share a database lock the row of a bucket to count an event in it. In a bucket that every send counts in, all
//! nodes would wait for each other. So a limit may say that it refuses a little early
//! ([`early_percent`](super::Limit::early_percent)), and a node takes a lease: the bucket counts all of its units from then on,
//! as hits at the *end* of the lease. An event that is counted in a lease is never later than that, so no window holds more
//! than the maximum. What the node does not spend, it gives back once the lease is over.
//!
//! The units of leases that have not ended are never more than the part by which every limit on the bucket may refuse early.
//! Beyond that, only a node that dies makes limits refuse early: its last units count as spent.

use std::time::Duration;

use super::judge::LATENESS;
use super::{Bound, Counts, Hits, PlacedLimit};
use crate::time::Timestamp;

/// Units of a bucket that a node may spend.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lease {
    /// The number of units.
    pub units: u64,
    /// The last moment of an event that is counted in the lease, and the moment at which the bucket counts all units.
    pub end: Timestamp,
}

/// What the limits on one bucket demand of its leases.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeaseTerms {
    ceilings: Vec<Ceiling>,
    /// The most units of leases that have not ended.
    early: u64,
}

/// At most `max` in a `window`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Ceiling {
    window: Duration,
    max: u64,
}

impl LeaseTerms {
    /// The longest lease: what a dead node held counts as spent, so it must be little.
    const LONGEST: Duration = Duration::from_millis(500);

    /// The least number of units that leases are worth their trouble for: by which limits may refuse early, all in all.
    const LEAST_EARLY: u64 = 20;

    /// The least number of units of a lease. A node that gets fewer asks for each event.
    const LEAST: u64 = 4;

    /// Returns the terms for leases of the bucket at `place`; `None` where each event has to be asked for. A bucket that counts
    /// numbers or money, or that is cleared, has no leases: what one of its events weighs changes afterwards.
    pub(super) fn of(limits: &[PlacedLimit], place: usize) -> Option<Self> {
        let (mut ceilings, mut early) = (Vec::new(), u64::MAX);
        for PlacedLimit {
            limit,
            bucket,
            of_number,
        } in limits
        {
            if *of_number == Some(place) {
                return None;
            }
            if *bucket != place {
                continue;
            }
            let (Counts::Messages, false, Bound::Max(max)) =
                (limit.counts, limit.until_verified, &limit.bound)
            else {
                return None;
            };
            early = early.min(part(*max, limit.early_percent));
            ceilings.push(Ceiling {
                window: limit.window,
                max: *max,
            });
        }
        let is_worth_it = !ceilings.is_empty() && early >= Self::LEAST_EARLY;
        is_worth_it.then_some(Self { ceilings, early })
    }

    /// Returns the longest time from the granting of a lease to its end: short beside every window, as for
    /// [thinned](super::thin) hits, since an event may count for so much longer.
    #[must_use]
    pub fn length(&self) -> Duration {
        let windows = self.ceilings.iter().map(|ceiling| ceiling.window);
        let shortest = windows.min().unwrap_or_default();
        (shortest / u32::try_from(LATENESS).unwrap_or(u32::MAX)).min(Self::LONGEST)
    }

    /// Returns the longest time for which the hit of a lease is kept.
    #[must_use]
    pub fn span(&self) -> Duration {
        let windows = self.ceilings.iter().map(|ceiling| ceiling.window);
        windows.max().unwrap_or_default() + self.length()
    }

    /// Returns whether an event under `others` may be counted in a lease under these terms.
    #[must_use]
    pub fn cover(&self, others: &Self) -> bool {
        let mut others = others.ceilings.iter();
        others.all(|other| self.ceilings.iter().any(|own| own.implies(*other)))
    }

    /// Returns the terms of a lease in which events under both may be counted.
    #[must_use]
    pub fn and(mut self, others: &Self) -> Self {
        for other in &others.ceilings {
            if !self.ceilings.iter().any(|own| own.implies(*other)) {
                self.ceilings.retain(|own| !other.implies(*own));
                self.ceilings.push(*other);
            }
        }
        self.early = self.early.min(others.early);
        self
    }

    /// Returns the lease that is granted at `now` of a bucket with these hits to a node that wants so many units. Half of what
    /// may be leased stays for other nodes. `None` where the bucket is nearly full.
    #[must_use]
    pub fn grant(&self, hits: &Hits, want: u64, now: Timestamp) -> Option<Lease> {
        let running = hits.as_slice().iter().rev();
        let running = running.take_while(|hit| hit.at > now);
        let running: u64 = running.map(|hit| hit.weight).sum();
        let left = self.early.saturating_sub(running).div_ceil(2);
        let rooms = self.ceilings.iter().map(|ceiling| ceiling.room(hits, now));
        let units = want.min(left).min(rooms.min().unwrap_or(0));
        (units >= Self::LEAST).then(|| Lease {
            units,
            end: now.after(self.length()),
        })
    }
}

impl Ceiling {
    /// Returns whether whatever keeps this one keeps `other`.
    fn implies(self, other: Self) -> bool {
        self.window >= other.window && self.max <= other.max
    }

    /// Returns what still fits at `now`.
    fn room(self, hits: &Hits, now: Timestamp) -> u64 {
        let live = hits.as_slice().iter().rev();
        let live = live.take_while(|hit| hit.at.after(self.window) > now);
        let counted = live.map(|hit| hit.weight).sum();
        self.max.saturating_sub(counted)
    }
}

/// Returns this part of a maximum, in per cent, rounded down.
fn part(max: u64, percent: u8) -> u64 {
    let part = u128::from(max) * u128::from(percent) / 100;
    u64::try_from(part).unwrap_or(max)
}

#[cfg(test)]
mod tests;
