//! A database that is put back while nodes live.

use std::time::Duration;

use countersign_core::channel::Channel;
use countersign_core::code::check::Caller;
use countersign_core::limit::Rules;
use countersign_core::message::Decision;
use countersign_core::policy::RESTORED_HOLD;
use countersign_core::ports::StoreError;

use crate::backend::Backend as _;
use crate::postgres::Postgres;
use crate::world::{PHONE, World, is_locked, is_right, minute};

/// Decides on a login code under the one-minute limit, as soon as the database answers again.
async fn login(world: &World<Postgres>) -> Result<Decision, StoreError> {
    loop {
        let intent = world.intent("app", Channel::Login, PHONE);
        let rules = Rules::new(vec![minute()]).unwrap();
        match world.ledger().decide(intent, rules).await {
            Err(StoreError::Unavailable(_)) => tokio::time::sleep(Duration::from_millis(5)).await,
            decided => return decided,
        }
    }
}

// shows: H7
#[tokio::test(flavor = "multi_thread")]
async fn a_node_that_lives_through_a_database_being_put_back_opens_no_minute_and_revives_no_code() {
    let world = World::on(Postgres::new());
    world.code_sent("000042").await;
    let meanwhile = async {
        assert!(login(&world).await.unwrap().admitted());
    };
    world.backend.put_back_after(meanwhile).await;
    assert_eq!(
        login(&world).await,
        Err(StoreError::Held {
            wait: RESTORED_HOLD
        })
    );
    assert!(!is_right(&world.check(Caller::Application, "000042").await));
    world.pass(RESTORED_HOLD);
    assert!(login(&world).await.unwrap().admitted());
}

// shows: found-R2, B10
#[tokio::test(flavor = "multi_thread")]
async fn on_an_accepted_database_sends_wait_for_a_minute_and_budgets_count_what_it_knows() {
    let mut world = World::on(Postgres::new());
    world.code_sent("000042").await;
    world.wrong(Caller::Public, 4).await;
    world.stop();
    let meanwhile = async {
        let node = World::on(world.backend.beside());
        node.pass(Duration::from_secs(70));
        assert!(node.login().await.1.admitted());
    };
    world.backend.put_back_after(meanwhile).await;
    world.backend.follow_hand_clock();
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
    let acts = world.audit().after(0, 10).await.unwrap();
    let accepted = acts
        .iter()
        .filter(|act| act.text.contains("restore_accepted"));
    assert_eq!(accepted.count(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_was_away_and_lacks_nothing_goes_on() {
    let world = World::on(Postgres::new());
    let message = world.code_sent("000042").await;
    let nothing = async {};
    world.backend.put_back_after(nothing).await;
    assert!(login(&world).await.unwrap().admitted());
    assert!(
        is_right(&world.check(Caller::Application, "000042").await),
        "{message}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_figures_of_a_database_are_told_after_a_start() {
    let mut world = World::on(Postgres::new());
    world.code_sent("000042").await;
    world.restart();
    while world.ledger().state().live_codes == 0 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let state = world.ledger().state();
    assert_eq!(state.live_codes, 1);
    assert!(state.size > 1_000_000, "{}", state.size);
}
