//! Many callers at once spend money of one budget.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use countersign_core::channel::Channel;
use countersign_core::limit::SendLimits;
use tokio::task::JoinSet;

use crate::money::{DAY, budget, counted, number, price, rules, settlement};
use crate::world::{accepted, on_each_backend, refused, unknown};

const CALLERS: u64 = 200;

/// The money that callers know to be reserved or spent. A caller adds what it was admitted with after the decision, and takes
/// off what it pays less before it settles, so the ledger never holds less than this.
#[derive(Default)]
struct Held {
    now: AtomicU64,
    most: AtomicU64,
}

impl Held {
    fn add(&self, weight: u64) {
        let now = self.now.fetch_add(weight, Ordering::SeqCst) + weight;
        self.most.fetch_max(now, Ordering::SeqCst);
    }

    fn take(&self, weight: u64) {
        self.now.fetch_sub(weight, Ordering::SeqCst);
    }
}

// shows: D3
#[tokio::test(flavor = "multi_thread")]
async fn of_200_callers_at_once_as_many_are_admitted_as_the_budget_pays_for() {
    let limits = SendLimits::new(vec![budget("day", DAY, 45_449)]).unwrap();
    for world in on_each_backend() {
        for round in 0..10 {
            let mut calls = JoinSet::new();
            for n in 0..CALLERS {
                let place = usize::try_from(n).unwrap();
                let intent = world.intent("app", Channel::Login, &number(place));
                let rules = rules(&limits, place, Some(price(450)));
                let ledger = world.ledger();
                calls.spawn(async move { ledger.decide(intent, rules).await.unwrap().admitted() });
            }
            let admitted = calls.join_all().await.into_iter().filter(|is| *is).count();
            assert_eq!(admitted, 100, "round {round}: 101 cost 45,450");
            assert_eq!(counted(&world, &limits).await, [45_000], "round {round}");
            world.pass(DAY);
        }
    }
}

// shows: D3
#[tokio::test(flavor = "multi_thread")]
async fn of_200_callers_at_once_that_pay_less_than_they_reserve_none_goes_over_the_budget() {
    let max = 20_000;
    let limits = SendLimits::new(vec![budget("day", DAY, max)]).unwrap();
    for mut world in on_each_backend() {
        let (held, mut calls) = (Arc::new(Held::default()), JoinSet::new());
        for n in 0..CALLERS {
            let place = usize::try_from(n).unwrap();
            let reserved = 100 + 7 * (n % 50);
            let (outcome, cost) = match n % 3 {
                0 => (refused(), 0),
                1 => (accepted(), reserved / 2),
                _ => (unknown(), reserved),
            };
            let intent = world.intent("app", Channel::Login, &number(place));
            let end = settlement(intent.id, outcome, cost, world.now());
            let rules = rules(&limits, place, Some(price(reserved)));
            let (ledger, held) = (world.ledger(), Arc::clone(&held));
            calls.spawn(async move {
                if !ledger.decide(intent, rules).await.unwrap().admitted() {
                    return 0;
                }
                held.add(reserved);
                held.take(reserved - cost);
                ledger.settle(end).await.unwrap();
                cost
            });
        }
        let paid: u64 = calls.join_all().await.into_iter().sum();
        let most = held.most.load(Ordering::SeqCst);
        assert!(most <= max && paid > 0, "{most} of {max}, {paid} paid");
        assert_eq!(counted(&world, &limits).await, [paid]);
        world.restart();
        assert_eq!(counted(&world, &limits).await, [paid]);
    }
}
