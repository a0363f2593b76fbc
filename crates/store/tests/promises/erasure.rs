//! Once a number was erased, nothing finds it, and what counts goes on counting.

use std::time::Duration;

use countersign_core::channel::Channel;
use countersign_core::code::check::Caller;
use countersign_core::ports::erasure::Erased;
use countersign_core::ports::tallies::By;

use crate::erased::{OTHER, erase, found};
use crate::keyed::{is_free, send};
use crate::recount::{equal_a_recount, everything, recount, until_counted};
use crate::world::{PHONE, World, accepted, is_locked, is_right, login, on_each_backend};

const MINUTE: Duration = Duration::from_secs(61);

// shows: G10
#[tokio::test]
async fn an_erased_number_is_not_found_and_others_stay() {
    for mut world in on_each_backend() {
        let claim = world.first(send("a")).await;
        world.decide_claimed(claim).await.unwrap();
        world.pass(MINUTE);
        world.code_sent("123456").await;
        world
            .send("app", Channel::Login, OTHER, "123456", login())
            .await;
        world.check(Caller::Application, "123456").await;
        let unlock = world.unlock("the owner called");
        world.ledger().unlock(unlock).await.unwrap();
        let others = found(&world, OTHER).await;
        let erased = erase(&world, PHONE).await;
        assert_eq!((erased.messages, erased.checks, erased.unlocks), (2, 1, 1));
        for _ in 0..2 {
            assert_eq!(found(&world, PHONE).await, []);
            assert_eq!(world.records().unlocks(None, 10).await.unwrap(), []);
            assert!(is_free(&world.claim(send("a")).await));
            assert_eq!(found(&world, OTHER).await, others);
            world.restart();
        }
        assert_eq!(
            erase(&world, PHONE).await,
            Erased::default(),
            "nothing is left"
        );
    }
}

// shows: G10
#[tokio::test]
async fn an_erasure_opens_no_minute_and_no_budget_and_revives_no_code() {
    for mut world in on_each_backend() {
        let (message, first) = world.login().await;
        assert!(first.admitted());
        world.settle(message, accepted()).await;
        world
            .send("app", Channel::Register, PHONE, "123456", login())
            .await;
        assert!(guess_until_locked(&world).await);
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
}

/// Sends codes and guesses wrong until the number is locked. Returns false if it never is.
async fn guess_until_locked(world: &World) -> bool {
    for _ in 0..100 {
        let check = world.typed(Caller::Public, "app", Channel::Register, PHONE, "999999");
        if is_locked(&world.ledger().check(check).await.unwrap()) {
            return true;
        }
        world
            .send("app", Channel::Register, PHONE, "123456", login())
            .await;
    }
    false
}

// shows: G10
#[tokio::test]
async fn a_live_code_of_an_erased_number_is_dead() {
    for mut world in on_each_backend() {
        world.code_sent("123456").await;
        erase(&world, PHONE).await;
        assert!(!is_right(&world.check(Caller::Application, "123456").await));
        world.restart();
        assert!(!is_right(&world.check(Caller::Application, "123456").await));
        world.code_sent("654321").await;
        assert!(is_right(&world.check(Caller::Application, "654321").await));
    }
}

// shows: G10
#[tokio::test]
async fn a_message_under_way_is_settled_although_its_number_was_erased() {
    for mut world in on_each_backend() {
        let (message, _) = world.login().await;
        erase(&world, PHONE).await;
        world.settle(message, accepted()).await;
        assert!(!world.login().await.1.admitted(), "the minute is taken");
        world.pass(MINUTE);
        let (message, decision) = world.login().await;
        assert!(decision.admitted());
        erase(&world, PHONE).await;
        world.restart();
        assert!(!world.settle(message, accepted()).await);
        assert!(!world.login().await.1.admitted(), "the minute is taken");
    }
}

// shows: G10
#[tokio::test]
async fn an_erased_number_is_counted_as_before() {
    for mut world in on_each_backend() {
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
}
