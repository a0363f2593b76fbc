//! Limits that count money: reserved with the decision, settled with the outcome.

use std::time::Duration;

use countersign_core::application::AppId;
use countersign_core::channel::Channel;
use countersign_core::guard::Exemption;
use countersign_core::id::MessageId;
use countersign_core::limit::{Counts, Part, Rules, SendFacts, SendLimit, SendLimits, Standing};
use countersign_core::phone::PhoneNumber;
use countersign_core::price::{Amount, Currency, Price};
use countersign_core::send::attempt::Attempt;
use countersign_core::send::outcome::Outcome;
use countersign_core::send::settle::Settlement;
use countersign_core::time::Timestamp;

use crate::world::{World, accepted, on_each_backend, refused, unknown};

const HOUR: Duration = Duration::from_secs(3_600);
pub(crate) const DAY: Duration = Duration::from_secs(24 * 3_600);

pub(crate) fn price(weight: u64) -> Price {
    Price {
        amount: Amount::from_ten_thousandths(weight),
        currency: Currency::parse("CNY").unwrap(),
    }
}

/// A limit of `max` ten-thousandths in a window.
pub(crate) fn budget(name: &str, window: Duration, max: u64) -> SendLimit {
    SendLimit {
        counts: Counts::Money(price(0).currency),
        ..SendLimit::new(name, &[Part::Application], window, max)
    }
}

pub(crate) fn number(n: usize) -> String {
    format!("138{n:08}")
}

pub(crate) fn rules(limits: &SendLimits, n: usize, price: Option<Price>) -> Rules {
    limits.rules(&SendFacts {
        app: &AppId::parse("app").unwrap(),
        channel: Channel::Login,
        phone: &PhoneNumber::parse(&number(n), None).unwrap(),
        address: None,
        standing: Standing::Public,
        price,
        exempt: Exemption::default(),
    })
}

/// Decides on a send to number `n` that costs at most `price`; the message, if it was admitted.
async fn decide(world: &World, limits: &SendLimits, n: usize, price: Price) -> Option<MessageId> {
    let intent = world.intent("app", Channel::Login, &number(n));
    let message = intent.id;
    let rules = rules(limits, n, Some(price));
    let decision = world.ledger().decide(intent, rules).await.unwrap();
    decision.admitted().then_some(message)
}

async fn settle(world: &World, message: MessageId, outcome: Outcome, cost: u64) {
    let settlement = settlement(message, outcome, cost, world.now());
    world.ledger().settle(settlement).await.unwrap();
}

/// The end of `message`, which cost so much.
pub(crate) fn settlement(
    message: MessageId,
    outcome: Outcome,
    cost: u64,
    now: Timestamp,
) -> Settlement {
    let attempt = Attempt {
        provider: Some("test".to_owned()),
        started_at: now,
        ended_at: now,
        outcome,
    };
    let phone = PhoneNumber::parse(&number(0), None).unwrap();
    Settlement {
        message,
        attempts: vec![attempt],
        give_back: Rules::give_backs(Channel::Login, &phone),
        cost,
    }
}

/// The weight that each budget counts now.
pub(crate) async fn counted(world: &World, limits: &SendLimits) -> Vec<u64> {
    let rules = rules(limits, 0, Some(price(1)));
    let states = world.ledger().preview(rules).await.unwrap();
    states.iter().skip(1).map(|state| state.count).collect()
}

// shows: D3
#[tokio::test]
async fn a_send_is_reserved_at_its_highest_price_and_settled_at_what_it_cost() {
    let limits = SendLimits::new(vec![budget("day", DAY, 1_000)]).unwrap();
    for mut world in on_each_backend() {
        let mut under_way = Vec::new();
        for n in 1..=2 {
            under_way.push(decide(&world, &limits, n, price(450)).await.unwrap());
        }
        assert_eq!(
            decide(&world, &limits, 3, price(450)).await,
            None,
            "900 are reserved"
        );
        settle(&world, under_way[0], accepted(), 70).await;
        let third = decide(&world, &limits, 3, price(450)).await;
        assert_eq!(counted(&world, &limits).await, [970]);
        settle(&world, third.unwrap(), refused(), 0).await;
        assert_eq!(
            counted(&world, &limits).await,
            [520],
            "nothing was sent, so it costs nothing"
        );
        settle(&world, under_way[1], unknown(), 450).await;
        world.restart();
        assert_eq!(counted(&world, &limits).await, [520]);
        let fourth = decide(&world, &limits, 4, price(480)).await;
        assert!(fourth.is_some(), "exactly to the budget");
        world.restart();
        assert_eq!(
            counted(&world, &limits).await,
            [1_000],
            "an interrupted send keeps its price"
        );
        assert_eq!(decide(&world, &limits, 5, price(1)).await, None);
        world.pass(DAY);
        assert_eq!(counted(&world, &limits).await, [0]);
    }
}

#[tokio::test]
async fn every_failure_costs_nothing_though_the_minute_comes_back_three_times_only() {
    let limits = SendLimits::new(vec![budget("day", DAY, 1_000)]).unwrap();
    for mut world in on_each_backend() {
        for n in 1..=6 {
            let message = decide(&world, &limits, n, price(1_000)).await.unwrap();
            settle(&world, message, refused(), 0).await;
        }
        world.restart();
        assert_eq!(counted(&world, &limits).await, [0]);
    }
}

#[tokio::test]
async fn a_send_in_another_currency_or_without_a_price_counts_in_no_budget() {
    let limits = SendLimits::new(vec![budget("day", DAY, 0)]).unwrap();
    let dollars = Price {
        currency: Currency::parse("USD").unwrap(),
        ..price(1)
    };
    for world in on_each_backend() {
        for (n, price) in [None, Some(dollars)].into_iter().enumerate() {
            let intent = world.intent("app", Channel::Login, &number(n));
            let rules = rules(&limits, n, price);
            assert!(
                world
                    .ledger()
                    .decide(intent, rules)
                    .await
                    .unwrap()
                    .admitted()
            );
        }
        assert_eq!(decide(&world, &limits, 7, price(1)).await, None);
    }
}

/// Numbers that look random, from a seed.
struct Draw(u64);

impl Draw {
    fn below(&mut self, end: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % end
    }
}

/// The money that is reserved or spent, by the time of the decision.
#[derive(Default)]
struct Model(Vec<(Timestamp, u64)>);

impl Model {
    fn within(&self, window: Duration, now: Timestamp) -> u64 {
        let live = self.0.iter().filter(|(at, _)| at.after(window) > now);
        live.map(|(_, weight)| weight).sum()
    }
}

// shows: D3
#[tokio::test]
async fn no_window_ever_holds_more_money_than_its_budget_in_any_schedule() {
    let windows = [(HOUR, 1_000), (DAY, 2_500)];
    let limits = windows.map(|(window, max)| budget(&format!("b{max}"), window, max));
    let limits = SendLimits::new(limits.to_vec()).unwrap();
    for seed in 1..=12_u64 {
        for mut world in on_each_backend() {
            let (mut draw, mut model) = (Draw(seed * 0x9e37_79b9), Model::default());
            for n in 1..=60 {
                world.pass(Duration::from_secs(draw.below(1_200)));
                let reserved = match draw.below(3) {
                    0 => 1,
                    1 => 450,
                    _ => 999,
                };
                let now = world.now();
                let fits = windows
                    .iter()
                    .all(|(window, max)| model.within(*window, now) + reserved <= *max);
                let message = decide(&world, &limits, n, price(reserved)).await;
                assert_eq!(message.is_some(), fits, "seed {seed}, step {n}");
                if let Some(message) = message {
                    let cost = draw.below(reserved + 1);
                    let weight = match draw.below(4) {
                        0 => {
                            settle(&world, message, refused(), 0).await;
                            0
                        }
                        1 => {
                            settle(&world, message, accepted(), cost).await;
                            cost
                        }
                        2 => {
                            settle(&world, message, unknown(), cost).await;
                            cost
                        }
                        _ => reserved, // nobody hears of it again
                    };
                    model.0.push((now, weight));
                }
                if draw.below(6) == 0 {
                    world.restart();
                }
                let now = world.now();
                let expected = windows.map(|(window, _)| model.within(window, now));
                assert_eq!(
                    counted(&world, &limits).await,
                    expected,
                    "seed {seed}, step {n}"
                );
            }
        }
    }
}

// shows: D3
#[tokio::test]
async fn a_budget_of_a_thousand_million_is_counted_exactly_however_many_sends_share_a_hit() {
    let unit = Amount::UNIT;
    let largest = budget("day", DAY, 1_000_000_000 * unit);
    let limits = SendLimits::new(vec![largest]).unwrap();
    // Sends of one millisecond are one hit, and so are older ones that are near each other.
    let dear = price(Price::MOST.ten_thousandths());
    for mut world in on_each_backend() {
        for n in 0..500 {
            assert!(decide(&world, &limits, n, dear).await.is_some());
            if n % 100 == 0 {
                world.pass(Duration::from_secs(60));
            }
        }
        let spent = 500 * 100_000 * unit;
        assert_eq!(counted(&world, &limits).await, [spent]);
        world.restart();
        assert_eq!(counted(&world, &limits).await, [spent]);
        let rest = price(1_000_000_000 * unit - spent);
        assert!(decide(&world, &limits, 500, rest).await.is_some());
        assert_eq!(decide(&world, &limits, 501, price(1)).await, None);
    }
}
