//! Changes of keys on several nodes: a node that was not there for one writes nothing under keys of before.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use countersign_core::channel::Channel;
use countersign_core::limit::Rules;
use countersign_core::ports::StoreError;
use countersign_core::ports::ledger::Ledger;
use countersign_store::postgres::PostgresStore;
use countersign_store::{BeginError, Generations as _};
use futures_util::future::join_all;

use crate::backend::Backend as _;
use crate::postgres::{Postgres, held_keys};
use crate::world::{PHONE, World, accepted, minute_of};

/// Asks a node to send to a number.
async fn login(
    node: &dyn Ledger,
    world: &World<Postgres>,
    phone: &str,
) -> Result<bool, StoreError> {
    let intent = world.intent("app", Channel::Login, phone);
    let rules = Rules::new(vec![minute_of(phone)]).unwrap();
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
        assert!(login(&*node, &world, PHONE).await.is_err());
        assert!(node.probe().await.is_err());
    }
    node.hold(&[new]);
    let again = login(&*node, &world, PHONE).await;
    assert_eq!(again, Ok(false), "the minute is taken");
    assert!(node.probe().await.is_ok());
}

/// Of each number nothing is known before, so that both nodes insert its rows, and one of them has to begin again.
// shows: B1, G6
#[tokio::test(flavor = "multi_thread")]
async fn of_many_sends_on_two_nodes_while_keys_change_one_is_admitted() {
    let (mut world, node) = world_and_node();
    for round in 0..8 {
        world.backend.add_keys();
        node.hold(&[held_keys(8 + round)]);
        let has_begun = AtomicBool::new(false);
        let change = async {
            world.backend.begin_keys().await;
            has_begun.store(true, Ordering::SeqCst);
        };
        let sends = async {
            let nodes: [Arc<dyn Ledger>; 2] = [world.ledger(), Arc::clone(&node) as _];
            for n in 0.. {
                let phone = format!("+86138{round:04}{n:04}");
                let sends = (0..8).map(|send| login(&*nodes[send % 2], &world, &phone));
                let admitted = join_all(sends).await.into_iter().map(Result::unwrap);
                assert_eq!(admitted.filter(|it| *it).count(), 1, "round {round}, {n}");
                if has_begun.load(Ordering::SeqCst) {
                    break;
                }
            }
        };
        tokio::join!(change, sends);
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
