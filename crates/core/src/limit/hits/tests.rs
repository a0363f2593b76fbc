use super::*;
use crate::limit::tests::{at, limit};

const HOUR: Duration = Duration::from_secs(3_600);

fn hit(millis: i64, weight: u64) -> Hit {
    Hit {
        at: at(millis),
        weight,
    }
}

fn of(hits: &[(i64, u64)]) -> Hits {
    let hits = hits.iter().map(|(millis, weight)| hit(*millis, *weight));
    Hits::from_ordered(hits.collect())
}

/// The times and the weights of the hits.
fn held(hits: &Hits) -> Vec<(i64, u64)> {
    let held = hits.as_slice().iter();
    held.map(|hit| (hit.at.as_millis(), hit.weight)).collect()
}

#[test]
fn hits_that_come_in_any_order_are_kept_in_order_and_one_for_each_millisecond() {
    let mut hits = Hits::default();
    assert!(hits.is_empty());
    assert_eq!(hits.newest(), None);
    for (millis, weight) in [(10, 1), (30, 1), (20, 2), (30, 4), (10, 1), (5, 1)] {
        hits.add(hit(millis, weight), HOUR);
    }
    let expected = [(5, 1), (10, 2), (20, 2), (30, 5)];
    assert_eq!(held(&hits), expected);
    assert!(!hits.is_empty());
    assert_eq!((hits.weight(), hits.newest()), (10, Some(at(30))));
    assert_eq!(of(&expected).weight(), 10);
}

#[test]
fn an_event_is_judged_by_the_hits_in_the_window_whatever_is_held_before() {
    let (limit, hits) = (limit(100, 3), of(&[(0, 1), (50, 1), (60, 1)]));
    assert_eq!(hits.judge(&limit, 1, at(99)), Some(at(100)));
    assert_eq!(hits.judge(&limit, 1, at(100)), None);
    assert_eq!(hits.judge(&limit, 2, at(100)), Some(at(150)));
    assert_eq!((hits.count(&limit, at(99)), hits.weight()), (3, 3));
    assert_eq!((hits.count(&limit, at(100)), hits.weight()), (2, 3));
    assert_eq!(of(&[(0, 1)]).judge(&limit, 2, at(1)), None);
}

#[test]
fn a_removed_hit_takes_its_own_weight_and_none_of_others() {
    let after = |held_before: &[(i64, u64)], (millis, weight)| {
        let mut hits = of(held_before);
        hits.remove(hit(millis, weight));
        let left = held(&hits);
        let weight: u64 = left.iter().map(|(_, weight)| *weight).sum();
        assert_eq!(hits.weight(), weight);
        left
    };
    assert_eq!(after(&[(10, 1), (20, 1)], (10, 1)), [(20, 1)]);
    assert_eq!(after(&[(10, 3)], (10, 1)), [(10, 2)], "one millisecond");
    assert_eq!(
        after(&[(10, 1), (20, 3)], (10, 2)),
        [(10, 1), (20, 1)],
        "a hit that thinning has merged into a later one"
    );
    assert_eq!(after(&[(20, 1)], (10, 1)), [(20, 1)], "never counted");
    assert_eq!(after(&[(10, 3)], (20, 1)), [(10, 3)], "never counted");
}

#[test]
fn a_cleared_hit_that_is_removed_takes_nothing_off_later_hits() {
    let mut hits = of(&[(10, 1), (20, 4)]);
    hits.clear_until(at(10));
    hits.clear_until(at(5));
    assert_eq!((held(&hits), hits.weight()), (vec![(20, 4)], 4));
    for millis in [9, 10] {
        hits.remove(hit(millis, 1));
        assert_eq!(held(&hits), [(20, 4)], "{millis}");
    }
    hits.remove(hit(11, 1));
    assert_eq!(held(&hits), [(20, 3)]);
}

#[test]
fn a_bucket_that_was_kept_elsewhere_knows_which_hits_may_be_gone() {
    let mut hits = of(&[(10, 1), (20, 4)]);
    assert_eq!(hits.gone_until(), None);
    hits.clear_until(at(10));
    let mut again = of(&held(&hits)).gone_until_then(hits.gone_until());
    assert_eq!(again.gone_until(), Some(at(10)));
    again.remove(hit(10, 1));
    assert_eq!((held(&again), again.weight()), (vec![(20, 4)], 4));
}

/// Before the 128th hit nothing is merged, however old the hits are.
#[test]
fn a_bucket_of_few_hits_is_exact() {
    let mut hits = Hits::default();
    for pair in 0..63 {
        hits.add(hit(pair * 1_000_000, 1), 100 * HOUR);
        hits.add(hit(pair * 1_000_000 + 1, 1), 100 * HOUR);
    }
    assert_eq!(hits.as_slice().len(), 126);
}

const WINDOW: Duration = Duration::from_secs(10);

/// A bucket that has just got its 128th hit. `past` hits were a whole window old or older; the others came within 128
/// milliseconds, so that none is merged.
fn at_capacity(past: i64) -> Hits {
    let mut hits = Vec::with_capacity(MANY);
    hits.extend((128 - past..128).map(|millis| hit(millis, 1)));
    hits.extend((past..127).map(|millis| hit(10_000 + millis, 2)));
    let mut hits = Hits::from_ordered(hits);
    hits.add(hit(10_127, 2), WINDOW);
    hits
}

#[test]
fn a_bucket_at_its_capacity_drops_past_hits() {
    let mut hits = at_capacity(1);
    assert_eq!(hits.as_slice().first(), Some(&hit(10_001, 2)));
    assert_eq!((hits.as_slice().len(), hits.weight()), (127, 254));
    hits.remove(hit(127, 1));
    assert_eq!(hits.weight(), 254, "a dropped hit takes nothing off others");
}

#[test]
fn a_bucket_takes_more_memory_where_dropping_and_merging_leave_more_than_half() {
    // Returns how many hits are held after the 128th one again, at a time when all others are past.
    let refilled = |past: i64| {
        let mut hits = at_capacity(past);
        for millis in 0..past - 1 {
            hits.add(hit(10_128 + millis, 2), WINDOW);
        }
        assert_eq!(hits.as_slice().len(), 127);
        hits.add(hit(30_000, 2), WINDOW);
        hits.as_slice().len()
    };
    assert_eq!(refilled(64), 1, "64 hits were left of 128");
    assert_eq!(refilled(63), 128, "65 hits were left of 128");
}
