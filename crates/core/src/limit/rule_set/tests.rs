use std::sync::Arc;

use super::*;
use crate::limit::Rules;
use crate::limit::tests::{at, limit, waits};
use crate::price::Currency;

#[test]
fn rules_that_cannot_be_judged_together_are_refused() {
    let of = |limits: &[(Limit, usize)]| {
        let placed = limits.iter().map(|(limit, bucket)| PlacedLimit {
            bucket: *bucket,
            ..PlacedLimit::alone(limit.clone())
        });
        RuleSet::new(placed.collect()).map(|_| ())
    };
    let (month, plain) = (31 * 24 * 3_600_000, limit(1, 1));
    let not_given_back = Limit {
        refundable: false,
        ..plain.clone()
    };
    let money = Limit {
        counts: Counts::Money(Currency::parse("CNY").unwrap()),
        ..plain.clone()
    };
    let numbers = Limit {
        counts: Counts::Numbers,
        ..plain.clone()
    };
    let one = |limit| [(limit, 0)];
    let (longest, longer) = (limit(month, 1), limit(month + 1, 1));
    for (limits, expected) in [
        (&one(plain.clone())[..], Ok(())),
        (&[(plain.clone(), 1), (not_given_back.clone(), 0)], Ok(())),
        (&[(plain.clone(), 0), (limit(2, 3), 0)], Ok(())),
        (&one(longest), Ok(())),
        (&one(longer), Err(InvalidRules::Window)),
        (&one(limit(0, 1)), Err(InvalidRules::Window)),
        (&one(waits(9, &[9, 3])), Ok(())),
        (&one(waits(9, &[])), Err(InvalidRules::Waits)),
        (&one(waits(9, &[3, 10])), Err(InvalidRules::Waits)),
        (&one(numbers), Err(InvalidRules::Buckets)),
        (&[(plain.clone(), 1)], Err(InvalidRules::Buckets)),
        (
            &[(plain.clone(), 0), (money, 0)],
            Err(InvalidRules::SharedBucket),
        ),
        (
            &[(plain.clone(), 0), (not_given_back, 0)],
            Err(InvalidRules::SharedBucket),
        ),
        (&vec![(plain.clone(), 0); 65], Err(InvalidRules::TooMany)),
    ] {
        assert_eq!(of(limits), expected, "{limits:?}");
    }
    let set = Arc::new(RuleSet::new(vec![PlacedLimit::alone(plain)]).unwrap());
    assert_eq!(Rules::of(set, vec![]), Err(InvalidRules::Buckets));
}

#[test]
fn an_event_has_64_limits_at_most_and_each_may_count_in_two_buckets() {
    let placed = |place: usize| PlacedLimit {
        limit: Limit {
            counts: Counts::Numbers,
            ..limit(1, 1)
        },
        bucket: 2 * place,
        of_number: Some(2 * place + 1),
    };
    let set = |limits| RuleSet::new((0..limits).map(placed).collect());
    assert_eq!(set(64).unwrap().buckets().len(), 128);
    assert_eq!(set(65), Err(InvalidRules::TooMany));
}

#[test]
fn the_limits_that_refuse_are_named_by_their_places() {
    let limits = [limit(10, 1), limit(20, 2), limit(30, 3)].map(PlacedLimit::alone);
    let set = RuleSet::new(limits.to_vec()).unwrap();
    let refusals = set.refusals(|placed| {
        let is_long = placed.limit.window > Duration::from_millis(10);
        is_long.then(|| at(0).after(placed.limit.window))
    });
    assert_eq!(refusals, [(1, at(20)), (2, at(30))]);
}
