//! A number that was erased is in no row any more.

use std::time::Duration;

use countersign_core::code::check::Caller;
use tokio::time::Instant;

use crate::backend::Backend as _;
use crate::erased::{erase, found, order};
use crate::keyed::send;
use crate::postgres::Postgres;
use crate::world::{PHONE, World, refused};

/// Keeps what the rows of a number tell of it: its sealed forms, its key and the keys of its scopes.
const NOTE_TRACES: &str = "
    CREATE TABLE public.trace AS
    SELECT phone, number, scope FROM countersign.message
    UNION ALL SELECT sealed, number, scope FROM countersign.code_event WHERE sealed IS NOT NULL";

/// The number of rows that hold one of these, except for those that count.
const TRACES: &str = "
    SELECT (SELECT count(*) FROM countersign.message AS m, public.trace AS t
            WHERE m.phone = t.phone OR m.number = t.number OR m.scope = t.scope)
         + (SELECT count(*) FROM countersign.code_event AS e, public.trace AS t
            WHERE e.sealed = t.phone OR e.number = t.number OR e.scope = t.scope)
         + (SELECT count(*) FROM countersign.keyed_call AS c, public.trace AS t WHERE c.number = t.number)
         + (SELECT count(*) FROM countersign.code AS c, public.trace AS t WHERE c.key = t.scope AND c.codes <> '')
         + (SELECT count(*) FROM countersign.erasure WHERE phone <> '')";

/// A number with three messages, a check, an unlock and a call with a key.
async fn world_with_number() -> World<Postgres> {
    let world = World::on(Postgres::new());
    let claim = world.first(send("a")).await;
    world.decide_claimed(claim).await.unwrap();
    for _ in 0..2 {
        world.pass(Duration::from_secs(61));
        world.code_sent("123456").await;
    }
    world.check(Caller::Application, "123456").await;
    let unlock = world.unlock("the owner called");
    world.ledger().unlock(unlock).await.unwrap();
    world.backend.administer(NOTE_TRACES);
    assert!(world.backend.count(TRACES) > 0, "the test finds them");
    world
}

// shows: G10
#[tokio::test]
async fn an_erased_number_is_in_no_row() {
    let world = world_with_number().await;
    erase(&world, PHONE).await;
    assert_eq!(world.backend.count(TRACES), 0);
}

// shows: G10, B1
#[tokio::test]
async fn a_message_that_is_erased_while_it_is_under_way_is_settled_and_opens_no_minute() {
    let world = World::on(Postgres::new());
    let other = World::on(world.backend.beside());
    let (message, _) = world.login().await;
    erase(&world, PHONE).await;
    // The other node knows what is on record alone, which names no bucket any more.
    other.settle(message, refused()).await;
    let settled = "SELECT count(*) FROM countersign.attempt";
    assert_eq!(world.backend.count(settled), 1);
    world.pass(Duration::from_secs(59));
    assert!(!world.login().await.1.admitted());
    world.pass(Duration::from_secs(1));
    assert!(world.login().await.1.admitted());
}

// shows: G10
#[tokio::test]
async fn an_erasure_that_was_interrupted_goes_on() {
    let mut world = world_with_number().await;
    // The first step succeeds: the erasure is on record, and nothing has gone.
    world.backend.administer(
        "CREATE FUNCTION public.interrupt() RETURNS trigger LANGUAGE plpgsql AS
             'BEGIN RAISE EXCEPTION ''interrupted''; END';
         CREATE TRIGGER interrupted BEFORE UPDATE ON countersign.message
             FOR EACH ROW EXECUTE FUNCTION public.interrupt()",
    );
    let erasure = order(&world, PHONE);
    assert!(world.backend.eraser().erase(&erasure).await.is_err());
    world.stop();
    world
        .backend
        .administer("DROP TRIGGER interrupted ON countersign.message");
    assert!(world.backend.count(TRACES) > 0);
    world.start();
    let begun = Instant::now();
    while world.backend.count(TRACES) > 0 {
        assert!(begun.elapsed() < Duration::from_secs(60));
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(found(&world, PHONE).await, []);
}
