use std::borrow::Cow;
use std::time::Duration;

use countersign_core::code::CodeState;
use countersign_core::limit::{Bound, Bucket, Limit, Rule};
use countersign_core::send::outcome::Outcome;

use crate::world::{accepted, on_each_backend, refused};

const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(3600);

// shows: B10
#[tokio::test]
async fn a_minute_holds_over_a_restart() {
    for mut world in on_each_backend() {
        let (message, _) = world.login().await;
        world.settle(message, accepted()).await;
        world.pass(Duration::from_secs(20));
        world.restart();
        assert_eq!(world.login().await.1.wait(), Some(Duration::from_secs(40)));
        assert_eq!(world.code(message).await, CodeState::Live);
        world.pass(Duration::from_secs(40));
        assert!(world.login().await.1.admitted());
    }
}

#[tokio::test]
async fn a_minute_given_back_stays_given_back_and_counted() {
    for mut world in on_each_backend() {
        for _ in 0..3 {
            let (message, decision) = world.login().await;
            assert!(decision.admitted());
            assert!(world.settle(message, refused()).await);
            world.restart();
        }
        let (message, decision) = world.login().await;
        assert!(decision.admitted());
        assert!(
            !world.settle(message, refused()).await,
            "the fourth in a minute"
        );
    }
}

// shows: B10
#[tokio::test]
async fn a_daily_limit_outlives_restarts() {
    let daily = || Rule {
        bucket: Bucket::named("day"),
        limit: Limit {
            name: Cow::Borrowed("day"),
            window: 24 * HOUR,
            bound: Bound::Max(2),
            ..Limit::one_per_minute()
        },
    };
    for mut world in on_each_backend() {
        for outcome in [accepted(), refused(), accepted()] {
            let (message, decision) = world.decide(vec![daily()]).await.unwrap();
            assert!(decision.admitted());
            world.settle(message, outcome).await;
        }
        for n in 0..20 {
            world.pass(HOUR / 4);
            world.other_traffic(n..n + 1).await;
        }
        for _ in 0..2 {
            world.restart();
            let (_, decision) = world.decide(vec![daily()]).await.unwrap();
            assert_eq!(decision.wait(), Some(19 * HOUR));
        }
        world.pass(19 * HOUR);
        assert!(world.decide(vec![daily()]).await.unwrap().1.admitted());
    }
}

#[tokio::test]
async fn a_live_code_outlives_a_restart_behind_busy_traffic() {
    for mut world in on_each_backend() {
        let (message, _) = world.login().await;
        world.settle(message, accepted()).await;
        for n in 0..49 {
            world.pass(Duration::from_secs(6));
            world.other_traffic(n..n + 1).await;
        }
        world.pass(Duration::from_secs(5)); // 299 s after the decision
        world.restart();
        assert_eq!(world.code(message).await, CodeState::Live);
        world.pass(Duration::from_secs(1));
        assert_eq!(world.code(message).await, CodeState::Expired);
    }
}

#[tokio::test]
async fn a_restart_loses_none_of_many_hits() {
    let hourly = |n: usize| Rule {
        bucket: Bucket::named("hour").part(&n.to_string()),
        limit: Limit {
            name: Cow::Borrowed("hour"),
            window: HOUR,
            ..Limit::one_per_minute()
        },
    };
    for mut world in on_each_backend() {
        for n in 0..400 {
            let (message, _) = world.decide(vec![hourly(n)]).await.unwrap();
            world.settle(message, accepted()).await;
        }
        world.pass(HOUR / 4);
        world.restart();
        for n in 0..400 {
            assert!(
                !world.decide(vec![hourly(n)]).await.unwrap().1.admitted(),
                "hit {n}"
            );
        }
    }
}

#[tokio::test]
async fn a_message_without_an_outcome_reads_as_unknown_once_overdue() {
    for world in on_each_backend() {
        let (older, _) = world.login().await;
        world.settle(older, accepted()).await;
        world.pass(MINUTE);
        let (newer, _) = world.login().await;
        world.pass(Duration::from_secs(21));
        assert_eq!(world.code(newer).await, CodeState::Pending);
        assert_eq!(world.code(older).await, CodeState::Live);
        world.pass(Duration::from_millis(1));
        let timeline = world.timeline(newer).await;
        let unknown = &timeline.attempts[0].outcome;
        assert!(matches!(unknown, Outcome::Unknown { .. }), "{unknown:?}");
        assert_eq!(timeline.code, CodeState::Live);
        assert_eq!(world.code(older).await, CodeState::Replaced);
        let gave_back = world.settle(newer, refused()).await;
        assert!(!gave_back, "its sender comes too late to say otherwise");
        assert_eq!(world.code(newer).await, CodeState::Live);
    }
}
