//! A number that was erased is in no file any more.

use std::collections::BTreeSet;
use std::fs;
use std::time::Duration;

use countersign_core::channel::Channel;
use countersign_core::code::check::Caller;
use countersign_core::id::MessageId;
use countersign_core::ports::erasure::{Erased, Eraser as _};

use crate::erased::{OTHER, erase, found, order};
use crate::sqlite::Sqlite;
use crate::world::{PHONE, World, login};

const MINUTE: Duration = Duration::from_secs(61);

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
