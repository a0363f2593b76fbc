//! The shapes of limits on sends beside "at most so many": different numbers, growing waits, and what a success ends.

use std::time::Duration;

use countersign_core::application::AppId;
use countersign_core::channel::Channel;
use countersign_core::code::check::{Caller, CodeCheck};
use countersign_core::limit::{
    Bound, Counts, Limit, Mode, Part, Rules, SendFacts, SendLimit, SendLimits, Standing,
};
use countersign_core::message::Decision;
use countersign_core::phone::PhoneNumber;

use crate::world::{PHONE, World, accepted, is_right, on_each_backend, refused};

const HOUR: Duration = Duration::from_secs(3_600);
const CODE: &str = "000042";

fn facts<R>(number: &str, with: impl FnOnce(&SendFacts<'_>) -> R) -> R {
    let phone = PhoneNumber::parse(number, None).unwrap();
    with(&SendFacts {
        app: &AppId::parse("app").unwrap(),
        channel: Channel::Login,
        phone: &phone,
        address: None,
        standing: Standing::Public,
        price: None,
        exempt: Default::default(),
    })
}

/// Decides on a send to `number`, and settles it with this outcome where it was admitted.
async fn send(world: &World, limits: &SendLimits, number: &str, is_accepted: bool) -> Decision {
    let intent = world.intent("app", Channel::Login, number);
    let message = intent.id;
    let rules = facts(number, |facts| limits.rules(facts));
    let decision = world.ledger().decide(intent, rules).await.unwrap();
    if decision.admitted() {
        let outcome = if is_accepted { accepted() } else { refused() };
        world.settle(message, outcome).await;
    }
    decision
}

fn three_numbers_a_block() -> SendLimits {
    let block = SendLimit {
        counts: Counts::Numbers,
        ..SendLimit::new("block", &[Part::Block], HOUR, 3)
    };
    SendLimits::new(vec![block]).unwrap()
}

#[tokio::test]
async fn a_limit_by_numbers_counts_each_number_once() {
    let limits = three_numbers_a_block();
    let number = |n: u32| format!("138001380{n:02}");
    for mut world in on_each_backend() {
        for round in 0..3 {
            for n in 0..3 {
                assert!(
                    send(&world, &limits, &number(n), true).await.admitted(),
                    "{round} {n}"
                );
            }
            assert!(!send(&world, &limits, &number(7), true).await.admitted());
            world.pass(Duration::from_secs(60));
            world.restart();
        }
        // The newest sends were 60 s ago. Each number leaves an hour after its newest send.
        let decision = send(&world, &limits, &number(7), true).await;
        assert_eq!(decision.wait(), Some(HOUR - Duration::from_secs(60)));
        assert_eq!(decision.counted, 3);
        world.pass(decision.wait().unwrap());
        assert!(send(&world, &limits, &number(7), true).await.admitted());
    }
}

#[tokio::test]
async fn a_number_that_got_nothing_is_not_counted() {
    let limits = three_numbers_a_block();
    let number = |n: u32| format!("138001380{n:02}");
    for mut world in on_each_backend() {
        for n in 0..20 {
            assert!(
                send(&world, &limits, &number(n), false).await.admitted(),
                "{n}"
            );
            world.pass(Duration::from_secs(60)); // so that the next failure gives back, too
        }
        for n in 0..3 {
            assert!(
                send(&world, &limits, &number(n), true).await.admitted(),
                "{n}"
            );
        }
        for _ in 0..2 {
            assert!(!send(&world, &limits, &number(9), true).await.admitted());
            world.restart();
        }
    }
}

fn growing_waits() -> SendLimits {
    let scope = [Part::Application, Part::Channel, Part::Number];
    let seconds = [60, 60, 120, 300, 600].map(Duration::from_secs);
    let waits = SendLimit {
        bound: Bound::Waits(seconds.into()),
        until_verified: true,
        ..SendLimit::new("waits", &scope, HOUR, 0)
    };
    SendLimits::new(vec![waits]).unwrap()
}

/// Sends CODE, and checks it as the application's server.
async fn verify(world: &World, limits: &SendLimits) {
    let typed = world.typed(Caller::Application, "app", Channel::Login, PHONE, CODE);
    let ends = facts(PHONE, |facts| {
        limits.ended_by_success(facts.app, facts.channel, facts.phone)
    });
    let check: CodeCheck = typed.ending(ends);
    assert!(is_right(&world.ledger().check(check).await.unwrap()));
}

// shows: B2, B13
#[tokio::test]
async fn waits_grow_with_the_sends_of_an_hour_until_a_code_is_verified() {
    let limits = growing_waits();
    for mut world in on_each_backend() {
        for seconds in [60, 60, 120, 300, 600, 600] {
            assert!(send(&world, &limits, PHONE, true).await.admitted());
            world.restart();
            let refused = send(&world, &limits, PHONE, true).await;
            assert_eq!(refused.wait(), Some(Duration::from_secs(seconds)));
            world.pass(Duration::from_secs(seconds));
        }
        world.code_sent(CODE).await;
        verify(&world, &limits).await;
        world.pass(Duration::from_secs(1));
        for _ in 0..2 {
            assert!(send(&world, &limits, PHONE, true).await.admitted());
            world.pass(Duration::from_secs(60));
        }
        // A start long after the success knows of it too.
        for n in 0..13 {
            world.pass(Duration::from_secs(60));
            world.other_traffic(n..n + 1).await;
        }
        world.restart();
        assert!(send(&world, &limits, PHONE, true).await.admitted());
        let refused = send(&world, &limits, PHONE, true).await;
        assert_eq!(
            refused.wait(),
            Some(Duration::from_secs(120)),
            "the third since"
        );
    }
}

#[tokio::test]
async fn a_challenge_refuses_like_an_enforced_limit_which_comes_first() {
    let rule = |name, mode, max| SendLimit {
        mode,
        ..SendLimit::new(name, &[Part::Number], HOUR, max)
    };
    let limits = [
        rule("soft", Mode::Challenge, 0),
        rule("hard", Mode::Enforce, 0),
    ];
    for world in on_each_backend() {
        for (limits, name) in [(&limits[..1], "soft"), (&limits[..], "hard")] {
            let limits = SendLimits::new(limits.to_vec()).unwrap();
            let intent = world.intent("app", Channel::Login, PHONE);
            let rules = facts(PHONE, |facts| {
                let standing = Standing::Unsolved;
                limits.rules(&SendFacts { standing, ..*facts })
            });
            let decision = world.ledger().decide(intent, rules).await.unwrap();
            let refusal = limits.refusal(&decision).unwrap();
            assert_eq!(refusal.limit, name);
            assert_eq!(refusal.mode == Mode::Challenge, name == "soft");
        }
    }
}

#[tokio::test]
async fn a_preview_tells_what_is_counted_and_counts_nothing() {
    let limits = vec![SendLimit::new("hour", &[Part::Number], HOUR, 2)];
    let limits = SendLimits::new(limits).unwrap();
    for world in on_each_backend() {
        let preview = async || {
            let rules: Rules = facts(PHONE, |facts| limits.rules(facts));
            let states = world.ledger().preview(rules).await.unwrap();
            let told = |state: &countersign_core::limit::LimitState| {
                let limit: &Limit = &state.limit;
                let wait = state.refused_until.map(|until| world.now().until(until));
                (limit.name.to_string(), state.count, wait)
            };
            states.iter().map(told).collect::<Vec<_>>()
        };
        let is = |name: &str, count, wait| (name.to_owned(), count, wait);
        let fresh = [is("minute", 0, None), is("hour", 0, None)];
        assert_eq!(preview().await, fresh);
        assert_eq!(preview().await, fresh);
        let minute = Duration::from_secs(60);
        assert!(send(&world, &limits, PHONE, true).await.admitted());
        let one = [is("minute", 1, Some(minute)), is("hour", 1, None)];
        assert_eq!(preview().await, one);
        world.pass(minute);
        assert!(send(&world, &limits, PHONE, true).await.admitted());
        let two = [
            is("minute", 1, Some(minute)),
            is("hour", 2, Some(HOUR - minute)),
        ];
        assert_eq!(preview().await, two);
    }
}
