//! Messages whose outcome is not on record yet, on several nodes.

use std::sync::Arc;
use std::time::Duration;

use countersign_core::channel::Channel;
use countersign_core::code::CodeState;
use countersign_core::id::MessageId;
use countersign_core::limit::Rules;
use countersign_core::policy::OUTCOME_DUE;
use countersign_core::ports::ledger::Ledger;
use countersign_core::send::attempt::Attempt;
use countersign_core::send::outcome::Outcome;
use countersign_core::send::settle::Settlement;
use countersign_core::testing::HandClock;
use countersign_core::time::Clock as _;
use tokio::time::timeout;

use crate::backend::{Backend as _, RecordKind};
use crate::postgres::Postgres;
use crate::world::{PHONE, World, accepted, minute};

/// Longer than anything here takes.
const PATIENCE: Duration = Duration::from_secs(30);

/// The time between the clocks of two nodes.
const APART: Duration = Duration::from_secs(300);

/// Decides on a login code by a node with this clock.
async fn decide(world: &World<Postgres>, node: &dyn Ledger, clock: &HandClock) -> MessageId {
    let mut intent = world.intent("app", Channel::Login, PHONE);
    intent.id = MessageId::generate(clock.now(), world.entropy()).unwrap();
    let message = intent.id;
    let rules = Rules::new(vec![minute()]).unwrap();
    assert!(node.decide(intent, rules).await.unwrap().admitted());
    message
}

// shows: F1
#[tokio::test(flavor = "multi_thread")]
async fn a_message_of_a_node_that_died_is_unknown_on_the_others_once_it_is_overdue() {
    for clock in [
        |now: countersign_core::time::Timestamp| now.after(APART),
        |now: countersign_core::time::Timestamp| now.before(APART),
    ] {
        let world = World::on(Postgres::new());
        let clock = Arc::new(HandClock::new(clock(world.now())));
        let node = world.backend.another_node(&clock);
        let message = decide(&world, &*node, &clock).await;
        drop(node);
        world.pass(OUTCOME_DUE);
        assert!(world.timeline(message).await.attempts.is_empty());
        assert_eq!(world.code(message).await, CodeState::Pending);
        world.pass(Duration::from_millis(1));
        let timeline = world.timeline(message).await;
        let outcomes = timeline.attempts.iter().map(|attempt| &attempt.outcome);
        let outcomes: Vec<_> = outcomes.collect();
        assert!(
            matches!(outcomes[..], [Outcome::Unknown { .. }]),
            "{outcomes:?}"
        );
        assert_eq!(timeline.code, CodeState::Live);
        world.pass(Duration::from_secs(60) - OUTCOME_DUE);
        assert!(world.login().await.1.admitted(), "its minute has ended");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_whose_clock_is_ahead_tries_again_until_an_outcome_is_on_record() {
    let world = World::on(Postgres::new());
    let clock = Arc::new(HandClock::new(world.now().after(APART)));
    let node = world.backend.another_node(&clock);
    let message = decide(&world, &*node, &clock).await;
    world.backend.refuse_writes(RecordKind::Outcomes, true);
    let settlement = Settlement {
        message,
        attempts: vec![Attempt {
            provider: Some("test".to_owned()),
            started_at: clock.now(),
            ended_at: clock.now(),
            outcome: accepted(),
        }],
        give_back: Rules::new(vec![]).unwrap(),
        cost: 0,
    };
    node.settle(settlement).await.unwrap_err();
    world.backend.refuse_writes(RecordKind::Outcomes, false);
    let recorded = timeout(PATIENCE, async {
        while world.timeline(message).await.attempts.is_empty() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    });
    recorded.await.unwrap();
    let timeline = world.timeline(message).await;
    assert_eq!(timeline.attempts[0].outcome, accepted());
}
