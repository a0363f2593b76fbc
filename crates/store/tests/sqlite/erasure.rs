//! A number that was erased is in no file any more, and what counts goes on counting.

use std::collections::BTreeSet;
use std::fs;
use std::time::Duration;

use countersign_core::channel::Channel;
use countersign_core::code::check::Caller;
use countersign_core::id::MessageId;
use countersign_core::phone::PhoneNumber;
use countersign_core::ports::erasure::{Erased, Eraser as _, Erasure};
use countersign_core::ports::records::TimelineQuery;
use countersign_core::ports::tallies::By;

use crate::recount::{equal_a_recount, everything, recount, until_counted};
use crate::sqlite::Sqlite;
use crate::world::{PHONE, World, accepted, is_locked, is_right, login};

const OTHER: &str = "+8613800138001";
const MINUTE: Duration = Duration::from_secs(61);

fn phone(number: &str) -> PhoneNumber {
    PhoneNumber::parse(number, None).unwrap()
}

async fn erase(world: &World<Sqlite>, number: &str) -> Erased {
    let store = world.backend.store();
    store.erase(&order(world, number)).await.unwrap()
}

fn order(world: &World<Sqlite>, number: &str) -> Erasure {
    Erasure {
        request_id: world.request_id(),
        phone: phone(number),
    }
}

async fn found(world: &World<Sqlite>, number: &str) -> Vec<MessageId> {
    let query = TimelineQuery {
        phone: Some(phone(number)),
        limit: 100,
        ..TimelineQuery::default()
    };
    let timelines = world.records().timelines(query).await.unwrap();
    timelines.into_iter().map(|of| of.id).collect()
}

/// Everything in the rows of a number that tells of it: its sealed forms, its key and the keys of its scopes.
fn traces(world: &World<Sqlite>, messages: &[MessageId]) -> BTreeSet<Vec<u8>> {
    let log = world.backend.intruder();
    let mut traces = BTreeSet::new();
    for id in messages {
        let row = log.query_row(
            "SELECT phone, phone_key, scope FROM message WHERE id = ?",
            [id.as_bytes()],
            |row| {
                Ok((
                    row.get::<_, Vec<u8>>(0)?,
                    row.get::<_, i64>(1)?,
                    row.get::<_, i64>(2)?,
                ))
            },
        );
        let (sealed, key, scope) = row.unwrap();
        traces.insert(sealed);
        traces.extend([key, scope].map(|key| key.to_be_bytes().to_vec()));
    }
    let unlocks = "SELECT sealed FROM code_event WHERE sealed IS NOT NULL";
    let mut select = log.prepare(unlocks).unwrap();
    let sealed = select.query_map([], |row| row.get(0)).unwrap();
    traces.extend(sealed.map(Result::unwrap));
    traces
}

/// The files of the data folder that hold one of these.
fn holding(world: &World<Sqlite>, traces: &BTreeSet<Vec<u8>>) -> Vec<String> {
    let mut holding = Vec::new();
    for entry in fs::read_dir(world.backend.dir.path()).unwrap() {
        let path = entry.unwrap().path();
        let bytes = fs::read(&path).unwrap();
        let holds = |trace: &Vec<u8>| bytes.windows(trace.len()).any(|part| part == trace);
        if traces.iter().any(holds) {
            holding.push(path.file_name().unwrap().to_string_lossy().into_owned());
        }
    }
    holding
}

// shows: G10
#[tokio::test]
async fn an_erased_number_is_in_no_file() {
    let mut world = World::on(Sqlite::new());
    for n in 0..3 {
        world.other_traffic(n * 50..n * 50 + 50).await;
        world.code_sent("123456").await;
        world.pass(MINUTE);
        world
            .send("app", Channel::Login, OTHER, "123456", login())
            .await;
    }
    world.check(Caller::Application, "123456").await;
    let unlock = world.unlock("the owner called");
    world.ledger().unlock(unlock).await.unwrap();
    let (messages, others) = (found(&world, PHONE).await, found(&world, OTHER).await);
    let traces = traces(&world, &messages);
    assert!(!holding(&world, &traces).is_empty(), "the test finds them");

    let erased = erase(&world, PHONE).await;
    assert_eq!((erased.messages, erased.checks, erased.unlocks), (3, 1, 1));
    assert_eq!(holding(&world, &traces), Vec::<String>::new());
    assert_eq!(found(&world, PHONE).await, []);
    assert_eq!(world.records().unlocks(None, 10).await.unwrap(), []);
    assert_eq!(found(&world, OTHER).await, others, "other numbers stay");
    world.restart();
    world.stop();
    assert_eq!(holding(&world, &traces), Vec::<String>::new());
    world.start();
    assert_eq!(found(&world, OTHER).await, others);
    assert_eq!(
        erase(&world, PHONE).await,
        Erased::default(),
        "nothing is left"
    );
}

// shows: G10
#[tokio::test]
async fn an_erasure_opens_no_minute_and_no_budget_and_revives_no_code() {
    let mut world = World::on(Sqlite::new());
    let (message, first) = world.login().await;
    assert!(first.admitted());
    world.settle(message, accepted()).await;
    let code = world
        .send("app", Channel::Register, PHONE, "123456", login())
        .await;
    let mut guesses = 0;
    let locked = loop {
        let check = world.typed(Caller::Public, "app", Channel::Register, PHONE, "999999");
        let found = world.ledger().check(check).await.unwrap();
        guesses += 1;
        if is_locked(&found) || guesses > 100 {
            break is_locked(&found);
        }
        world
            .send("app", Channel::Register, PHONE, "123456", login())
            .await;
    };
    assert!(locked, "after {guesses} guesses");
    let _ = code;
    erase(&world, PHONE).await;
    for when in ["at once", "after a restart"] {
        assert!(
            !world.login().await.1.admitted(),
            "{when}: the minute is taken"
        );
        let check = world.typed(Caller::Public, "app", Channel::Register, PHONE, "123456");
        let found = world.ledger().check(check).await.unwrap();
        assert!(is_locked(&found), "{when}: {found:?}");
        world.restart();
    }
    world.pass(MINUTE);
    assert!(
        world.login().await.1.admitted(),
        "the number may be used again"
    );
}

// shows: G10
#[tokio::test]
async fn a_live_code_of_an_erased_number_is_dead() {
    let mut world = World::on(Sqlite::new());
    world.code_sent("123456").await;
    erase(&world, PHONE).await;
    assert!(!is_right(&world.check(Caller::Application, "123456").await));
    world.restart();
    assert!(!is_right(&world.check(Caller::Application, "123456").await));
    world.code_sent("654321").await;
    assert!(is_right(&world.check(Caller::Application, "654321").await));
}

// shows: G10
#[tokio::test]
async fn an_erased_number_is_counted_as_before() {
    let mut world = World::on(Sqlite::new());
    world.code_sent("123456").await;
    world.check(Caller::Application, "123456").await;
    world.pass(MINUTE);
    world
        .send("app", Channel::Login, OTHER, "123456", login())
        .await;
    world.restart();
    equal_a_recount(&world, &[]).await;
    let counted = recount(&world, By::Country, &[]).await;
    erase(&world, PHONE).await;
    world.restart();
    until_counted(&world, &everything(By::Country), &counted).await;
}

// shows: G10
#[tokio::test]
async fn an_erasure_that_was_interrupted_goes_on_at_the_next_start() {
    let mut world = World::on(Sqlite::new());
    for _ in 0..2 {
        world.code_sent("123456").await;
        world.pass(MINUTE);
    }
    let traces = traces(&world, &found(&world, PHONE).await);
    // The process ends after the first step: the erasure is on record, and nothing has gone.
    let log = world.backend.intruder();
    log.execute(
        "CREATE TRIGGER interrupted BEFORE UPDATE ON message BEGIN SELECT RAISE(ABORT, 'interrupted'); END",
        [],
    )
    .unwrap();
    drop(log);
    let store = world.backend.store();
    assert!(store.erase(&order(&world, PHONE)).await.is_err());
    drop(store);
    world.stop();
    let log = world.backend.intruder();
    log.execute("DROP TRIGGER interrupted", []).unwrap();
    drop(log);
    assert!(!holding(&world, &traces).is_empty());
    world.start();
    let begun = tokio::time::Instant::now();
    while !holding(&world, &traces).is_empty() {
        assert!(begun.elapsed() < Duration::from_secs(60));
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(found(&world, PHONE).await, []);
}
