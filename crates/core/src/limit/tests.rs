use proptest::prelude::*;

use super::*;
use crate::channel::Channel;
use crate::phone::PhoneNumber;

fn limit(window_millis: u64, max: u32, weight: u32) -> Limit {
    Limit {
        name: Cow::Borrowed("test"),
        window: Duration::from_millis(window_millis),
        max,
        weight,
        mode: Mode::Enforce,
        refundable: true,
    }
}

fn at(millis: i64) -> Timestamp {
    Timestamp::from_millis(millis)
}

#[test]
fn a_minute_ends_on_the_millisecond() {
    let limit = limit(60_000, 1, 1);
    let hits = [Hit {
        at: at(1_000),
        weight: 1,
    }];
    assert_eq!(judge(&limit, &hits, at(60_999)), Some(at(61_000)));
    assert_eq!(judge(&limit, &hits, at(61_000)), None);
}

#[test]
fn an_event_waits_until_enough_weight_has_left_the_window() {
    let hits = [
        Hit {
            at: at(0),
            weight: 2,
        },
        Hit {
            at: at(10),
            weight: 2,
        },
        Hit {
            at: at(20),
            weight: 6,
        },
    ];
    for (weight, until) in [(1, 100), (4, 110), (5, 120), (11, 130)] {
        let refused_until = judge(&limit(100, 10, weight), &hits, at(30));
        assert_eq!(refused_until, Some(at(until)), "{weight}");
    }
}

#[test]
fn give_backs_are_counted_per_number_and_channel_over_all_applications() {
    let phone = |number| PhoneNumber::parse(number, None).unwrap();
    let bucket = |channel, number| Rules::give_backs(channel, &phone(number)).buckets()[0].clone();
    let login = bucket(Channel::Login, "13800138000");
    assert_ne!(login, bucket(Channel::Register, "13800138000"));
    assert_ne!(login, bucket(Channel::Login, "13800138001"));
}

#[test]
fn rules_that_cannot_be_judged_together_are_refused() {
    let of = |limits: &[(Limit, usize)]| RuleSet::new(limits.to_vec()).map(|_| ());
    let (month, plain) = (31 * 24 * 3_600_000, limit(1, 1, 1));
    let not_given_back = Limit {
        refundable: false,
        ..plain.clone()
    };
    let one = |limit| [(limit, 0)];
    let (longest, longer) = (limit(month, 1, 1), limit(month + 1, 1, 1));
    for (limits, expected) in [
        (&one(plain.clone())[..], Ok(())),
        (&[(plain.clone(), 1), (not_given_back.clone(), 0)], Ok(())),
        (&[(plain.clone(), 0), (limit(2, 3, 1), 0)], Ok(())),
        (&one(longest), Ok(())),
        (&one(longer), Err(InvalidRules::Window)),
        (&one(limit(0, 1, 1)), Err(InvalidRules::Window)),
        (&one(limit(1, 1, 0)), Err(InvalidRules::Weight)),
        (&[(plain.clone(), 1)], Err(InvalidRules::Buckets)),
        (
            &[(plain.clone(), 0), (limit(1, 1, 2), 0)],
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
    let set = Arc::new(RuleSet::new(one(plain).to_vec()).unwrap());
    assert_eq!(Rules::of(set, vec![]), Err(InvalidRules::Buckets));
}

#[test]
fn limits_on_one_bucket_share_its_hits_for_the_longest_window() {
    let rule = |name: &str, limit| Rule {
        bucket: Bucket::named(name),
        limit,
    };
    let (short, long) = (limit(10, 1, 1), limit(20, 2, 1));
    let rules = [
        rule("a", short.clone()),
        rule("b", short),
        rule("a", long.clone()),
    ];
    let rules = Rules::new(rules.to_vec()).unwrap();
    assert_eq!(rules.buckets(), [Bucket::named("a"), Bucket::named("b")]);
    let windows: Vec<_> = rules.set().buckets().iter().map(|b| b.window).collect();
    assert_eq!(windows, [20, 10].map(Duration::from_millis));
    assert_eq!(rules.set().limits()[2], (long, 0));
}

#[test]
fn only_a_refusal_of_an_enforced_rule_refuses_the_event() {
    for (mode, refused_until, refuses) in [
        (Mode::Enforce, None, false),
        (Mode::Enforce, Some(at(1)), true),
        (Mode::Monitor, None, false),
        (Mode::Monitor, Some(at(1)), false),
    ] {
        let verdict = Verdict {
            rule: Cow::Borrowed("test"),
            mode,
            refused_until,
        };
        assert_eq!(verdict.refuses(), refuses, "{verdict:?}");
    }
}

#[test]
fn buckets_of_different_parts_are_different() {
    assert_ne!(Bucket::named("ab").part("c"), Bucket::named("a").part("bc"));
    assert_ne!(Bucket::named("a").part(""), Bucket::named("a"));
    let key = |name| Bucket::named(name).as_bytes().to_vec();
    assert_eq!(key("a"), key("a"));
    assert_ne!(key("a"), key("b"));
    assert_eq!(
        format!("{:?}", Bucket::named("+8613800138000")),
        "Bucket(..)"
    );
}

proptest! {
    /// For every schedule, no window of the rule's length holds more than its max, and a refused event gets the
    /// first time at which it fits.
    // shows: B4
    #[test]
    fn no_rolling_window_holds_more_than_max(
        steps in prop::collection::vec((0_i64..80, 1_u32..4), 1..60),
        max in 1_u32..8,
    ) {
        let window = 100;
        let mut now = at(0);
        let mut hits: Vec<Hit> = Vec::new();
        for (step, weight) in steps {
            now = at(now.as_millis() + step);
            let limit = limit(window, max, weight);
            match judge(&limit, &hits, now) {
                None => hits.push(Hit { at: now, weight }),
                Some(until) if weight <= max => {
                    prop_assert!(until > now);
                    prop_assert_eq!(judge(&limit, &hits, until), None);
                    prop_assert!(judge(&limit, &hits, at(until.as_millis() - 1)).is_some());
                }
                Some(_) => {}
            }
        }
        for start in &hits {
            let held: u32 = hits.iter()
                .filter(|hit| hit.at >= start.at && hit.at < start.at.after(Duration::from_millis(window)))
                .map(|hit| hit.weight)
                .sum();
            prop_assert!(held <= max, "{held} in the window from {:?}", start.at);
        }
    }

    /// Hits that were thinned repeatedly refuse every event that the complete hits refuse, and refuse others
    /// only for a little longer.
    #[test]
    fn thinned_hits_refuse_no_less_and_little_longer(
        steps in prop::collection::vec((0_i64..400, 1_u32..4), 100..400),
        window in 1_u64..40_000,
        max in 1_u32..600,
    ) {
        let (mut now, mut whole, mut thinned) = (at(0), Vec::new(), Vec::new());
        for (step, weight) in steps {
            now = at(now.as_millis() + step);
            let limit = limit(window, max, weight);
            let (exact, coarse) = (judge(&limit, &whole, now), judge(&limit, &thinned, now));
            prop_assert!(coarse >= exact);
            if let Some(coarse) = coarse {
                let late = Duration::from_millis(window / 64);
                let longer = judge(&Limit { window: limit.window + late, ..limit }, &whole, now);
                prop_assert!(longer.is_some_and(|longer| coarse <= longer), "{coarse:?}, {longer:?}");
            }
            whole.push(Hit { at: now, weight });
            thinned.push(Hit { at: now, weight });
            thin(&mut thinned, now);
        }
    }

    /// A bucket of any number of hits keeps few.
    #[test]
    fn thinned_hits_are_few(step in 1_i64..50) {
        let (mut hits, mut now) = (Vec::new(), at(0));
        for _ in 0..100_000 {
            now = at(now.as_millis() + step);
            hits.push(Hit { at: now, weight: 1 });
            if hits.len() == 4_000 {
                thin(&mut hits, now);
                prop_assert!(hits.len() < 2_000, "{}", hits.len());
            }
        }
        thin(&mut hits, now);
        prop_assert_eq!(hits.iter().map(|hit| hit.weight).sum::<u32>(), 100_000);
    }
}
