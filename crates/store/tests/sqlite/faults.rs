use std::time::Duration;

use countersign_core::channel::Channel;
use countersign_core::code::CodeState;
use countersign_core::code::check::{Caller, Checked};
use countersign_core::limit::Rules;
use countersign_core::phone::PhoneNumber;
use countersign_core::ports::StoreError;
use countersign_core::ports::records::TimelineQuery;
use countersign_core::receipt::{Delivery, Receipt};
use countersign_store::sqlite::OpenError;

use crate::backend::{Backend as _, RecordKind};
use crate::sqlite::Sqlite;
use crate::world::{PHONE, World, accepted, is_locked, is_right, minute, refused};

#[tokio::test]
async fn a_send_whose_commit_fails_leaves_the_minute_free() {
    let world = World::on(Sqlite::new());
    let intruder = world.backend.intruder();
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

// shows: B9
#[tokio::test]
async fn a_store_that_cannot_commit_says_so_in_two_seconds_and_forgets() {
    let mut world = World::on(Sqlite::new());
    let (older, _) = world.login().await;
    world.settle(older, accepted()).await;
    world.pass(Duration::from_secs(60));
    let intruder = world.backend.intruder();
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
    let world = World::on(Sqlite::new());
    world
        .backend
        .intruder()
        .execute_batch("CREATE UNIQUE INDEX one ON message (id)")
        .unwrap();
    let twice = world.intent("app", Channel::Login, PHONE);
    let none = || Rules::new(vec![]).unwrap();
    world.ledger().decide(twice.clone(), none()).await.unwrap();
    let mut tasks = Vec::new();
    for n in 0..100 {
        let intent = world.intent("app", Channel::Register, &format!("+861380013{n:04}"));
        for intent in [twice.clone(), intent] {
            let store = world.ledger();
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
    let world = World::on(Sqlite::new());
    let (older, _) = world.login().await;
    world.settle(older, accepted()).await;
    world.pass(Duration::from_secs(60));
    let (newer, _) = world.login().await;
    let intruder = world.backend.intruder();
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
async fn a_report_about_a_message_not_on_record_yet_is_refused_and_comes_again() {
    let world = World::on(Sqlite::new());
    let (message, _) = world.login().await;
    let intruder = world.backend.intruder();
    intruder.execute_batch("BEGIN IMMEDIATE").unwrap();
    world.settle(message, accepted()).await;
    let report = Receipt {
        provider_message_id: Some("vendor-1".to_owned()),
        message: None,
        phone: PhoneNumber::parse(PHONE, None).unwrap(),
        status: Delivery::Delivered,
        vendor_code: None,
    };
    let records = world.records();
    let receive = || records.receive("test", vec![report.clone()]);
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
    let world = World::on(Sqlite::new());
    let late = world.intent("app", Channel::Login, PHONE);
    world.pass(Duration::from_secs(4));
    let failed = world
        .ledger()
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
    assert_eq!(world.records().timelines(query).await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_folder_refuses_to_open_with_other_keys() {
    let mut world = World::on(Sqlite::new());
    world.login().await;
    world.stop();
    assert!(matches!(
        world.backend.start_with_keys(8),
        Err(OpenError::Keys)
    ));
    world.start();
    assert!(!world.login().await.1.admitted());
}

#[tokio::test]
async fn a_guess_that_cannot_be_written_is_counted_and_its_finding_withheld() {
    let mut world = World::on(Sqlite::new());
    world.code_sent("000042").await;
    let intruder = world.backend.intruder();
    intruder.execute_batch("BEGIN IMMEDIATE").unwrap();
    for (caller, code) in [
        (Caller::Public, "999999"),
        (Caller::Public, "000042"),
        (Caller::Application, "999999"),
    ] {
        let check = world.typed(caller, "app", Channel::Login, PHONE, code);
        let found = world.ledger().check(check).await;
        assert!(found.is_err(), "{caller:?} {code}: {found:?}");
    }
    intruder.execute_batch("ROLLBACK").unwrap();
    world.restart();
    let found = world.check(Caller::Public, "999999").await;
    assert_eq!(found, Checked::Wrong { tries_left: 2 });
    assert!(is_right(&world.check(Caller::Application, "000042").await));
}

#[tokio::test]
async fn a_right_guess_that_could_not_be_answered_has_used_the_code_up() {
    let mut world = World::on(Sqlite::new());
    world.code_sent("000042").await;
    world.backend.refuse_writes(RecordKind::Events, true);
    let check = world.typed(Caller::Application, "app", Channel::Login, PHONE, "000042");
    let found = world.ledger().check(check).await;
    assert!(
        matches!(found, Err(StoreError::Unavailable(_))),
        "{found:?}"
    );
    world.backend.refuse_writes(RecordKind::Events, false);
    for _ in 0..2 {
        let again = world.check(Caller::Application, "000042").await;
        assert_eq!(again, Checked::Used);
        world.restart();
    }
}

#[tokio::test]
async fn a_guess_counts_when_its_caller_gives_up_before_the_answer() {
    let mut world = World::on(Sqlite::new());
    world.code_sent("000042").await;
    let intruder = world.backend.intruder();
    for code in ["999999", "000042"] {
        intruder.execute_batch("BEGIN IMMEDIATE").unwrap();
        let check = world.typed(Caller::Application, "app", Channel::Login, PHONE, code);
        // Time enough for the writer to begin, and too little for it to give up.
        let patience = Duration::from_millis(150);
        let answer = tokio::time::timeout(patience, world.ledger().check(check)).await;
        assert!(answer.is_err(), "{answer:?}");
        intruder.execute_batch("ROLLBACK").unwrap();
    }
    for _ in 0..2 {
        let again = world.check(Caller::Application, "000042").await;
        assert_eq!(again, Checked::Used);
        world.restart();
    }
}

#[tokio::test]
async fn guesses_that_cannot_be_written_spend_the_budget_of_their_number() {
    let mut world = World::on(Sqlite::new());
    world.code_sent("000042").await;
    world.backend.refuse_writes(RecordKind::Events, true);
    for n in 0..10 {
        let check = world.typed(Caller::Public, "app", Channel::Login, PHONE, "999999");
        let found = world.ledger().check(check).await;
        assert!(found.is_err(), "{n}: {found:?}");
    }
    world.backend.refuse_writes(RecordKind::Events, false);
    for _ in 0..2 {
        let found = world.check(Caller::Public, "999999").await;
        assert!(is_locked(&found), "{found:?}");
        world.restart();
    }
}
