//! Days go as tables, beside whoever reads and sends, and rows go that count no more.

use std::time::Duration;

use countersign_core::code::check::Caller;
use countersign_core::retention::Retention;
use tokio::time::Instant;

use crate::backend::Backend as _;
use crate::keyed::send;
use crate::postgres::Postgres;
use crate::server::run;
use crate::world::{World, accepted};

const DAY: Duration = Duration::from_secs(24 * 3600);

/// The tables of the day on which the clock of every test begins: 21 September 2026.
const FIRST_DAY: &str = "
    SELECT count(*) FROM pg_class WHERE relnamespace = 'countersign'::regnamespace AND relkind = 'r'
    AND relname ~ '^(message|attempt|receipt|code_event)_20717$'";

async fn until(world: &World<Postgres>, query: &str, expected: i64) {
    let begun = Instant::now();
    while world.backend.count(query) != expected {
        assert!(
            begun.elapsed() < Duration::from_secs(60),
            "{query}: {}",
            world.backend.count(query)
        );
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

// shows: G10
#[tokio::test]
async fn a_day_goes_with_its_tables() {
    let mut world = World::on(Postgres::new());
    world.code_sent("123456").await;
    world.check(Caller::Public, "999999").await;
    assert_eq!(world.backend.count(FIRST_DAY), 4);
    world.pass(2 * DAY);
    world.code_sent("123456").await;
    world.pass(DAY);
    world.restart();
    world.backend.keep_for(Retention::new(2, 4).unwrap());
    until(&world, FIRST_DAY, 1).await;
    world.pass(2 * DAY);
    until(&world, FIRST_DAY, 0).await;
}

// shows: G10
#[tokio::test]
async fn no_send_waits_for_a_day_that_goes_although_somebody_reads() {
    let mut world = World::on(Postgres::new());
    world.code_sent("123456").await;
    world.pass(10 * DAY);
    world.restart();
    let reader = world.backend.session();
    let read = "BEGIN; SELECT count(*) FROM countersign.message";
    run(reader.batch_execute(read)).unwrap();
    world.backend.keep_for(Retention::new(1, 1).unwrap());
    let leaving = "SELECT count(*) FROM pg_inherits
                   WHERE inhdetachpending AND inhparent = 'countersign.message'::regclass";
    until(&world, leaving, 1).await;
    for _ in 0..5 {
        let (message, decision) = world.login().await;
        assert!(decision.admitted());
        world.settle(message, accepted()).await;
        world.pass(Duration::from_secs(61));
    }
    assert_eq!(
        world.backend.count(leaving),
        1,
        "it still waits for the reader"
    );
    run(reader.batch_execute("COMMIT")).unwrap();
    until(&world, FIRST_DAY, 0).await;
}

// shows: B15, G10
#[tokio::test]
async fn rows_that_count_no_more_go_and_others_stay() {
    let mut world = World::on(Postgres::new());
    let claim = world.first(send("a")).await;
    world.decide_claimed(claim).await.unwrap();
    world.code_sent("123456").await;
    world.check(Caller::Public, "999999").await;
    let rows =
        "SELECT (SELECT count(*) FROM countersign.bucket) + (SELECT count(*) FROM countersign.code)
                     + (SELECT count(*) FROM countersign.keyed_call)";
    assert!(world.backend.count(rows) > 2);
    world.pass(32 * DAY);
    world.restart();
    until(&world, rows, 0).await;
    let in_a_row = "SELECT count(*) FROM countersign.number WHERE in_a_row = 1";
    assert_eq!(world.backend.count(in_a_row), 1, "until a right guess");
    world.code_sent("123456").await;
    world.check(Caller::Application, "123456").await;
    world.pass(2 * DAY);
    world.restart();
    until(&world, "SELECT count(*) FROM countersign.number", 0).await;
}
