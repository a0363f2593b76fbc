//! The meaning of a limit: whether an event fits among the hits of its bucket. Every ledger judges by this.

use super::Limit;
use crate::time::Timestamp;

/// One event that counts in a bucket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hit {
    /// When.
    pub at: Timestamp,
    /// How much.
    pub weight: u32,
}

/// What `limit` says of an event at `now`, given the earlier `hits` of its bucket in order of time: `None`
/// if it allows it, else when it would ([`Verdict::refused_until`](super::Verdict::refused_until)).
///
/// This is the meaning of a limit; every store agrees with it. A hit at `t` counts until
/// `t + window`, not including that moment.
#[must_use]
pub fn judge(limit: &Limit, hits: &[Hit], now: Timestamp) -> Option<Timestamp> {
    let over = hits.partition_point(|hit| hit.at.after(limit.window) <= now);
    let live = hits.get(over..).unwrap_or_default();
    let held: u64 = live.iter().map(|hit| u64::from(hit.weight)).sum();
    let (mut weight, max) = (u64::from(limit.weight) + held, u64::from(limit.max));
    if weight <= max {
        return None;
    }
    // Hits leave in the order they came; the event fits once enough of them have left.
    let leaves = live.iter().find(|hit| {
        weight -= u64::from(hit.weight);
        weight <= max
    });
    Some(leaves.map_or(now, |hit| hit.at).after(limit.window))
}

/// How much later than it should, in parts of the window, a hit among many may leave.
pub const LATENESS: i64 = 64;

/// Makes one hit of neighbours, at the last one's time, where they lie in the same slot of a grid. It is the
/// coarser the older they are: a power of two, and no more than one part in [`LATENESS`] of their age. So a
/// bucket of any number of hits keeps a thousand or two, no window ever lets more through, and what it refuses
/// it refuses for no more than that part of it too long.
pub fn thin(hits: &mut Vec<Hit>, now: Timestamp) {
    hits.dedup_by(|later, earlier| {
        let age = now.as_millis().saturating_sub(earlier.at.as_millis());
        // Finer grids nest in coarser ones, so that thinning again moves nothing further than once.
        let slot = (age / LATENESS).max(1).ilog2();
        let near = earlier.at.as_millis() >> slot == later.at.as_millis() >> slot;
        if near {
            earlier.at = later.at;
            earlier.weight = earlier.weight.saturating_add(later.weight);
        }
        near
    });
}
