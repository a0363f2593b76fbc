use countersign_core::limit::{Limit, PlacedLimit, RuleSet};

use super::*;

fn terms() -> LeaseTerms {
    let minute = Limit {
        bound: countersign_core::limit::Bound::Max(1_000),
        early_percent: 10,
        ..Limit::one_per_minute()
    };
    let set = RuleSet::new(vec![PlacedLimit::alone(minute)]).unwrap();
    set.lease_terms(0).unwrap().clone()
}

fn lease(units: u64, end: i64) -> Lease {
    Lease {
        units,
        end: Timestamp::from_millis(end),
    }
}

/// Returns a bucket with a lease that was granted at `now`.
fn with_lease(lease: Lease, now: Instant) -> Held {
    let mut held = Held::new(&terms(), now);
    held.granted(Granted {
        bucket: crate::seal::Key(1),
        lease,
        terms: terms(),
        asked: now,
    });
    held
}

fn later(now: Instant, millis: u64) -> Instant {
    now + Duration::from_millis(millis)
}

#[test]
fn a_lease_is_spent_to_its_last_unit_and_no_longer_than_it_is_good() {
    let now = Instant::now();
    let mut held = with_lease(lease(2, 500), now);
    assert!(held.take(&terms(), now).is_some());
    assert!(held.take(&terms(), later(now, 499)).is_some());
    assert_eq!(held.take(&terms(), later(now, 499)), None);
    let mut held = with_lease(lease(2, 500), now);
    assert_eq!(held.take(&terms(), later(now, 500)), None);
}

#[test]
fn the_keeper_is_called_once_when_a_lease_is_nearly_spent_or_over() {
    let now = Instant::now();
    let mut held = with_lease(lease(10, 500), now);
    assert!(!held.becomes_due(later(now, 299)));
    assert!(held.becomes_due(later(now, 300)));
    assert!(!held.becomes_due(later(now, 300)));
    let mut held = with_lease(lease(10, 500), now);
    for _ in 0..7 {
        assert!(!held.becomes_due(now));
        held.take(&terms(), now).unwrap();
    }
    assert!(held.becomes_due(now));
}

#[test]
fn the_rest_of_a_lease_is_given_back_once_after_the_next_one_was_granted() {
    let now = Instant::now();
    let mut held = with_lease(lease(10, 500), now);
    assert_eq!(held.call(later(now, 300)).rests, [], "it is still spent");
    held.called(Vec::new());
    let end = held.take(&terms(), later(now, 300)).unwrap();
    held.granted(Granted {
        bucket: crate::seal::Key(1),
        lease: lease(10, 800),
        terms: terms(),
        asked: later(now, 300),
    });
    held.return_unit(end);
    assert_eq!(held.call(later(now, 600)).rests, [lease(10, 500)]);
    held.called(Vec::new());
    held.return_unit(end);
    assert_eq!(
        held.call(later(now, 600)).rests,
        [],
        "nobody knows whether it arrived"
    );
}

#[test]
fn what_was_certainly_not_given_back_is_given_back_later() {
    let now = Instant::now();
    let mut held = with_lease(lease(10, 500), now);
    assert!(!held.is_left_over(later(now, 599)));
    assert!(held.is_left_over(later(now, 600)));
    assert!(!held.is_left_over(later(now, 600)));
    let call = held.call(later(now, 600));
    assert_eq!((&*call.rests, call.want), (&[lease(10, 500)][..], 0));
    held.called(call.rests);
    assert!(held.is_left_over(later(now, 700)));
    assert_eq!(held.call(later(now, 700)).rests, [lease(10, 500)]);
    held.called(Vec::new());
    assert!(held.is_idle(later(now, 2_000)));
}

#[test]
fn a_bucket_that_few_ask_for_wants_no_lease() {
    let now = Instant::now();
    let mut held = Held::new(&terms(), now);
    for _ in 0..7 {
        held.ask(&terms(), now);
    }
    assert_eq!(held.wanted(now), None);
    held.ask(&terms(), now);
    assert_eq!(held.wanted(now), Some((terms(), 12)));
    held.ask(&terms(), later(now, 700));
    assert_eq!(
        held.wanted(later(now, 700)),
        Some((terms(), 12)),
        "as before"
    );
    assert_eq!(held.wanted(later(now, 3_000)), None);
}
