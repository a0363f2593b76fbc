use std::time::Duration;

use countersign_core::code::CodeState;

use crate::world::{accepted, on_each_backend, refused, unknown};

const MINUTE: Duration = Duration::from_secs(60);

// shows: A7
#[tokio::test]
async fn a_newer_code_that_may_have_been_sent_replaces_the_older_one() {
    for outcome in [accepted(), unknown()] {
        for world in on_each_backend() {
            let (older, _) = world.login().await;
            world.settle(older, accepted()).await;
            world.pass(MINUTE);
            let (newer, _) = world.login().await;
            assert_eq!(world.code(older).await, CodeState::Live);
            assert_eq!(world.code(newer).await, CodeState::Pending);
            world.settle(newer, outcome.clone()).await;
            assert_eq!(world.code(older).await, CodeState::Replaced);
            assert_eq!(world.code(newer).await, CodeState::Live);
        }
    }
}

#[tokio::test]
async fn a_code_that_was_not_sent_leaves_the_older_one_good_also_over_a_restart() {
    for mut world in on_each_backend() {
        let (older, _) = world.login().await;
        world.settle(older, accepted()).await;
        world.pass(MINUTE);
        let (newer, _) = world.login().await;
        world.settle(newer, refused()).await;
        for _ in 0..2 {
            assert_eq!(world.code(older).await, CodeState::Live);
            assert_eq!(world.code(newer).await, CodeState::Void);
            world.restart();
        }
    }
}

#[tokio::test]
async fn the_first_settlement_counts() {
    for mut world in on_each_backend() {
        let (message, _) = world.login().await;
        world.settle(message, accepted()).await;
        assert!(!world.settle(message, refused()).await);
        for _ in 0..2 {
            let timeline = world.timeline(message).await;
            assert_eq!(timeline.attempts.len(), 1);
            assert_eq!(timeline.code, CodeState::Live);
            assert!(!world.login().await.1.admitted());
            world.restart();
        }
    }
}

// shows: A6
#[tokio::test]
async fn a_code_expires_on_time() {
    for world in on_each_backend() {
        let (message, _) = world.login().await;
        world.settle(message, accepted()).await;
        world.pass(Duration::from_millis(299_999));
        assert_eq!(world.code(message).await, CodeState::Live);
        world.pass(Duration::from_millis(1));
        assert_eq!(world.code(message).await, CodeState::Expired);
    }
}
