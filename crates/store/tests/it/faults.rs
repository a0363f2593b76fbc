use std::sync::Arc;
use std::time::Duration;

use countersign_core::channel::Channel;
use countersign_core::code::check::{Checked, Door};
use countersign_core::limit::Rules;
use countersign_core::message::CodeState;
use countersign_core::phone::PhoneNumber;
use countersign_core::ports::store::{Store, StoreError, TimelineQuery};
use countersign_core::receipt::{Delivery, Receipt};
use countersign_store::sqlite::OpenError;
use rusqlite::Connection;

use crate::world::{PHONE, World, accepted, is_right, minute, refused};

/// Another hand on the same database.
fn intruder(world: &World) -> Connection {
    let intruder = Connection::open(world.dir.path().join("countersign.db")).unwrap();
    intruder.busy_timeout(Duration::from_secs(5)).unwrap();
    intruder
}

#[tokio::test]
async fn a_commit_that_fails_never_was() {
    let world = World::new();
    let intruder = intruder(&world);
    intruder
        .execute("ALTER TABLE message RENAME TO hidden", [])
        .unwrap();
    let failed = world.decide(vec![minute()]).await;
    assert!(
        matches!(failed, Err(StoreError::Unavailable(_))),
        "{failed:?}"
    );
    intruder
        .execute("ALTER TABLE hidden RENAME TO message", [])
        .unwrap();
    assert!(
        world.login().await.1.admitted(),
        "the failed decision left no minute behind"
    );
}

#[tokio::test]
async fn a_store_that_cannot_commit_says_so_in_two_seconds_and_forgets() {
    let mut world = World::new();
    let (older, _) = world.login().await;
    world.settle(older, accepted()).await;
    world.pass(Duration::from_secs(60));
    let intruder = intruder(&world);
    intruder.execute_batch("BEGIN IMMEDIATE").unwrap();
    let answer = tokio::time::timeout(Duration::from_secs(2), world.decide(vec![minute()]));
    let failed = answer.await.expect("an answer within two seconds");
    assert!(
        matches!(failed, Err(StoreError::Unavailable(_))),
        "{failed:?}"
    );
    intruder.execute_batch("ROLLBACK").unwrap();

    let (newer, decision) = world.login().await;
    assert!(
        decision.admitted(),
        "nothing was sent, so the minute is not taken"
    );
    world.settle(newer, refused()).await;
    for _ in 0..2 {
        assert_eq!(
            world.code(older).await,
            CodeState::Live,
            "nothing newer was sent"
        );
        world.restart();
    }
}

#[tokio::test]
async fn one_bad_record_fails_alone() {
    let world = World::new();
    intruder(&world)
        .execute_batch("CREATE UNIQUE INDEX one ON message (id)")
        .unwrap();
    let twice = world.intent("app", Channel::Login, PHONE);
    let none = || Rules::new(vec![]).unwrap();
    world.store().decide(twice.clone(), none()).await.unwrap();
    let mut tasks = Vec::new();
    for n in 0..100 {
        let intent = world.intent("app", Channel::Register, &format!("+861380013{n:04}"));
        for intent in [twice.clone(), intent] {
            let store = Arc::clone(world.store());
            tasks.push(tokio::spawn(async move {
                store.decide(intent, none()).await.is_ok()
            }));
        }
    }
    for (n, task) in tasks.into_iter().enumerate() {
        assert_eq!(task.await.unwrap(), n % 2 == 1, "task {n}");
    }
}

#[tokio::test]
async fn an_outcome_takes_effect_at_once_and_is_recorded_when_that_is_possible() {
    let world = World::new();
    let (older, _) = world.login().await;
    world.settle(older, accepted()).await;
    world.pass(Duration::from_secs(60));
    let (newer, _) = world.login().await;
    let intruder = intruder(&world);
    intruder
        .execute_batch("ALTER TABLE attempt RENAME TO hidden")
        .unwrap();
    assert!(
        !world.settle(newer, accepted()).await,
        "nobody waits for it"
    );
    assert!(!world.login().await.1.admitted(), "nor does the minute");
    intruder
        .execute_batch("ALTER TABLE hidden RENAME TO attempt")
        .unwrap();
    assert_eq!(world.code(newer).await, CodeState::Live);
    assert_eq!(world.code(older).await, CodeState::Replaced);
    let recorded = async {
        while world.timeline(newer).await.attempts.is_empty() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), recorded)
        .await
        .expect("the writer tries again");
}

#[tokio::test]
async fn a_report_about_what_is_not_on_record_yet_is_not_taken_and_comes_again() {
    let world = World::new();
    let (message, _) = world.login().await;
    let intruder = intruder(&world);
    intruder.execute_batch("BEGIN IMMEDIATE").unwrap();
    world.settle(message, accepted()).await;
    let report = Receipt {
        provider_message_id: Some("vendor-1".to_owned()),
        message: None,
        phone: PhoneNumber::parse(PHONE, None).unwrap(),
        status: Delivery::Delivered,
        vendor_code: None,
    };
    let receive = || world.store().receive("test", vec![report.clone()]);
    let failed = tokio::time::timeout(Duration::from_secs(2), receive()).await;
    let failed = failed.expect("an answer within two seconds");
    assert!(
        matches!(failed, Err(StoreError::Unavailable(_))),
        "{failed:?}"
    );
    intruder.execute_batch("ROLLBACK").unwrap();
    receive().await.unwrap();
    assert_eq!(world.timeline(message).await.receipts.len(), 1);
}

#[tokio::test]
async fn an_intent_that_waited_too_long_is_refused() {
    let world = World::new();
    let late = world.intent("app", Channel::Login, PHONE);
    world.pass(Duration::from_secs(4));
    let failed = world
        .store()
        .decide(late, Rules::new(vec![minute()]).unwrap())
        .await;
    assert!(
        matches!(failed, Err(StoreError::Unavailable(_))),
        "{failed:?}"
    );
    assert!(world.login().await.1.admitted());
    let query = TimelineQuery {
        limit: 10,
        ..TimelineQuery::default()
    };
    assert_eq!(world.store().timelines(query).await.unwrap().len(), 1);
}

#[tokio::test]
async fn other_keys_are_told_apart() {
    let mut world = World::new();
    world.login().await;
    world.stop();
    assert!(matches!(world.start_with_keys(8), Err(OpenError::Keys)));
    world.start();
    assert!(!world.login().await.1.admitted());
}

#[tokio::test]
async fn a_store_that_cannot_write_tells_nobody_anything_and_counts_nothing() {
    let world = World::new();
    world.code_sent("000042").await;
    let intruder = rusqlite::Connection::open(world.dir.path().join("countersign.db")).unwrap();
    intruder.execute_batch("BEGIN IMMEDIATE").unwrap();
    let all = [
        (Door::Public, "999999"),
        (Door::Public, "000042"),
        (Door::Application, "999999"),
        (Door::Application, "000042"),
    ];
    for (door, code) in all {
        let check = world.typed(door, "app", Channel::Login, PHONE, code);
        assert!(world.store().check(check).await.is_err(), "{door:?} {code}");
    }
    intruder.execute_batch("ROLLBACK").unwrap();
    assert_eq!(
        world.check(Door::Public, "999999").await,
        Checked::Wrong { tries_left: 4 }
    );
    assert!(is_right(&world.check(Door::Application, "000042").await));
}

#[tokio::test]
async fn what_is_committed_after_its_caller_gave_up_never_was() {
    let mut world = World::new();
    world.code_sent("000042").await;
    let intruder = rusqlite::Connection::open(world.dir.path().join("countersign.db")).unwrap();
    for code in ["999999", "000042"] {
        intruder.execute_batch("BEGIN IMMEDIATE").unwrap();
        let check = world.typed(Door::Application, "app", Channel::Login, PHONE, code);
        // Time enough for the writer to begin, and too little for it to give up.
        let patience = Duration::from_millis(150);
        let answer = tokio::time::timeout(patience, world.store().check(check)).await;
        assert!(answer.is_err(), "{answer:?}");
        intruder.execute_batch("ROLLBACK").unwrap();
    }
    // Until then the code is still used, and a repetition of it costs nothing.
    while world.check(Door::Public, "000042").await == Checked::Used {
        tokio::task::yield_now().await;
    }
    world.restart();
    assert_eq!(
        world.check(Door::Public, "999999").await,
        Checked::Wrong { tries_left: 4 }
    );
    assert!(is_right(&world.check(Door::Application, "000042").await));
}

#[tokio::test]
async fn a_row_that_cannot_be_written_alone_is_taken_back_alone() {
    let world = World::new();
    world.code_sent("000042").await;
    let intruder = rusqlite::Connection::open(world.dir.path().join("countersign.db")).unwrap();
    let rename = |from: &str, to: &str| {
        let sql = format!("ALTER TABLE {from} RENAME TO {to}");
        intruder.execute(&sql, []).unwrap();
    };
    rename("code_event", "hidden");
    for (door, code) in [(Door::Public, "999999"), (Door::Application, "000042")] {
        for _ in 0..20 {
            let check = world.typed(door, "app", Channel::Login, PHONE, code);
            assert!(world.store().check(check).await.is_err());
        }
    }
    rename("hidden", "code_event");
    assert_eq!(
        world.check(Door::Public, "999999").await,
        Checked::Wrong { tries_left: 4 }
    );
    assert!(is_right(&world.check(Door::Application, "000042").await));
}
