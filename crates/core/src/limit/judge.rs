//! The meaning of a limit: whether an event fits among the hits of its bucket. Every ledger judges by this
//! module.

use std::time::Duration;

use super::{Bound, Limit, wait_after};
use crate::time::Timestamp;

/// One event that counts in a bucket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hit {
    /// The time of the event.
    pub at: Timestamp,
    /// The weight of the event.
    pub weight: u64,
}

/// Judges an event of this `weight` at `now` by `limit`, given the earlier `hits` of its bucket in order of time. Returns
/// `None` if the limit allows the event, else the first time at which it would
/// ([`refused_until`](super::Verdict::refused_until)).
///
/// A hit at `t` counts until `t + window`, not including that moment. Every store agrees with this function.
#[must_use]
pub fn judge(limit: &Limit, hits: &[Hit], weight: u64, now: Timestamp) -> Option<Timestamp> {
    let live = counting(limit, hits, now);
    match &limit.bound {
        Bound::Max(max) => until_it_fits(live, weight, *max, limit.window, now),
        Bound::Waits(waits) => {
            let last = live.last()?;
            let until = last.at.after(wait_after(waits, sum(live)));
            (until > now).then_some(until)
        }
    }
}

/// Returns the time at which an event of `weight` fits among these hits; `None` if it fits at `now`.
///
/// The search adds up the newest hits alone, until they are too heavy: a bucket far beyond a maximum, as one of a limit that
/// only monitors may be, costs no more than a full one.
fn until_it_fits(
    live: &[Hit],
    weight: u64,
    max: u64,
    window: Duration,
    now: Timestamp,
) -> Option<Timestamp> {
    let Some(room) = max.checked_sub(weight) else {
        return Some(now.after(window));
    };
    let mut held = 0_u64;
    // Hits leave in the order in which they came; the event fits once this one and those before it have left.
    let leaves = live.iter().rev().find(|hit| {
        held = held.saturating_add(hit.weight);
        held > room
    });
    leaves.map(|hit| hit.at.after(window))
}

/// Returns the weight that `limit` counts at `now` among the `hits` of a bucket, which are in order of time.
#[must_use]
pub fn count(limit: &Limit, hits: &[Hit], now: Timestamp) -> u64 {
    sum(counting(limit, hits, now))
}

/// Returns the hits within the window of `limit` at `now`.
fn counting<'a>(limit: &Limit, hits: &'a [Hit], now: Timestamp) -> &'a [Hit] {
    let over = hits.partition_point(|hit| hit.at.after(limit.window) <= now);
    hits.get(over..).unwrap_or_default()
}

fn sum(hits: &[Hit]) -> u64 {
    hits.iter().map(|hit| hit.weight).sum()
}

/// The precision of [`thin`]: a thinned hit leaves its window late by at most one part in `LATENESS` of the
/// window.
pub const LATENESS: i64 = 64;

/// Merges neighbouring hits that lie in the same slot of a time grid into one hit at the time of the last one.
///
/// The grid gets coarser with age: a slot is a power of two of milliseconds, and at most one part in
/// [`LATENESS`] of the hit's age. A bucket therefore keeps one or two thousand hits at most. A window never
/// lets more through than its maximum, and refuses an event for at most that part of the window too long.
pub fn thin(hits: &mut Vec<Hit>, now: Timestamp) {
    hits.dedup_by(|later, earlier| {
        let age = now.as_millis().saturating_sub(earlier.at.as_millis());
        // Finer grids nest in coarser ones, so repeated thinning moves a hit no further than thinning once.
        let slot = (age / LATENESS).max(1).ilog2();
        let near = earlier.at.as_millis() >> slot == later.at.as_millis() >> slot;
        if near {
            earlier.at = later.at;
            earlier.weight = earlier.weight.saturating_add(later.weight);
        }
        near
    });
}
