//! Changes of keys on several nodes: a node that was not there for one writes nothing under keys of before.

use std::sync::Arc;

use countersign_core::channel::Channel;
use countersign_core::limit::Rules;
use countersign_core::ports::StoreError;
use countersign_core::ports::ledger::Ledger as _;
use countersign_store::postgres::PostgresStore;
use countersign_store::{BeginError, Generations as _};

use crate::backend::Backend as _;
use crate::postgres::{Postgres, held_keys};
use crate::world::{PHONE, World, accepted, minute};

/// Asks a node to send to the one number.
async fn login(node: &PostgresStore, world: &World<Postgres>) -> Result<bool, StoreError> {
    let intent = world.intent("app", Channel::Login, PHONE);
    let rules = Rules::new(vec![minute()]).unwrap();
    Ok(node.decide(intent, rules).await?.admitted())
}

fn world_and_node() -> (World<Postgres>, Arc<PostgresStore>) {
    let world = World::on(Postgres::new());
    let node = world.backend.another_node(&world.backend.hand_clock());
    (world, node)
}

// shows: G6
#[tokio::test(flavor = "multi_thread")]
async fn a_node_that_was_silent_while_keys_changed_decides_on_nothing_until_it_has_them() {
    let (mut world, node) = world_and_node();
    world.backend.add_keys();
    let new = held_keys(8);
    world.backend.generations().hold(std::slice::from_ref(&new));
    let refused = world.backend.begin(&new).await;
    assert!(
        matches!(refused, Err(BeginError::Lacking(_))),
        "{refused:?}"
    );
    // Its sign of life is as old as that of a node that stands still.
    let silent =
        "UPDATE countersign.node SET seen_at = 0 WHERE NOT coalesce(cardinality(keys) > 1, false)";
    while let Err(error) = world.backend.begin(&new).await {
        assert!(matches!(error, BeginError::Lacking(_)), "{error:?}");
        world.backend.administer(silent);
    }
    let (message, decision) = world.login().await;
    assert!(decision.admitted());
    world.settle(message, accepted()).await;
    for _ in 0..2 {
        assert!(login(&node, &world).await.is_err());
        assert!(node.probe().await.is_err());
    }
    node.hold(&[new]);
    assert_eq!(login(&node, &world).await, Ok(false), "the minute is taken");
    assert!(node.probe().await.is_ok());
}

// shows: B1, G6
#[tokio::test(flavor = "multi_thread")]
async fn of_many_sends_on_two_nodes_while_keys_change_one_is_admitted() {
    let (mut world, node) = world_and_node();
    for round in 0..4 {
        world.backend.add_keys();
        node.hold(&[held_keys(8 + round)]);
        let ledgers = [world.ledger(), Arc::clone(&node) as _];
        let sends = (0..200).map(|n| {
            let intent = world.intent("app", Channel::Login, PHONE);
            let rules = Rules::new(vec![minute()]).unwrap();
            let ledger = Arc::clone(&ledgers[n % 2]);
            tokio::spawn(async move { ledger.decide(intent, rules).await.unwrap().admitted() })
        });
        let sends: Vec<_> = sends.collect();
        world.backend.begin_keys().await;
        let mut admitted = 0;
        for send in sends {
            admitted += usize::from(send.await.unwrap());
        }
        assert_eq!(admitted, 1, "round {round}");
        assert_eq!(login(&node, &world).await, Ok(false), "round {round}");
        world.pass(std::time::Duration::from_secs(60));
    }
}

// shows: G6
#[tokio::test]
async fn nodes_of_the_release_before_go_on_until_keys_change() {
    let mut world = World::on(Postgres::new());
    let locks = "SELECT countersign.lock_rows('{}', '{}', '{}', '{}', '{1}', false)";
    let locks = format!("SET search_path = countersign; {locks}");
    world.backend.try_administer(&locks).unwrap();
    world.backend.add_keys();
    world.backend.begin_keys().await;
    let refused = world.backend.try_administer(&locks).unwrap_err();
    assert!(refused.contains("have changed"), "{refused}");
    let outgrown = "SELECT max(oldest)::bigint FROM countersign.version";
    assert_eq!(world.backend.count(outgrown), 15);
}
