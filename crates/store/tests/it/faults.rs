use std::time::Duration;

use countersign_core::ports::store::{Store, StoreError};
use countersign_store::sqlite::OpenError;

use crate::world::World;

#[tokio::test]
async fn a_commit_that_fails_never_was() {
    let world = World::new();
    let other = rusqlite::Connection::open(world.dir.path().join("countersign.db")).unwrap();
    other
        .execute("ALTER TABLE message RENAME TO hidden", [])
        .unwrap();
    let failed = world.decide(vec![crate::world::minute()]).await;
    assert!(
        matches!(failed, Err(StoreError::Unavailable(_))),
        "{failed:?}"
    );
    other
        .execute("ALTER TABLE hidden RENAME TO message", [])
        .unwrap();
    assert!(
        world.login().await.1.admitted(),
        "the failed decision left no minute behind"
    );
}

#[tokio::test]
async fn a_store_that_cannot_commit_says_so_in_two_seconds() {
    let world = World::new();
    let other = rusqlite::Connection::open(world.dir.path().join("countersign.db")).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let answer = tokio::time::timeout(
        Duration::from_secs(4),
        world.decide(vec![crate::world::minute()]),
    );
    let failed = answer.await.expect("an answer, not a hang");
    assert!(
        matches!(failed, Err(StoreError::Unavailable(_))),
        "{failed:?}"
    );
}

#[tokio::test]
async fn other_keys_are_told_apart() {
    let mut world = World::new();
    world.login().await;
    world.stop();
    assert!(matches!(world.start_with_keys(8), Err(OpenError::Keys)));
    world.start();
    assert!(!world.login().await.1.admitted());
    assert!(world.store().applications().await.unwrap().is_empty());
}
