use std::time::Duration;

use super::*;
use crate::limit::InvalidRules;
use crate::price::Amount;
use crate::time::Timestamp;

pub(in crate::limit) fn limit(name: &str, by: &[Part]) -> SendLimit {
    SendLimit {
        mode: Mode::Monitor,
        ..SendLimit::new(name, by, Duration::from_secs(3600), 5)
    }
}

fn rules(limits: &SendLimits, app: &str, channel: Channel, number: &str) -> Rules {
    let (app, phone) = (AppId::parse(app).unwrap(), PhoneNumber::parse(number, None));
    limits.rules(&SendFacts {
        app: &app,
        channel,
        phone: &phone.unwrap(),
        address: None,
        standing: Standing::Public,
        price: None,
        exempt: Default::default(),
    })
}

#[test]
fn the_one_minute_limit_is_always_the_first() {
    let alone = SendLimits::default();
    let more = SendLimits::new(vec![limit("day", &[])]).unwrap();
    for limits in [&alone, &more] {
        let rules = rules(limits, "app", Channel::Login, "13800138000");
        let first = PlacedLimit::alone(Limit::one_per_minute());
        assert_eq!(rules.set().limits()[0], first);
    }
    let set = |limits| {
        let rules = rules(limits, "app", Channel::Login, "13800138000");
        (rules.set().limits().len(), rules.buckets()[0].clone())
    };
    assert_eq!((set(&alone).0, set(&more).0), (1, 2));
    assert_eq!(set(&alone).1, set(&more).1);
}

#[test]
fn limits_by_the_same_parts_share_a_bucket() {
    let parts = [Part::Number, Part::Application, Part::Channel];
    let limits = vec![
        limit("a", &[Part::Number]),
        limit("b", &parts),
        limit("c", &[Part::Number]),
    ];
    let limits = SendLimits::new(limits).unwrap();
    let rules = rules(&limits, "app", Channel::Login, "13800138000");
    let buckets = rules.set().limits().iter().map(|placed| placed.bucket);
    assert_eq!(buckets.collect::<Vec<_>>(), [0, 1, 0, 1]);
}

#[test]
fn sends_that_differ_in_a_part_are_counted_apart() {
    let same = ("app", Channel::Login, "+8613800138000");
    let sends = [
        (("other", same.1, same.2), vec![Part::Application]),
        ((same.0, Channel::Register, same.2), vec![Part::Channel]),
        ((same.0, same.1, "+8613800138001"), vec![Part::Number]),
        (
            (same.0, same.1, "+8613800138100"),
            vec![Part::Number, Part::Block],
        ),
        (
            (same.0, same.1, "+8613800148000"),
            vec![Part::Number, Part::Block, Part::Prefix],
        ),
        (
            (same.0, same.1, "+14155550132"),
            vec![
                Part::Number,
                Part::Block,
                Part::Prefix,
                Part::Country,
                Part::CallingCode,
                Part::Carrier,
            ],
        ),
    ];
    for part in Part::ALL {
        if matches!(part, Part::Address | Part::Network) {
            continue; // sends without a caller's address
        }
        let limits = SendLimits::new(vec![limit("one", &[part])]).unwrap();
        let bucket = |(app, channel, number): (&str, Channel, &str)| {
            rules(&limits, app, channel, number).buckets()[1].clone()
        };
        for (other, differs) in &sends {
            let differ = bucket(same) != bucket(*other);
            assert_eq!(differ, differs.contains(&part), "{part:?}, {other:?}");
        }
    }
    let all = SendLimits::new(vec![limit("all", &[])]).unwrap();
    let [one, two] = [same, sends[5].0]
        .map(|(app, channel, number)| rules(&all, app, channel, number).buckets()[1].clone());
    assert_eq!(one, two);
}

#[test]
fn a_refusal_is_told_by_the_enforced_limit_that_refuses_the_longest() {
    let limit = |name, by: &[Part], max, mode| SendLimit {
        bound: Bound::Max(max),
        mode,
        ..limit(name, by)
    };
    let more = vec![
        limit(
            "number",
            &[Part::Application, Part::Number],
            5,
            Mode::Enforce,
        ),
        limit("watched", &[], 0, Mode::Monitor),
        limit("block", &[Part::Block], 5, Mode::Enforce),
        limit("closed", &[Part::Country], 0, Mode::Enforce),
    ];
    let limits = SendLimits::new(more).unwrap();
    let judged = rules(&limits, "app", Channel::Login, "13800138000");
    let told = |refusals: &[(usize, i64)]| {
        let at = Timestamp::from_millis(1_000);
        let until = |(place, after)| (place, Timestamp::from_millis(1_000 + after));
        let refusals = refusals.iter().copied().map(until).collect();
        let refusal = limits.refusal(&Decision::new(at, Arc::clone(judged.set()), refusals))?;
        let wait = refusal.wait().as_millis();
        Some((
            refusal.limit.into_owned(),
            refusal.kind,
            refusal.until.is_some(),
            wait,
        ))
    };
    let is = |name: &str, kind, ends, wait| Some((name.to_owned(), kind, ends, wait));
    assert_eq!(told(&[]), None);
    assert_eq!(
        told(&[(2, 9_000)]),
        None,
        "a monitored limit refuses nothing"
    );
    let minute = is("minute", LimitKind::Minute, true, 60);
    assert_eq!(told(&[(0, 60), (2, 9_000)]), minute);
    assert_eq!(told(&[(0, 60), (1, 60)]), minute, "the first of equals");
    let number = is("number", LimitKind::Number, true, 61);
    assert_eq!(told(&[(0, 60), (1, 61), (3, 7)]), number);
    assert_eq!(told(&[(3, 7)]), is("block", LimitKind::Everybody, true, 7));
    let never = is("closed", LimitKind::Everybody, false, 3_600_000);
    assert_eq!(told(&[(1, 3_700_000), (4, 3_600_000)]), never);
}

#[test]
fn a_limit_with_a_bad_or_taken_name_is_refused() {
    for name in ["", "Day", "a b", &"a".repeat(33)] {
        let refused = SendLimits::new(vec![limit(name, &[])]).unwrap_err();
        assert_eq!(refused, InvalidSendLimits::Name(name.to_owned()));
    }
    for names in [["minute", "a"], ["a", "a"]] {
        let limits = names.map(|name| limit(name, &[])).to_vec();
        let refused = SendLimits::new(limits).unwrap_err();
        assert!(
            matches!(refused, InvalidSendLimits::NameTaken(_)),
            "{refused:?}"
        );
    }
    assert!(SendLimits::new(vec![limit(&"a-_9".repeat(8), &[])]).is_ok());
    let many = (0..64).map(|n| limit(&n.to_string(), &[])).collect();
    let refused = SendLimits::new(many).unwrap_err();
    assert_eq!(refused, InvalidSendLimits::Rules(InvalidRules::TooMany));
}

pub(in crate::limit) fn ask<'a>(app: &'a AppId, phone: &'a PhoneNumber) -> SendFacts<'a> {
    SendFacts {
        app,
        channel: Channel::Login,
        phone,
        address: None,
        standing: Standing::Public,
        price: None,
        exempt: Default::default(),
    }
}

/// The names, modes and bounds by which a send is judged, without the minute.
pub(in crate::limit) fn judged(
    limits: &SendLimits,
    send: SendFacts<'_>,
) -> Vec<(String, Mode, Bound)> {
    let rules = limits.rules(&send);
    let judged = rules.set().limits().iter().skip(1);
    judged
        .map(|placed| {
            let limit = &placed.limit;
            (limit.name.to_string(), limit.mode, limit.bound.clone())
        })
        .collect()
}

pub(in crate::limit) fn parsed(number: &str) -> (AppId, PhoneNumber) {
    let phone = PhoneNumber::parse(number, None).unwrap();
    (AppId::parse("shop").unwrap(), phone)
}

// shows: B8
#[test]
fn an_address_of_ipv6_counts_by_its_network_and_one_of_ipv4_by_itself() {
    let limits = SendLimits::new(vec![
        limit("address", &[Part::Address]),
        limit("network", &[Part::Network]),
    ]);
    let (limits, (app, phone)) = (limits.unwrap(), parsed("13800138000"));
    let buckets = |address: &str| {
        let address = address.parse().ok();
        let rules = limits.rules(&SendFacts {
            address,
            ..ask(&app, &phone)
        });
        rules.buckets()[1..].to_vec()
    };
    assert_eq!(buckets(""), [], "without an address no such limit applies");
    assert_eq!(buckets("192.0.2.1").len(), 1);
    assert_ne!(buckets("192.0.2.1"), buckets("192.0.2.2"));
    let one = buckets("2001:db8:1:2::1");
    assert_eq!(one, buckets("2001:db8:1:2:ffff::9"));
    let [address, network] = [&one[0], &one[1]];
    let near = buckets("2001:db8:1:3::1");
    assert!(near[0] != *address && near[1] == *network);
    let far = buckets("2001:db8:2:2::1");
    assert!(far[0] != *address && far[1] != *network);
}

#[test]
fn a_limit_that_counts_numbers_looks_at_the_hits_of_each_number() {
    let block = SendLimit {
        counts: Counts::Numbers,
        ..limit("block", &[Part::Block])
    };
    let limits = SendLimits::new(vec![block, limit("sends", &[Part::Block, Part::Number])]);
    let (app, phone) = parsed("13800138000");
    let rules = limits.unwrap().rules(&ask(&app, &phone));
    let places = rules
        .set()
        .limits()
        .iter()
        .map(|placed| (placed.bucket, placed.of_number));
    assert_eq!(
        places.collect::<Vec<_>>(),
        [(0, None), (2, Some(1)), (1, None)]
    );
    assert_eq!(rules.set().buckets()[2].of_number, Some(1));
    assert_eq!(rules.buckets().len(), 3);
}

#[test]
fn a_success_ends_the_hits_of_limits_that_hold_until_then_and_no_others() {
    let waits = SendLimit {
        bound: Bound::Waits([Duration::from_secs(120)].into()),
        until_verified: true,
        ..limit("waits", &SCOPE)
    };
    let (app, phone) = parsed("13800138000");
    let ended = |limits: Vec<SendLimit>| {
        let limits = SendLimits::new(limits).unwrap();
        let judged = limits.rules(&ask(&app, &phone)).buckets().to_vec();
        let ended = limits.ended_by_success(&app, Channel::Login, &phone);
        (judged, ended.map(|rules| rules.buckets().to_vec()))
    };
    assert_eq!(ended(vec![limit("hour", &SCOPE)]).1, None);
    let (judged, ended) = ended(vec![limit("hour", &SCOPE), waits]);
    assert_eq!(ended, Some(vec![judged[1].clone()]));
    assert_ne!(judged[0], judged[1]);
}

#[test]
fn a_send_is_judged_by_what_it_is_whatever_was_judged_before() {
    let [yuan, dollar] = ["CNY", "USD"].map(|code| Currency::parse(code).unwrap());
    let money = |name: &str, currency| SendLimit {
        counts: Counts::Money(currency),
        ..limit(name, &[])
    };
    let limits = SendLimits::new(vec![
        limit("address", &[Part::Address]),
        limit("prefix", &[Part::Prefix]),
        money("yuan", yuan),
        money("dollar", dollar),
    ]);
    let (limits, (app, phone)) = (limits.unwrap(), parsed("13800138000"));
    let names = |currency: Option<Currency>, number, address| {
        let send = SendFacts {
            address: "192.0.2.1".parse().ok(),
            price: currency.map(|currency| Price {
                currency,
                amount: Amount::parse("0.045").unwrap(),
            }),
            exempt: Exemption { number, address },
            ..ask(&app, &phone)
        };
        let judged = judged(&limits, send).into_iter();
        judged.map(|(name, _, _)| name).collect::<Vec<_>>()
    };
    for _ in 0..2 {
        assert_eq!(names(None, false, false), ["address", "prefix"]);
        assert_eq!(
            names(Some(yuan), false, false),
            ["address", "prefix", "yuan"]
        );
        assert_eq!(
            names(Some(dollar), false, false),
            ["address", "prefix", "dollar"]
        );
        assert_eq!(names(None, true, false), ["address"]);
        assert_eq!(names(None, false, true), ["prefix"]);
    }
}

#[test]
fn a_limit_that_blocks_does_so_where_it_refuses_for_good() {
    let blocks = |name, mode| SendLimit {
        mode,
        blocks: true,
        ..limit(name, &[Part::Block])
    };
    let plain = SendLimit {
        blocks: false,
        ..blocks("plain", Mode::Enforce)
    };
    let limits = SendLimits::new(vec![
        blocks("enforced", Mode::Enforce),
        blocks("asked", Mode::Challenge),
        blocks("watched", Mode::Monitor),
        plain,
    ]);
    let (limits, (app, phone)) = (limits.unwrap(), parsed("13800138000"));
    let rules = limits.rules(&SendFacts {
        standing: Standing::Unsolved,
        ..ask(&app, &phone)
    });
    let blocking = |refused: &[usize]| {
        let until = |place: &usize| (*place, Timestamp::from_millis(9));
        let refusals = refused.iter().map(until).collect();
        let decision = Decision::new(Timestamp::default(), Arc::clone(rules.set()), refusals);
        let blocking = limits.blocking(&decision).map(|limit| limit.name.clone());
        blocking.collect::<Vec<_>>()
    };
    assert_eq!(blocking(&[0, 1, 2, 3, 4]), ["enforced"]);
    assert_eq!(blocking(&[0, 2, 3, 4]), [""; 0]);
}

/// Hits are on record under these names, so another name would forget them.
#[test]
fn the_names_of_buckets_never_change() {
    let (app, phone) = parsed("13800138000");
    let bucket = |limit| {
        let limits = SendLimits::new(vec![limit]).unwrap();
        let rules = limits.rules(&SendFacts {
            address: "2001:db8:1:2::3".parse().ok(),
            price: Some(Price {
                currency: Currency::parse("CNY").unwrap(),
                amount: Amount::parse("0.045").unwrap(),
            }),
            ..ask(&app, &phone)
        });
        rules.buckets().last().cloned().unwrap()
    };
    for (part, name, short, value) in [
        (Part::Application, "application", "a", "shop"),
        (Part::Channel, "channel", "c", "CHANNEL_LOGIN"),
        (Part::Country, "country", "r", "CN"),
        (Part::Prefix, "prefix", "p", "+861380013"),
        (Part::Block, "block", "b", "+86138001380"),
        (Part::Number, "number", "n", "+8613800138000"),
        (Part::CallingCode, "calling_code", "k", "86"),
        (Part::Carrier, "carrier", "o", "+86138"),
        (Part::Address, "address", "i", "2001:db8:1:2"),
        (Part::Network, "network", "w", "2001:db8:1"),
    ] {
        let expected = Bucket::named("send").part(short).part(value);
        assert_eq!(bucket(limit("one", &[part])), expected, "{part:?}");
        assert_eq!(part.as_str(), name);
    }
    let counting = |counts| SendLimit {
        counts,
        ..limit("all", &[])
    };
    let yuan = Currency::parse("CNY").unwrap();
    let money = Bucket::named("send-money").part("CNY");
    assert_eq!(bucket(counting(Counts::Money(yuan))), money);
    let numbers = Bucket::named("send-numbers");
    assert_eq!(bucket(counting(Counts::Numbers)), numbers);
    let waits = SendLimit {
        until_verified: true,
        ..limit("waits", &SCOPE)
    };
    let scope = [
        ("a", "shop"),
        ("c", "CHANNEL_LOGIN"),
        ("n", "+8613800138000"),
    ];
    let unverified = Bucket::named("send-unverified");
    let unverified = scope.iter().fold(unverified, |bucket, (short, value)| {
        bucket.part(short).part(value)
    });
    assert_eq!(bucket(waits), unverified);
}
