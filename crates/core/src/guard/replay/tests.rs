use std::time::Duration;

use super::*;
use crate::limit::{Counts, Mode, Part, SendLimit};
use crate::price::{Amount, Currency, Price};

const HOUR: Duration = Duration::from_secs(3_600);

fn send(number: &str, seconds: i64, verified_after: Option<i64>) -> PastSend {
    let at = |seconds: i64| Timestamp::from_millis(1_800_000_000_000 + seconds * 1_000);
    PastSend {
        app: AppId::parse("shop").unwrap(),
        channel: Channel::Login,
        phone: PhoneNumber::parse(number, None).unwrap(),
        at: at(seconds),
        verified_at: verified_after.map(|after| at(seconds + after)),
        price: None,
    }
}

/// The refused sends, their numbers, and how many of those were real, of each rule.
fn outcomes(history: &[PastSend], limits: &[SendLimit]) -> Vec<(String, u64, u64, u64)> {
    let limits = SendLimits::new(limits.to_vec()).unwrap();
    let replayed = replay(history, &limits, GuardSettings::default()).unwrap();
    let rules = replayed.rules.into_iter().filter(|rule| rule.is_tried);
    rules
        .map(|rule| (rule.rule, rule.refused, rule.numbers, rule.verified))
        .collect()
}

fn is(rule: &str, refused: u64, numbers: u64, verified: u64) -> (String, u64, u64, u64) {
    (rule.to_owned(), refused, numbers, verified)
}

#[test]
fn a_limit_refuses_what_is_too_much_and_tells_real_people_apart() {
    let history = [
        send("+8613800138000", 0, Some(20)),
        send("+8613800138001", 60, None),
        send("+8613800138002", 120, None),
        send("+8613800138001", 180, None),
        send("+8613800138002", 240, Some(10)),
        send("+8613800138000", 3_700, None),
    ];
    let prefix = SendLimit::new("prefix", &[Part::Prefix], HOUR, 2);
    let number = SendLimit::new("number", &[Part::Number], HOUR, 1);
    let by_address = SendLimit::new("address", &[Part::Address], HOUR, 1);
    let by_money = SendLimit {
        counts: Counts::Money(Currency::parse("CNY").unwrap()),
        ..SendLimit::new("money", &[], HOUR, 1)
    };
    let limits = [prefix, number, by_address, by_money];
    let found = outcomes(&history, &limits);
    // Of the numbers that `prefix` refuses, 8002 verifies a later code; 8000 comes back after the hour.
    let none = [is("guard-conversion", 0, 0, 0), is("guard-block", 0, 0, 0)];
    let expected = [is("prefix", 3, 2, 1), is("number", 2, 2, 1)];
    assert_eq!(found, [&expected[..], &none].concat());
    let limits = SendLimits::new(limits.to_vec()).unwrap();
    let replayed = replay(&history, &limits, GuardSettings::default()).unwrap();
    assert_eq!(replayed.refused, 3, "both limits refuse two of the sends");
}

#[test]
fn a_limit_is_tried_as_if_it_were_enforced() {
    let history = [0, 1, 2].map(|second| send("+8613800138000", second, None));
    let watched = SendLimit {
        mode: Mode::Monitor,
        reserve_percent: 50,
        ..SendLimit::new("watched", &[Part::Number], HOUR, 2)
    };
    assert_eq!(outcomes(&history, &[watched])[0], is("watched", 2, 1, 0));
}

#[test]
fn a_limit_that_counts_numbers_lets_known_numbers_pass() {
    let history = [
        send("+8613800138000", 0, None),
        send("+8613800138001", 1, None),
        send("+8613800138000", 2, None),
        send("+8613800138002", 3, None),
        send("+8613800138001", 4, None),
    ];
    let limit = SendLimit {
        counts: Counts::Numbers,
        ..SendLimit::new("sequence", &[Part::Block], HOUR, 2)
    };
    assert_eq!(outcomes(&history, &[limit])[0], is("sequence", 1, 1, 0));
    let history = [
        send("+8613800138000", 0, None),
        send("+8613800138001", 3_600, None),
        send("+8613800138000", 3_600, None),
    ];
    let limit = SendLimit {
        counts: Counts::Numbers,
        ..SendLimit::new("one", &[Part::Block], HOUR, 1)
    };
    let known_no_longer = is("one", 1, 1, 0);
    assert_eq!(outcomes(&history, &[limit])[0], known_no_longer);
}

#[test]
fn a_verified_code_ends_the_hits_that_it_ends() {
    let scope = [Part::Application, Part::Channel, Part::Number];
    let limit = SendLimit {
        until_verified: true,
        ..SendLimit::new("hour", &scope, HOUR, 1)
    };
    let history = [
        send("+8613800138000", 0, Some(30)),
        send("+8613800138000", 61, None),
        send("+8613800138000", 122, None),
    ];
    assert_eq!(outcomes(&history, &[limit])[0], is("hour", 1, 1, 0));
}

#[test]
fn the_guard_refuses_an_attack_of_the_past() {
    let attack = |number: i64, at| send(&format!("+1415555{:04}", number % 10_000), at, None);
    let history: Vec<_> = (0..1_000).map(|n| attack(n, n * 60)).collect();
    let (limits, guard) = (SendLimits::default(), GuardSettings::default());
    let replayed = replay(&history, &limits, guard).unwrap();
    let [challenged, blocked] = replayed.rules.try_into().unwrap();
    assert_eq!(
        (challenged.rule.as_str(), challenged.verified),
        ("guard-conversion", 0)
    );
    assert_eq!(replayed.sends, 1_000);
    assert_eq!(replayed.refused, challenged.refused + blocked.refused);
    assert_eq!(blocked.refused, 0, "a challenge stops it before");
    assert!(replayed.refused > 950, "{challenged:?}");
}

#[test]
fn the_guard_blocks_a_burst_of_the_past_unless_people_verified() {
    let outcomes = |verified_after| {
        let burst = |number: i64| send(&format!("+1415555{number:04}"), number, verified_after);
        let mut history: Vec<_> = (0..50).map(burst).collect();
        history.push(send("+14155550000", 900, None));
        outcomes(&history, &[])
    };
    let nothing = is("guard-conversion", 0, 0, 0);
    assert_eq!(
        outcomes(None),
        [nothing.clone(), is("guard-block", 1, 1, 0)]
    );
    assert_eq!(outcomes(Some(20)), [nothing, is("guard-block", 0, 0, 0)]);
}

fn yuan(amount: &str) -> Price {
    Price {
        amount: Amount::parse(amount).unwrap(),
        currency: Currency::parse("CNY").unwrap(),
    }
}

#[test]
fn a_limit_on_money_refuses_what_costs_too_much_and_tells_what_it_saves() {
    let costs = |seconds, price| PastSend {
        price,
        ..send("+8613800138000", seconds, None)
    };
    let history = [
        costs(0, Some(yuan("0.6"))),
        costs(1, Some(yuan("0.5"))),
        costs(2, None),
        costs(3, Some(yuan("0.4"))),
        costs(4, Some(yuan("0.0001"))),
        costs(3_600, Some(yuan("0.6"))),
    ];
    let limit = |currency| SendLimit {
        counts: Counts::Money(Currency::parse(currency).unwrap()),
        ..SendLimit::new(&currency.to_lowercase(), &[], HOUR, 10_000)
    };
    let limits = SendLimits::new(vec![limit("CNY"), limit("USD")]).unwrap();
    let replayed = replay(&history, &limits, GuardSettings::default()).unwrap();
    let [of_yuan, of_dollars, ..] = &replayed.rules[..] else {
        panic!("{replayed:?}");
    };
    assert_eq!((of_yuan.is_tried, of_yuan.refused), (true, 2));
    assert_eq!(of_yuan.cost, [yuan("0.5001")]);
    assert!(!of_dollars.is_tried, "no send has a price in its currency");
    assert_eq!(replayed.refused, 2);
}
