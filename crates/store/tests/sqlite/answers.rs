//! The rows of calls with idempotency keys: through changes of keys, and until they go.

use std::time::Duration;

use countersign_core::idempotency::KeptAnswer;
use countersign_core::phone::PhoneNumber;
use countersign_core::ports::answers::Answers as _;
use countersign_core::ports::erasure::{Eraser as _, Erasure};
use tokio::time::Instant;

use crate::keyed::{check, is_free, is_kept, send};
use crate::sqlite::Sqlite;
use crate::world::{PHONE, World};

fn rows(world: &World<Sqlite>) -> i64 {
    let log = world.backend.intruder();
    log.query_row("SELECT count(*) FROM keyed_call", [], |row| row.get(0))
        .unwrap()
}

/// A send and a check with keys, both answered.
async fn two_calls(world: &World<Sqlite>) {
    let claim = world.first(send("a")).await;
    world.decide_claimed(claim.clone()).await.unwrap();
    world.keep(claim, "answer of a").await;
    let claim = world.first(check("b")).await;
    world.check_claimed(claim.clone(), "999999").await;
    world.keep(claim, "answer of b").await;
}

// shows: B15, G6
#[tokio::test]
async fn a_key_is_found_after_a_change_of_master_keys() {
    let mut world = World::on(Sqlite::in_memory());
    two_calls(&world).await;
    let claim = world.first(send("c")).await;
    world.pass(Duration::from_secs(61));
    world.decide_claimed(claim.clone()).await.unwrap();
    world.backend.rotate().await;
    // The call was decided on before, and is answered after.
    world.keep(claim, "answer of c").await;
    for _ in 0..2 {
        assert!(is_kept(&world.claim(send("a")).await, "answer of a"));
        assert!(is_kept(&world.claim(check("b")).await, "answer of b"));
        assert!(is_kept(&world.claim(send("c")).await, "answer of c"));
        world.restart();
    }
}

// shows: B15, G10
#[tokio::test]
async fn a_key_that_is_over_goes_from_the_database() {
    let mut world = World::on(Sqlite::in_memory());
    two_calls(&world).await;
    assert_eq!(rows(&world), 2);
    // The check is over after ten minutes, and goes ten minutes later.
    for (minutes, left) in [(21, 1), (24 * 60, 0)] {
        world.pass(Duration::from_secs(minutes * 60));
        // Upkeep rests by the clock of the store, so one that was at work while the clock moved would rest for hours.
        world.restart();
        let begun = Instant::now();
        while rows(&world) != left {
            assert!(begun.elapsed() < Duration::from_secs(60), "{left}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

// shows: B15, G10
#[tokio::test]
async fn an_erasure_takes_the_calls_about_the_number() {
    let mut world = World::on(Sqlite::in_memory());
    two_calls(&world).await;
    world.backend.rotate().await;
    let erasure = Erasure {
        request_id: world.request_id(),
        phone: PhoneNumber::parse(PHONE, None).unwrap(),
    };
    let claim = world.first(send("c")).await;
    let store = world.backend.store();
    store.erase(&erasure).await.unwrap();
    assert_eq!(rows(&world), 0);
    assert!(is_free(&world.claim(send("a")).await));
    // An answer that comes after the erasure is not kept.
    store
        .keep(claim, KeptAnswer(b"late".to_vec()))
        .await
        .unwrap();
    assert_eq!(rows(&world), 0);
}

// shows: B15, G5
#[tokio::test]
async fn neither_key_nor_body_nor_answer_is_readable_in_a_file() {
    let world = World::on(Sqlite::new());
    let mut call = send("a-key-of-the-caller");
    call.body = b"a-body-of-the-caller".to_vec();
    let claim = world.first(call).await;
    world.decide_claimed(claim.clone()).await.unwrap();
    world.keep(claim, "an-answer-to-the-caller").await;
    for entry in std::fs::read_dir(world.backend.dir.path()).unwrap() {
        let path = entry.unwrap().path();
        let bytes = std::fs::read(&path).unwrap();
        for part in ["a-key-of-the", "a-body-of-the", "an-answer-to-the"] {
            let part = part.as_bytes();
            assert!(!bytes.windows(part.len()).any(|at| at == part), "{path:?}");
        }
    }
}
