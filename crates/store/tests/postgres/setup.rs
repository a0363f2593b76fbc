//! The setup and the audit record of several nodes.

use std::time::Duration;

use countersign_core::audit::Author;
use countersign_core::audit::chain::Verifier;
use countersign_core::ports::audit::AuditLog as _;
use countersign_core::ports::setup::{Change, ChangeError, SetupStore as _};
use tokio::time::timeout;

use crate::backend::Backend as _;
use crate::postgres::Postgres;
use crate::settings::{PATH, PATH_BEFORE, SECRET, SECRET_BEFORE, access_key, put, settings};
use crate::world::World;

/// Longer than anything here takes.
const PATIENCE: Duration = Duration::from_secs(30);

#[tokio::test(flavor = "multi_thread")]
async fn another_node_hears_of_each_change() {
    let world = World::on(Postgres::new());
    let other = world.backend.another_node(&world.backend.hand_clock());
    for setting in settings(&world) {
        let seen = other.setup().version;
        let changed = put(&world, setting).await;
        let heard = timeout(PATIENCE, other.newer_than(seen)).await.unwrap();
        assert_eq!(heard, changed);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_that_has_lost_its_sessions_hears_of_a_change_all_the_same() {
    let world = World::on(Postgres::new());
    let other = world.backend.another_node(&world.backend.hand_clock());
    for round in 0..3 {
        let seen = other.setup().version;
        world.backend.cut_sessions();
        let changed = put(&world, access_key(&world, &format!("key-{round}"))).await;
        let heard = timeout(PATIENCE, other.newer_than(seen)).await.unwrap();
        assert_eq!(heard, changed);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_that_nothing_tells_of_is_heard_of_all_the_same() {
    let world = World::on(Postgres::new());
    let node = world.backend.another_node(&world.backend.hand_clock());
    for _ in 0..3 {
        let seen = node.setup().version;
        // As if the notification had been lost.
        let change = "UPDATE countersign.setup SET version = version + 1";
        world.backend.administer(change);
        let heard = timeout(PATIENCE, node.newer_than(seen)).await.unwrap();
        assert_eq!(heard.version.number(), seen.number() + 1);
    }
}

// shows: G9
#[tokio::test(flavor = "multi_thread")]
async fn of_changes_on_several_nodes_one_wins_each_version_and_all_are_in_one_chain() {
    let world = World::on(Postgres::new());
    let nodes = [0; 3].map(|_| world.backend.another_node(&world.backend.hand_clock()));
    let (mut won, first) = (0, world.setups().setup().version);
    for round in 0..5 {
        let seen = world.setups().setup().version;
        let changes = (0..12).map(|n| {
            let node = nodes[n % 3].clone();
            let setting = access_key(&world, &format!("key-{round}-{n}"));
            tokio::spawn(async move {
                let seen = timeout(PATIENCE, async {
                    while node.setup().version < seen {
                        node.newer_than(node.setup().version).await;
                    }
                });
                seen.await.unwrap();
                let seen = node.setup().version;
                let changed = node
                    .change(seen, Change::Put(setting), Author::service())
                    .await;
                match changed {
                    Ok(_) => 1,
                    Err(error) => {
                        assert_eq!(error, ChangeError::Stale);
                        assert!(node.setup().version > seen, "there is news");
                        0
                    }
                }
            })
        });
        for change in changes.collect::<Vec<_>>() {
            won += change.await.unwrap();
        }
        timeout(PATIENCE, world.setups().newer_than(seen))
            .await
            .unwrap();
    }
    let newest = timeout(PATIENCE, async {
        loop {
            let setup = world.setups().setup();
            if setup.version.number() == first.number() + won {
                return setup;
            }
            world.setups().newer_than(setup.version).await;
        }
    });
    let newest = newest.await.unwrap();
    assert_eq!(newest.access_keys.len() as u64, won);
    let acts = nodes[1].after(0, 1_000).await.unwrap();
    assert_eq!(acts.len() as u64, won);
    let mut verifier = Verifier::new(None);
    acts.iter().for_each(|act| verifier.take(act).unwrap());
    assert_eq!(verifier.finish(), Ok(nodes[2].head().await.unwrap()));
}

#[tokio::test]
async fn the_database_holds_no_secret_of_a_setting() {
    let world = World::on(Postgres::new());
    for setting in settings(&world) {
        put(&world, setting).await;
    }
    let dump = world.backend.dump();
    assert!(dump.contains("示例商城"));
    for secret in [SECRET, PATH, PATH_BEFORE, SECRET_BEFORE, "13800138000"] {
        assert!(!dump.contains(secret), "{secret}");
    }
}

#[tokio::test]
async fn the_audit_record_refuses_to_be_changed() {
    let world = World::on(Postgres::new());
    put(&world, access_key(&world, "key")).await;
    for sql in [
        "UPDATE countersign.audit SET text = ''",
        "DELETE FROM countersign.audit",
        "TRUNCATE countersign.audit",
    ] {
        let refused = world.backend.try_administer(sql);
        assert!(refused.unwrap_err().contains("only appended to"), "{sql}");
    }
}
