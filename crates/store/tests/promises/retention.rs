//! What is older than the retention goes, was counted before, and goes on counting in limits.

use std::time::Duration;

use countersign_core::channel::Channel;
use countersign_core::code::check::Caller;
use countersign_core::limit::{Bound, Bucket, Limit, Rule};
use countersign_core::ports::records::TimelineQuery;
use countersign_core::ports::tallies::By;
use countersign_core::retention::Retention;
use tokio::time::Instant;

use crate::recount::{HOUR, equal_a_recount, everything, read, recount, story, until_counted};
use crate::world::{PHONE, World, accepted, is_locked, minute, on_each_backend, refused};

const DAY: Duration = Duration::from_secs(24 * 3600);

/// At most two sends of the number in 31 days, whether they fail or not; a failure gives the hit back.
fn monthly() -> Rule {
    Rule {
        bucket: Bucket::named("month").part(PHONE),
        limit: Limit {
            name: "month".into(),
            window: Limit::LONGEST_WINDOW,
            bound: Bound::Max(2),
            ..Limit::one_per_minute()
        },
    }
}

async fn messages(world: &World) -> usize {
    let all = TimelineQuery {
        limit: 1_000,
        ..TimelineQuery::default()
    };
    world.records().timelines(all).await.unwrap().len()
}

/// Lets messages go after so many days, and waits until only `left` are on record.
async fn keep_until_left(world: &World, days: u32, left: usize) {
    world.backend.keep_for(Retention::new(days, days).unwrap());
    let begun = Instant::now();
    while messages(world).await != left {
        assert!(
            begun.elapsed() < Duration::from_secs(600),
            "{} messages",
            messages(world).await
        );
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

// shows: G10
#[tokio::test]
async fn messages_go_after_their_days_and_their_counts_stay() {
    for mut world in on_each_backend() {
        let again = story(&world).await;
        world.restart();
        equal_a_recount(&world, &again).await;
        let counted = recount(&world, By::Day, &again).await;
        world.pass(10 * DAY);
        world.restart();
        keep_until_left(&world, 2, 0).await;
        until_counted(&world, &everything(By::Day), &counted).await;
        world.restart();
        until_counted(&world, &everything(By::Day), &counted).await;
        // Messages that come later are found and counted beside them.
        let message = world.code_sent("123456").await;
        assert_eq!(world.timeline(message).await.id, message);
        world.restart();
        assert_eq!(world.timeline(message).await.id, message);
        let newer = recount(&world, By::Day, &[]).await;
        let all = [counted, newer].concat();
        until_counted(&world, &everything(By::Day), &all).await;
    }
}

// shows: G10
#[tokio::test]
async fn a_message_stays_until_its_days_are_over() {
    for mut world in on_each_backend() {
        world.code_sent("123456").await;
        world.pass(2 * DAY);
        world.code_sent("123456").await;
        // The first day is older than two days now; the other one is not.
        world.pass(DAY + HOUR);
        world.restart();
        keep_until_left(&world, 2, 1).await;
        let begun = Instant::now();
        while read(&world, &everything(By::Day)).await.total.admitted != 2 {
            assert!(begun.elapsed() < Duration::from_secs(60));
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        keep_until_left(&world, 2, 1).await;
    }
}

// shows: G10
#[tokio::test]
async fn a_limit_counts_messages_that_have_gone() {
    for mut world in on_each_backend() {
        let decide = async |world: &World| world.decide(vec![minute(), monthly()]).await.unwrap();
        let (given_back, first) = decide(&world).await;
        assert!(first.admitted() && world.settle(given_back, refused()).await);
        for _ in 0..2 {
            let (message, decision) = decide(&world).await;
            assert!(decision.admitted());
            world.settle(message, accepted()).await;
            world.pass(Duration::from_secs(61));
        }
        assert!(!decide(&world).await.1.admitted());
        world.pass(5 * DAY);
        world.restart();
        keep_until_left(&world, 1, 0).await;
        assert!(!decide(&world).await.1.admitted(), "while it runs");
        world.restart();
        assert!(!decide(&world).await.1.admitted(), "after a restart");
        world.pass(26 * DAY - HOUR);
        assert!(!decide(&world).await.1.admitted(), "until the window ends");
        world.restart();
        world.pass(2 * HOUR);
        assert!(decide(&world).await.1.admitted());
        assert!(decide(&world).await.1.wait().is_some(), "the minute");
    }
}

// shows: G10
#[tokio::test]
async fn wrong_guesses_in_a_row_count_when_their_events_have_gone() {
    for mut world in on_each_backend() {
        let mut guessed = 0;
        while guessed < 200 {
            world.code_sent("123456").await;
            let found = world.check(Caller::Public, "999999").await;
            if is_locked(&found) {
                break;
            }
            guessed += 1;
            world.pass(25 * HOUR);
        }
        assert!((1..200).contains(&guessed), "locked after {guessed}");
        world.restart();
        keep_until_left(&world, 1, 2).await;
        world.restart();
        world
            .send(
                "app",
                Channel::Login,
                PHONE,
                "123456",
                crate::world::login(),
            )
            .await;
        let found = world.check(Caller::Public, "123456").await;
        assert!(is_locked(&found), "{found:?}");
    }
}
