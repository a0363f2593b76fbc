use proptest::prelude::*;

use super::*;
use crate::channel::Channel;
use crate::phone::PhoneNumber;
use crate::price::Currency;
use crate::time::Timestamp;

pub(super) fn limit(window_millis: u64, max: u64) -> Limit {
    Limit {
        name: Cow::Borrowed("test"),
        counts: Counts::Messages,
        window: Duration::from_millis(window_millis),
        bound: Bound::Max(max),
        mode: Mode::Enforce,
        refundable: true,
        until_verified: false,
        early_percent: 0,
    }
}

pub(super) fn waits(window_millis: u64, waits: &[u64]) -> Limit {
    let waits = waits.iter().map(|wait| Duration::from_millis(*wait));
    Limit {
        bound: Bound::Waits(waits.collect()),
        ..limit(window_millis, 0)
    }
}

pub(super) fn at(millis: i64) -> Timestamp {
    Timestamp::from_millis(millis)
}

#[test]
fn a_minute_ends_on_the_millisecond() {
    let limit = limit(60_000, 1);
    let hits = [Hit {
        at: at(1_000),
        weight: 1,
    }];
    assert_eq!(judge(&limit, &hits, 1, at(60_999)), Some(at(61_000)));
    assert_eq!(judge(&limit, &hits, 1, at(61_000)), None);
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
        let refused_until = judge(&limit(100, 10), &hits, weight, at(30));
        assert_eq!(refused_until, Some(at(until)), "{weight}");
    }
}

#[test]
fn the_wait_grows_with_the_events_in_the_window() {
    let limit = waits(1_000, &[0, 60, 120]);
    let hits = [0, 10, 100, 300].map(|at_millis| Hit {
        at: at(at_millis),
        weight: 1,
    });
    let wait = |count: usize, now: i64| judge(&limit, hits.get(..count).unwrap(), 1, at(now));
    assert_eq!((wait(0, 0), wait(1, 0)), (None, None));
    assert_eq!((wait(2, 69), wait(2, 70)), (Some(at(70)), None));
    assert_eq!((wait(3, 219), wait(3, 220)), (Some(at(220)), None));
    assert_eq!(
        wait(4, 419),
        Some(at(420)),
        "the last wait holds for all further events"
    );
    assert_eq!(wait(4, 1_100), None, "the first three have left the window");
    let words = |count| limit.in_words(count);
    let waiting = |count, millis| Words {
        count,
        max: 1,
        window: Duration::from_millis(millis),
    };
    assert_eq!((words(0), words(2)), (waiting(0, 0), waiting(1, 60)));
    assert_eq!(words(9), waiting(1, 120));
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
fn limits_on_one_bucket_share_its_hits_for_the_longest_window() {
    let rule = |name: &str, limit| Rule {
        bucket: Bucket::named(name),
        limit,
    };
    let (short, long) = (limit(10, 1), limit(20, 2));
    let rules = [
        rule("a", short.clone()),
        rule("b", short),
        rule("a", long.clone()),
        rule("b", limit(5, 1)),
    ];
    let rules = Rules::new(rules.to_vec()).unwrap();
    assert_eq!(rules.buckets(), [Bucket::named("a"), Bucket::named("b")]);
    let windows: Vec<_> = rules.set().buckets().iter().map(|b| b.window).collect();
    assert_eq!(windows, [20, 10].map(Duration::from_millis));
    assert_eq!(rules.set().limits()[2], PlacedLimit::alone(long));
}

#[test]
fn a_refusal_of_a_rule_that_only_monitors_refuses_no_event() {
    for (mode, refused_until, refuses) in [
        (Mode::Enforce, None, false),
        (Mode::Enforce, Some(at(1)), true),
        (Mode::Challenge, None, false),
        (Mode::Challenge, Some(at(1)), true),
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
    let bytes = b"\0\0\0\x04send\0\0\0\x01a";
    assert_eq!(Bucket::named("send").part("a").as_bytes(), bytes);
}

proptest! {
    /// For every schedule, no window of the rule's length holds more than its max, and a refused event gets the
    /// first time at which it fits.
    // shows: B4
    #[test]
    fn no_rolling_window_holds_more_than_max(
        steps in prop::collection::vec((0_i64..80, 1_u64..4), 1..60),
        max in 1_u64..8,
    ) {
        let window = 100;
        let mut now = at(0);
        let mut hits: Vec<Hit> = Vec::new();
        for (step, weight) in steps {
            now = at(now.as_millis() + step);
            let limit = limit(window, max);
            match judge(&limit, &hits, weight, now) {
                None => hits.push(Hit { at: now, weight }),
                Some(until) if weight <= max => {
                    prop_assert!(until > now);
                    prop_assert_eq!(judge(&limit, &hits, weight, until), None);
                    prop_assert!(judge(&limit, &hits, weight, at(until.as_millis() - 1)).is_some());
                }
                Some(_) => {}
            }
        }
        for start in &hits {
            let held: u64 = hits.iter()
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
        steps in prop::collection::vec((0_i64..400, 1_u64..4), 100..400),
        window in 1_u64..40_000,
        max in 1_u64..600,
    ) {
        let (mut now, mut whole, mut thinned) = (at(0), Vec::new(), Vec::new());
        for (step, weight) in steps {
            now = at(now.as_millis() + step);
            let limit = limit(window, max);
            let exact = judge(&limit, &whole, weight, now);
            let coarse = judge(&limit, &thinned, weight, now);
            prop_assert!(coarse >= exact);
            if let Some(coarse) = coarse {
                let late = Duration::from_millis(window / 64);
                let longer = judge(&Limit { window: limit.window + late, ..limit }, &whole, weight, now);
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
        prop_assert_eq!(hits.iter().map(|hit| hit.weight).sum::<u64>(), 100_000);
    }
}

#[test]
fn the_weight_of_an_event_is_its_price_where_money_is_counted() {
    let money = Limit {
        counts: Counts::Money(Currency::parse("CNY").unwrap()),
        ..limit(10, 1_000)
    };
    let rule = |name: &str, limit| Rule {
        bucket: Bucket::named(name),
        limit,
    };
    let rules = Rules::new(vec![rule("a", limit(10, 1)), rule("b", money)]).unwrap();
    let weights = |rules: &Rules| {
        let kinds = rules.set().buckets().iter();
        kinds.map(|kind| rules.weight(kind)).collect::<Vec<_>>()
    };
    assert_eq!((weights(&rules), rules.price()), (vec![1, 0], 0));
    let rules = rules.with_price(450);
    assert_eq!((weights(&rules), rules.price()), (vec![1, 450], 450));
}
