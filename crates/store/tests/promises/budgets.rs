//! The budgets of wrong guesses.

use std::time::Duration;

use countersign_core::channel::Channel;
use countersign_core::code::check::{Caller, Checked};

use crate::world::{PHONE, World, is_locked, is_right, on_each_backend, rules};

const HOUR: Duration = Duration::from_secs(3600);

// shows: A5
#[tokio::test]
async fn ten_wrong_guesses_an_hour_lock_the_public_and_leave_a_reserve() {
    for mut world in on_each_backend() {
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
                let check = world.typed(Caller::Public, "app", channel, PHONE, "999999");
                assert!(!is_locked(&world.ledger().check(check).await.unwrap()));
            }
            world.restart();
        }
        let right = |caller| world.typed(caller, "app", Channel::BindPhone, PHONE, "000042");
        let found = world.ledger().check(right(Caller::Public)).await.unwrap();
        assert_eq!(found, Checked::Locked { wait: Some(HOUR) });
        let found = world
            .ledger()
            .check(right(Caller::Application))
            .await
            .unwrap();
        assert!(is_right(&found), "{found:?}");
    }
}

#[tokio::test]
async fn a_success_leaves_the_hourly_and_daily_counts() {
    for world in on_each_backend() {
        world.code_sent("000042").await;
        world.wrong(Caller::Public, 4).await;
        assert!(is_right(&world.check(Caller::Application, "000042").await));
        world.wrong(Caller::Public, 6).await;
        assert!(is_locked(&world.check(Caller::Public, "999999").await));
        world.wrong(Caller::Application, 5).await;
        assert!(is_locked(&world.check(Caller::Application, "999999").await));
        world.pass(HOUR);
        world.wrong(Caller::Public, 5).await;
    }
}

#[tokio::test]
async fn guesses_without_a_code_are_counted_and_refused_guesses_are_not() {
    for mut world in on_each_backend() {
        world.wrong(Caller::Public, 10).await;
        for _ in 0..50 {
            assert!(is_locked(&world.check(Caller::Public, "999999").await));
        }
        world.pass(HOUR - Duration::from_millis(1));
        world.restart();
        assert!(is_locked(&world.check(Caller::Public, "999999").await));
        world.pass(Duration::from_millis(1));
        world.wrong(Caller::Public, 10).await;
        world.pass(HOUR);
        let Checked::Locked { wait: Some(wait) } = world.check(Caller::Public, "999999").await
        else {
            panic!("twenty in a day are spent");
        };
        assert_eq!(wait, 22 * HOUR);
    }
}

/// Guesses wrongly at a new code each time, as soon as time allows, until time alone unlocks no more. Returns
/// the number of guesses.
async fn guess_until_locked(world: &mut World, caller: Caller) -> usize {
    let mut guesses = 0;
    loop {
        world.code_sent("000042").await;
        match world.check(caller, "999999").await {
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
async fn eighty_consecutive_wrong_guesses_lock_the_public_until_a_success() {
    for mut world in on_each_backend() {
        assert_eq!(guess_until_locked(&mut world, Caller::Public).await, 80);
        world.pass(31 * 24 * HOUR);
        world.restart();
        world.code_sent("000042").await;
        assert!(is_locked(&world.check(Caller::Public, "000042").await));
        assert!(is_right(&world.check(Caller::Application, "000042").await));
        world.code_sent("000043").await;
        world.restart();
        assert!(is_right(&world.check(Caller::Public, "000043").await));
    }
}

// shows: A5
#[tokio::test]
async fn a_hundred_consecutive_wrong_guesses_lock_a_number_until_an_unlock() {
    for mut world in on_each_backend() {
        assert_eq!(
            guess_until_locked(&mut world, Caller::Application).await,
            100
        );
        world.pass(31 * 24 * HOUR);
        world.restart();
        world.code_sent("000042").await;
        for caller in Caller::ALL {
            assert_eq!(
                world.check(caller, "000042").await,
                Checked::Locked { wait: None }
            );
        }
        let unlock = world.unlock("called us");
        let at = world.now();
        world.ledger().unlock(unlock.clone()).await.unwrap();
        world.restart();
        assert!(is_right(&world.check(Caller::Public, "000042").await));
        assert!(is_right(&world.check(Caller::Application, "000042").await));
        let unlocks = world.records().unlocks(None, 10).await.unwrap();
        assert_eq!(unlocks.len(), 1);
        assert_eq!((unlocks[0].at, unlocks[0].note.as_str()), (at, "called us"));
        assert_eq!(unlocks[0].phone, unlock.phone);
        let older = world.records().unlocks(Some(unlock.request_id), 10).await;
        assert_eq!(older.unwrap(), []);
    }
}

#[tokio::test]
async fn an_unlock_forgets_earlier_wrong_guesses_and_counts_later_ones() {
    for mut world in on_each_backend() {
        world.wrong(Caller::Public, 10).await;
        assert!(is_locked(&world.check(Caller::Public, "999999").await));
        // The decision's time counts, not the time at which a request began.
        let early = world.typed(Caller::Public, "app", Channel::Login, PHONE, "999999");
        world.pass(Duration::from_millis(5));
        let unlock = world.unlock("");
        world.pass(Duration::from_millis(5));
        world.ledger().unlock(unlock).await.unwrap();
        world.pass(Duration::from_millis(5));
        world.ledger().check(early).await.unwrap();
        world.wrong(Caller::Public, 4).await;
        world.restart();
        world.wrong(Caller::Public, 5).await;
        assert!(is_locked(&world.check(Caller::Public, "999999").await));

        // The unlock still holds once a start no longer reads the log behind the horizon.
        world.pass(Duration::from_secs(12 * 60));
        world.other_traffic(0..40).await;
        world.restart();
        assert!(is_locked(&world.check(Caller::Public, "999999").await));
        world.pass(Duration::from_secs(48 * 60));
        world.wrong(Caller::Public, 10).await;
    }
}
