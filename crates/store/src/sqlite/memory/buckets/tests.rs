//! Buckets as hits are added, removed and end.

use countersign_core::limit::Bound;

use super::*;

fn at(millis: i64) -> Timestamp {
    Timestamp::from_millis(millis)
}

fn logged(weight: u64) -> LoggedHit {
    LoggedHit {
        bucket: Key(1),
        window: Duration::from_secs(60),
        weight,
        refundable: true,
        of_number: None,
        money: false,
    }
}

fn held(buckets: &Buckets, now: i64) -> u64 {
    let mut limit = Limit {
        window: Duration::from_secs(60),
        ..Limit::one_per_minute()
    };
    let fits = |max: &u64| {
        limit.bound = Bound::Max(*max);
        buckets.judge_one(&limit, Key(1), 1, at(now)).is_none()
    };
    (1..).find(fits).unwrap() - 1
}

#[test]
fn a_bucket_with_one_hit_is_small() {
    assert_eq!(size_of::<(Key, One)>(), 16);
}

#[test]
fn hits_come_and_go_in_any_order() {
    let mut buckets = Buckets::default();
    for (millis, weight) in [(5, 1), (9, 2), (7, 4)] {
        buckets.add(&logged(weight), at(millis));
    }
    assert_eq!(held(&buckets, 60_000), 7);
    assert_eq!(held(&buckets, 60_005), 6);
    assert_eq!(held(&buckets, 60_007), 2);
    buckets.remove(&logged(4), at(7));
    assert_eq!(held(&buckets, 60_000), 3);
    buckets.remove(&logged(3), at(7));
    assert_eq!(held(&buckets, 60_000), 3, "there is none of that weight");
    buckets.remove(&logged(1), at(5));
    buckets.remove(&logged(2), at(9));
    assert_eq!(buckets.len(), 0);
    buckets.add(&logged(1), at(5));
    buckets.remove(&logged(1), at(6));
    assert_eq!(buckets.len(), 1);
    buckets.remove(&logged(1), at(5));
    assert_eq!(buckets.len(), 0);
}

#[test]
fn each_hit_of_a_merged_one_can_be_given_back() {
    let mut buckets = Buckets::default();
    buckets.add(&logged(3), at(5));
    buckets.remove(&logged(1), at(5));
    assert_eq!((held(&buckets, 60_004), held(&buckets, 60_005)), (2, 0));
    assert!(buckets.has(Key(1).into(), at(60_004)) && !buckets.has(Key(1).into(), at(60_005)));
    buckets.remove(&logged(2), at(5));
    assert_eq!(buckets.len(), 0);
}

#[test]
fn each_of_many_hits_can_be_given_back() {
    let mut buckets = Buckets::default();
    for millis in 0..30_000 {
        buckets.add(&logged(1), at(millis));
    }
    let many = buckets.many.get(&Key(1)).unwrap();
    assert!(
        many.hits.as_slice().len() < 4_000,
        "{}",
        many.hits.as_slice().len()
    );
    assert_eq!(held(&buckets, 30_000), 30_000);
    for millis in 0..29_999 {
        buckets.remove(&logged(1), at(millis));
    }
    assert_eq!(held(&buckets, 30_000), 1);
}

#[test]
fn hits_that_do_not_fit_into_eight_bytes_count_all_the_same() {
    for (weight, millis) in [
        (4_095, 0),
        (4_096, 0),
        (10_000_000_000_000, 9),
        (1, 1 << 44),
        (1, -5),
    ] {
        let mut buckets = Buckets::default();
        buckets.add(&logged(weight), at(millis));
        assert_eq!(
            buckets.counting(at(millis))[0].hits,
            [logged(weight).at(at(millis))]
        );
        buckets.remove(&logged(weight), at(millis));
        assert_eq!(buckets.len(), 0);
    }
    let mut buckets = Buckets::default();
    for n in 1..400 {
        let (bucket, window) = (Key(n << 30 | n), Duration::from_millis(n));
        buckets.add(
            &LoggedHit {
                bucket,
                window,
                ..logged(1)
            },
            at(0),
        );
    }
    for n in 1..400 {
        let key = Key(n << 30 | n);
        let end = i64::try_from(n).unwrap();
        assert!(
            buckets.has(key.into(), at(end - 1)) && !buckets.has(key.into(), at(end)),
            "{n}"
        );
    }
}

#[test]
fn a_sweep_drops_past_hits_and_keeps_others() {
    let mut buckets = Buckets::default();
    buckets.add(&logged(1), at(0));
    buckets.sweep(at(59_999));
    assert!(buckets.has(Key(1).into(), at(59_999)) && buckets.len() == 1);
    assert!(!buckets.has(Key(1).into(), at(60_000)));
    buckets.sweep(at(90_000));
    assert_eq!(buckets.len(), 0);
}

/// A bucket of numbers, and the bucket of one number in it.
fn of_number(number: u64) -> [LoggedHit; 2] {
    let of_this = Key(number << 30 | number);
    let each = LoggedHit {
        bucket: of_this,
        ..logged(1)
    };
    let all = LoggedHit {
        of_number: Some(of_this),
        ..logged(1)
    };
    [all, each]
}

#[test]
fn a_number_counts_once_at_the_time_of_its_newest_hit() {
    let mut buckets = Buckets::default();
    buckets.add_all(&of_number(2), at(0));
    buckets.add_all(&of_number(3), at(10));
    buckets.add_all(&of_number(2), at(30_000));
    assert_eq!(held(&buckets, 30_000), 2);
    assert_eq!(
        held(&buckets, 60_010),
        1,
        "that of 10 ms is over, that of 0 ms moved"
    );
    buckets.remove_all(of_number(2).iter(), at(30_000));
    assert_eq!(
        held(&buckets, 30_000),
        2,
        "the hit before stands for the number again"
    );
    assert_eq!(held(&buckets, 60_000), 1);
    buckets.remove_all(of_number(2).iter(), at(0));
    buckets.remove_all(of_number(3).iter(), at(10));
    assert_eq!(buckets.len(), 0);
}

#[test]
fn two_hits_of_a_number_in_one_moment_count_once() {
    let mut buckets = Buckets::default();
    buckets.add_all(&of_number(2), at(5));
    buckets.add_all(&of_number(2), at(5));
    assert_eq!(held(&buckets, 5), 1);
    buckets.remove_all(of_number(2).iter(), at(5));
    assert_eq!(held(&buckets, 5), 1);
    buckets.remove_all(of_number(2).iter(), at(5));
    assert_eq!(buckets.len(), 0);
}
