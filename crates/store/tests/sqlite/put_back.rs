//! A database that was put back, and that an operator accepts.

use std::fs;
use std::time::Duration;

use countersign_core::code::check::Caller;
use countersign_core::ports::StoreError;
use countersign_store::PutBack;
use countersign_store::sqlite::OpenError;

use crate::settings::{application, put};
use crate::sqlite::Sqlite;
use crate::world::{World, is_locked, is_right, minute};

/// Replaces the database by an older copy, while its store is stopped.
fn put_back(world: &World<Sqlite>, copy: &[u8]) {
    fs::write(world.backend.dir.path().join("countersign.db"), copy).unwrap();
    let log = world.backend.dir.path().join("countersign.db-wal");
    fs::remove_file(log).ok();
}

fn copy(world: &World<Sqlite>) -> Vec<u8> {
    fs::read(world.backend.dir.path().join("countersign.db")).unwrap()
}

// shows: found-R2, B10
#[tokio::test]
async fn sends_wait_for_a_minute_and_budgets_count_what_an_accepted_database_knows() {
    let mut world = World::on(Sqlite::new());
    world.code_sent("000042").await;
    world.wrong(Caller::Public, 4).await;
    world.stop();
    let older = copy(&world);
    world.start();
    world.pass(Duration::from_secs(70));
    assert!(world.login().await.1.admitted());
    world.stop();
    put_back(&world, &older);
    let refused = world.backend.start_with_keys(7).map(|_| ());
    let older = |why: &PutBack| matches!(why, PutBack::Older { .. });
    assert!(
        matches!(&refused, Err(OpenError::PutBack { why, .. }) if older(why)),
        "{refused:?}"
    );

    world.backend.start_restored();
    let found = world.check(Caller::Application, "000042").await;
    assert!(!is_right(&found), "{found:?}");
    for (passed, left) in [(0, 60), (59, 1)] {
        world.pass(Duration::from_secs(passed));
        let held = world.decide(vec![minute()]).await;
        let wait = Duration::from_secs(left);
        assert_eq!(held.map(|_| ()), Err(StoreError::Held { wait }));
        world.restart();
    }
    world.pass(Duration::from_secs(1));
    assert!(world.login().await.1.admitted());
    // Of the ten wrong guesses that an hour allows, four were made before the copy, and one of the dead code.
    for left in [3, 2] {
        world.code_sent("000042").await;
        world.wrong(Caller::Public, left).await;
    }
    let found = world.check(Caller::Public, "999999").await;
    assert!(is_locked(&found), "{found:?}");

    let log = world.backend.intruder();
    let found: String = log
        .query_row("SELECT found FROM accepted_restore", [], |row| row.get(0))
        .unwrap();
    assert!(found.starts_with("is older than its mark"), "{found}");
}

// shows: found-R2
#[tokio::test]
async fn the_database_that_an_accepted_one_replaced_is_another() {
    let mut world = World::on(Sqlite::new());
    world.stop();
    let older = copy(&world);
    world.start();
    world.login().await;
    world.stop();
    let newer = copy(&world);
    put_back(&world, &older);
    world.backend.start_restored();
    world.stop();
    put_back(&world, &newer);
    let refused = world.backend.start_with_keys(7).map(|_| ());
    let other = OpenError::PutBack {
        path: world.backend.dir.path().join("countersign.db"),
        why: PutBack::Other,
    };
    assert_eq!(refused.unwrap_err().to_string(), other.to_string());
}

// shows: found-R2
#[tokio::test]
async fn a_copy_that_lacks_a_change_of_the_setup_alone_is_noticed() {
    let mut world = World::on(Sqlite::new());
    world.stop();
    let older = copy(&world);
    world.start();
    put(&world, application(&world, "Shop", "s3cret")).await;
    world.stop();
    put_back(&world, &older);
    assert!(world.backend.start_with_keys(7).is_err());
}
