use std::borrow::Cow;
use std::time::Duration;

use countersign_core::limit::{Bucket, Limit, Rule};
use countersign_core::message::CodeState;
use countersign_core::send::outcome::Outcome;

use crate::world::{World, accepted, refused};

const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(3600);

#[tokio::test]
async fn a_minute_holds_over_a_restart() {
    let mut world = World::new();
    let (message, _) = world.login().await;
    world.settle(message, accepted()).await;
    world.pass(Duration::from_secs(20));
    world.restart();
    assert_eq!(world.login().await.1.wait(), Some(Duration::from_secs(40)));
    assert_eq!(world.code(message).await, CodeState::Live);
    world.pass(Duration::from_secs(40));
    assert!(world.login().await.1.admitted());
}

#[tokio::test]
async fn a_minute_given_back_stays_given_back_and_counted() {
    let mut world = World::new();
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

#[tokio::test]
async fn what_was_under_way_counts_as_sent() {
    let mut world = World::new();
    let (message, _) = world.login().await;
    world.restart();
    let timeline = world.timeline(message).await;
    assert!(matches!(
        timeline.attempts[0].outcome,
        Outcome::Unknown { .. }
    ));
    assert_eq!(timeline.code, CodeState::Live);
    assert!(!world.login().await.1.admitted());
    world.restart();
    assert_eq!(
        world.timeline(message).await.attempts.len(),
        1,
        "settled once"
    );
}

#[tokio::test]
async fn a_wall_clock_set_back_makes_no_minute_longer() {
    let mut world = World::new();
    world.login().await;
    world.pass(Duration::from_secs(10));
    world.stop();
    world.set_clock_back(HOUR);
    world.start();
    let wait = world.login().await.1.wait().unwrap();
    assert!(wait > Duration::ZERO && wait <= MINUTE, "{wait:?}");
    world.pass(wait);
    assert!(world.login().await.1.admitted());
}

#[tokio::test]
async fn a_daily_limit_outlives_restarts() {
    let daily = || Rule {
        bucket: Bucket::named("day"),
        limit: Limit {
            name: Cow::Borrowed("day"),
            window: 24 * HOUR,
            max: 2,
            ..Limit::one_per_minute()
        },
    };
    let mut world = World::new();
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

#[tokio::test]
async fn a_live_code_outlives_a_restart_behind_busy_traffic() {
    let mut world = World::new();
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

#[tokio::test]
async fn no_hit_is_lost_however_many_there_are() {
    let hourly = |n: usize| Rule {
        bucket: Bucket::named("hour").part(&n.to_string()),
        limit: Limit {
            name: Cow::Borrowed("hour"),
            window: HOUR,
            ..Limit::one_per_minute()
        },
    };
    let mut world = World::new();
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

#[tokio::test]
async fn a_message_without_an_outcome_gets_one_however_old_it_is() {
    let mut world = World::new();
    let (message, _) = world.login().await;
    for n in 0..5 {
        world.pass(HOUR / 4);
        world.other_traffic(n..n + 1).await;
    }
    world.restart();
    let timeline = world.timeline(message).await;
    assert!(
        matches!(timeline.attempts[0].outcome, Outcome::Unknown { .. }),
        "{timeline:?}"
    );
}
