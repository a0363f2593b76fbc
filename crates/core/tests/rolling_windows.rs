//! Random schedules of events against one limit: no window of its length ever holds more than its maximum.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use std::time::Duration;

use countersign_core::limit::{Bound, Counts, Hit, Hits, Limit, Mode};
use countersign_core::time::Timestamp;

/// The length of a day, in milliseconds.
const DAY: u64 = 86_400_000;

/// Draws numbers: the same ones in every run.
struct Draw(u64);

impl Draw {
    /// A number below `n`.
    fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % n
    }

    /// A time between two events: often just the window, or a millisecond more or less.
    fn pause(&mut self, window: u64) -> u64 {
        match self.below(8) {
            0 => 0,
            1 => window - 1,
            2 => window,
            3 => window + 1,
            4 => self.below(2 * window),
            _ => self.below(window / 4 + 2),
        }
    }
}

/// How many schedules are tried: a million in `./test thorough`.
fn schedules() -> u64 {
    #[expect(
        clippy::disallowed_methods,
        reason = "a switch for people who run the tests"
    )]
    match std::env::var("THOROUGH") {
        Ok(_) => 1_000_000,
        Err(_) => 20_000,
    }
}

fn limit(window: u64, max: u64) -> Limit {
    Limit {
        name: "test".into(),
        counts: Counts::Messages,
        window: Duration::from_millis(window),
        bound: Bound::Max(max),
        mode: Mode::Enforce,
        refundable: true,
        until_verified: false,
        early_percent: 0,
    }
}

/// The events of one schedule that were admitted and not given back, in order of time.
fn admitted(draw: &mut Draw, limit: &Limit, window: u64, events: u64) -> Vec<Hit> {
    // The first event is shortly before a midnight.
    let mut now = (draw.below(20_000) + 1) * DAY - draw.below(window.min(DAY));
    let (mut hits, mut admitted) = (Hits::default(), Vec::new());
    for _ in 0..events {
        now += draw.pause(window);
        let hit = Hit {
            at: Timestamp::from_millis(i64::try_from(now).unwrap()),
            weight: draw.below(3) + 1,
        };
        if hits.judge(limit, hit.weight, hit.at).is_none() {
            hits.add(hit, limit.window);
            admitted.push(hit);
        }
        if !admitted.is_empty() && draw.below(16) == 0 {
            let place = usize::try_from(draw.below(admitted.len() as u64)).unwrap();
            hits.remove(admitted.remove(place));
        }
    }
    admitted
}

/// The greatest weight within any window.
fn greatest(admitted: &[Hit], window: Duration) -> u64 {
    let (mut end, mut held, mut greatest) = (0, 0_u64, 0);
    for first in admitted {
        while end < admitted.len() && admitted[end].at < first.at.after(window) {
            held += admitted[end].weight;
            end += 1;
        }
        greatest = greatest.max(held);
        held -= first.weight;
    }
    greatest
}

// shows: B4
#[test]
fn no_window_of_a_million_random_schedules_holds_more_than_the_maximum() {
    let mut draw = Draw(4);
    let mut full = 0;
    for n in 0..schedules() {
        // Few schedules are so long that hits are merged.
        let (events, most) = if n % 500 == 0 { (600, 900) } else { (24, 8) };
        let (window, max) = (draw.below(100_000) + 2, draw.below(most) + 1);
        let limit = limit(window, max);
        let held = greatest(&admitted(&mut draw, &limit, window, events), limit.window);
        assert!(
            held <= max,
            "schedule {n}: {held} of {max} within {window} ms"
        );
        full += u64::from(held == max);
    }
    assert!(full > schedules() / 4, "the maximum is reached: {full}");
}
