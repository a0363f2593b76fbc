//! What wrong guesses are allowed.

use std::time::Duration;

use countersign_core::channel::Channel;
use countersign_core::code::check::{Checked, Door};
use countersign_core::ports::store::Store;

use crate::world::{PHONE, World, is_locked, is_right, rules};

const HOUR: Duration = Duration::from_secs(3600);

#[tokio::test]
async fn ten_wrong_guesses_an_hour_close_the_public_door_and_leave_a_reserve() {
    let mut world = World::new();
    for channel in [Channel::Login, Channel::Register, Channel::BindPhone] {
        world
            .send("app", channel, PHONE, "000042", rules(channel))
            .await;
    }
    for (channel, wrong) in [
        (Channel::Login, 4),
        (Channel::Register, 4),
        (Channel::BindPhone, 2),
    ] {
        for _ in 0..wrong {
            let check = world.typed(Door::Public, "app", channel, PHONE, "999999");
            assert!(!is_locked(&world.store().check(check).await.unwrap()));
        }
        world.restart();
    }
    let right = |door| world.typed(door, "app", Channel::BindPhone, PHONE, "000042");
    let found = world.store().check(right(Door::Public)).await.unwrap();
    assert_eq!(found, Checked::Locked { wait: Some(HOUR) });
    let found = world.store().check(right(Door::Application)).await.unwrap();
    assert!(is_right(&found), "{found:?}");
}

#[tokio::test]
async fn a_success_leaves_the_hours_and_days_as_they_are() {
    let world = World::new();
    world.code_sent("000042").await;
    world.wrong(Door::Public, 4).await;
    assert!(is_right(&world.check(Door::Application, "000042").await));
    world.wrong(Door::Public, 6).await;
    assert!(is_locked(&world.check(Door::Public, "999999").await));
    world.wrong(Door::Application, 5).await;
    assert!(is_locked(&world.check(Door::Application, "999999").await));
    world.pass(HOUR);
    world.wrong(Door::Public, 5).await;
}

#[tokio::test]
async fn guesses_about_codes_that_never_were_count_too_and_refused_ones_do_not() {
    let mut world = World::new();
    world.wrong(Door::Public, 10).await;
    for _ in 0..50 {
        assert!(is_locked(&world.check(Door::Public, "999999").await));
    }
    world.pass(HOUR - Duration::from_millis(1));
    world.restart();
    assert!(is_locked(&world.check(Door::Public, "999999").await));
    world.pass(Duration::from_millis(1));
    world.wrong(Door::Public, 10).await;
    world.pass(HOUR);
    let Checked::Locked { wait: Some(wait) } = world.check(Door::Public, "999999").await else {
        panic!("twenty in a day are spent");
    };
    assert_eq!(wait, 22 * HOUR);
}

/// Guesses wrongly at a new code each time, as soon as time allows, until time alone allows no more: how often.
async fn guess_until_locked(world: &mut World, door: Door) -> usize {
    let mut guesses = 0;
    loop {
        world.code_sent("000042").await;
        match world.check(door, "999999").await {
            Checked::Locked { wait: Some(wait) } => {
                world.pass(wait);
                world.other_traffic(0..3).await;
                world.restart();
            }
            Checked::Locked { wait: None } => return guesses,
            found => {
                assert!(matches!(found, Checked::Wrong { .. }), "{found:?}");
                guesses += 1;
            }
        }
    }
}

#[tokio::test]
async fn eighty_in_a_row_close_the_public_door_until_a_success() {
    let mut world = World::new();
    assert_eq!(guess_until_locked(&mut world, Door::Public).await, 80);
    world.pass(31 * 24 * HOUR);
    world.restart();
    world.code_sent("000042").await;
    assert!(is_locked(&world.check(Door::Public, "000042").await));
    assert!(is_right(&world.check(Door::Application, "000042").await));
    world.code_sent("000043").await;
    world.restart();
    assert!(is_right(&world.check(Door::Public, "000043").await));
}

#[tokio::test]
async fn a_hundred_in_a_row_lock_a_number_until_the_operator_acts() {
    let mut world = World::new();
    assert_eq!(guess_until_locked(&mut world, Door::Application).await, 100);
    world.pass(31 * 24 * HOUR);
    world.restart();
    world.code_sent("000042").await;
    for door in Door::ALL {
        assert_eq!(
            world.check(door, "000042").await,
            Checked::Locked { wait: None }
        );
    }
    let unlock = world.unlock("called us");
    let at = world.store().now();
    world.store().unlock(unlock.clone()).await.unwrap();
    world.restart();
    assert!(is_right(&world.check(Door::Public, "000042").await));
    assert!(is_right(&world.check(Door::Application, "000042").await));
    let unlocks = world.store().unlocks(None, 10).await.unwrap();
    assert_eq!(unlocks.len(), 1);
    assert_eq!((unlocks[0].at, unlocks[0].note.as_str()), (at, "called us"));
    assert_eq!(unlocks[0].phone, unlock.phone);
    let older = world.store().unlocks(Some(unlock.request_id), 10).await;
    assert_eq!(older.unwrap(), []);
}

#[tokio::test]
async fn an_unlock_forgets_the_hours_and_days_of_before_and_none_of_after() {
    let mut world = World::new();
    world.wrong(Door::Public, 10).await;
    assert!(is_locked(&world.check(Door::Public, "999999").await));
    // Whichever of two requests began first, what counts is when it was decided on.
    let early = world.typed(Door::Public, "app", Channel::Login, PHONE, "999999");
    world.pass(Duration::from_millis(5));
    let unlock = world.unlock("");
    world.pass(Duration::from_millis(5));
    world.store().unlock(unlock).await.unwrap();
    world.pass(Duration::from_millis(5));
    world.store().check(early).await.unwrap();
    world.wrong(Door::Public, 4).await;
    world.restart();
    world.wrong(Door::Public, 5).await;
    assert!(is_locked(&world.check(Door::Public, "999999").await));

    // The same once the log behind the horizon is no longer read.
    world.pass(Duration::from_secs(12 * 60));
    world.other_traffic(0..40).await;
    world.restart();
    assert!(is_locked(&world.check(Door::Public, "999999").await));
    world.pass(Duration::from_secs(48 * 60));
    world.wrong(Door::Public, 10).await;
}
