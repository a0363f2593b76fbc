use proptest::prelude::*;

use super::*;

fn rule(window_millis: u64, max: u32, weight: u32) -> Rule {
    Rule {
        name: Cow::Borrowed("test"),
        bucket: Bucket::named("test"),
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
    let rule = rule(60_000, 1, 1);
    let hits = [Hit {
        at: at(1_000),
        weight: 1,
    }];
    assert_eq!(
        judge(&rule, &hits, at(60_999)).refused_until,
        Some(at(61_000))
    );
    assert_eq!(judge(&rule, &hits, at(61_000)).refused_until, None);
}

#[test]
fn an_event_waits_for_as_much_weight_as_it_needs() {
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
    assert_eq!(
        judge(&rule(100, 10, 1), &hits, at(30)).refused_until,
        Some(at(100))
    );
    assert_eq!(
        judge(&rule(100, 10, 4), &hits, at(30)).refused_until,
        Some(at(110))
    );
    assert_eq!(
        judge(&rule(100, 10, 5), &hits, at(30)).refused_until,
        Some(at(120))
    );
    assert_eq!(
        judge(&rule(100, 10, 11), &hits, at(30)).refused_until,
        Some(at(130))
    );
}

#[test]
fn give_backs_are_counted_per_number_and_channel_over_all_applications() {
    let phone = |number| PhoneNumber::parse(number, None).unwrap();
    let bucket = |channel, number| Rule::give_backs(channel, &phone(number)).bucket;
    let login = bucket(Channel::Login, "13800138000");
    assert_ne!(login, bucket(Channel::Register, "13800138000"));
    assert_ne!(login, bucket(Channel::Login, "13800138001"));
    let minute = |app| {
        Rule::one_per_minute(
            &AppId::parse(app).unwrap(),
            Channel::Login,
            &phone("13800138000"),
        )
    };
    assert_ne!(minute("a").bucket, minute("b").bucket);
    assert_ne!(minute("a").bucket, login);
}

#[test]
fn rules_that_cannot_be_judged_together_are_refused() {
    let named = |name: &str| Rule {
        bucket: Bucket::named(name),
        ..rule(1, 1, 1)
    };
    let two = [named("a"), named("b")];
    assert_eq!(Rules::new(two.to_vec()).unwrap().as_slice(), two);
    assert!(Rules::new(vec![rule(31 * 24 * 3_600_000, 1, 1)]).is_ok());
    assert_eq!(
        Rules::new(vec![named("a"), named("a")]),
        Err(InvalidRules::SharedBucket)
    );
    assert_eq!(Rules::new(vec![rule(0, 1, 1)]), Err(InvalidRules::Window));
    assert_eq!(
        Rules::new(vec![rule(31 * 24 * 3_600_000 + 1, 1, 1)]),
        Err(InvalidRules::Window)
    );
    assert_eq!(Rules::new(vec![rule(1, 1, 0)]), Err(InvalidRules::Weight));
    let many = (0..65).map(|n| named(&n.to_string())).collect();
    assert_eq!(Rules::new(many), Err(InvalidRules::TooMany));
}

#[test]
fn an_enforced_no_refuses() {
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
    /// Whatever the schedule, no window of the rule's length ever holds more than its max, and
    /// the time given to a refused event is the first at which it fits.
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
            let rule = rule(window, max, weight);
            match judge(&rule, &hits, now).refused_until {
                None => hits.push(Hit { at: now, weight }),
                Some(until) if weight <= max => {
                    prop_assert!(until > now);
                    prop_assert_eq!(judge(&rule, &hits, until).refused_until, None);
                    prop_assert!(judge(&rule, &hits, at(until.as_millis() - 1)).refused_until.is_some());
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
}
