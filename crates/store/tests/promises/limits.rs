use std::borrow::Cow;
use std::time::Duration;

use countersign_core::channel::Channel;
use countersign_core::limit::{Bound, Bucket, Limit, Mode, Rule, Rules};
use countersign_core::ports::records::TimelineQuery;

use crate::world::{PHONE, accepted, minute, on_each_backend, refused, unknown};

fn rule(name: &'static str, max: u64) -> Rule {
    Rule {
        bucket: Bucket::named(name),
        limit: Limit {
            name: Cow::Borrowed(name),
            window: Duration::from_secs(3600),
            bound: Bound::Max(max),
            ..Limit::one_per_minute()
        },
    }
}

// shows: B1
#[tokio::test(flavor = "multi_thread")]
async fn one_of_200_concurrent_sends_is_admitted() {
    for world in on_each_backend() {
        for round in 0..20 {
            let tasks: Vec<_> = (0..200)
                .map(|_| {
                    let intent = world.intent("app", Channel::Login, PHONE);
                    let store = world.ledger();
                    tokio::spawn(async move {
                        store
                            .decide(intent, Rules::new(vec![minute()]).unwrap())
                            .await
                            .unwrap()
                    })
                })
                .collect();
            let mut admitted = 0;
            for task in tasks {
                admitted += usize::from(task.await.unwrap().admitted());
            }
            assert_eq!(admitted, 1, "round {round}");
            world.pass(Duration::from_secs(60));
        }
        let query = TimelineQuery {
            limit: 100,
            ..TimelineQuery::default()
        };
        assert_eq!(world.records().timelines(query).await.unwrap().len(), 20);
    }
}

#[tokio::test]
async fn the_one_minute_limit_refuses_for_sixty_seconds_and_tells_the_wait() {
    for world in on_each_backend() {
        assert!(world.login().await.1.admitted());
        world.pass(Duration::from_millis(59_999));
        assert_eq!(world.login().await.1.wait(), Some(Duration::from_millis(1)));
        world.pass(Duration::from_millis(1));
        assert!(world.login().await.1.admitted());
    }
}

// shows: B12
#[tokio::test]
async fn a_refused_send_makes_no_hit_in_any_bucket() {
    for world in on_each_backend() {
        let decide = |rules| async { world.decide(rules).await.unwrap().1.admitted() };
        assert!(decide(vec![rule("one", 1)]).await);
        for _ in 0..5 {
            assert!(!decide(vec![rule("two", 2), rule("one", 1)]).await);
        }
        assert!(decide(vec![rule("two", 2)]).await);
        assert!(decide(vec![rule("two", 2)]).await);
        assert!(!decide(vec![rule("two", 2)]).await);
    }
}

// shows: D9
#[tokio::test]
async fn a_monitored_rule_notes_its_refusal_and_admits_the_send() {
    for world in on_each_backend() {
        let mut monitored = rule("watch", 1);
        monitored.limit.mode = Mode::Monitor;
        world.decide(vec![monitored.clone()]).await.unwrap();
        let (message, decision) = world
            .decide(vec![monitored, rule("free", 9)])
            .await
            .unwrap();
        assert!(decision.admitted());
        let verdicts: Vec<_> = decision.verdicts().collect();
        assert!(verdicts[0].refused_until.is_some());
        assert!(verdicts[1].refused_until.is_none());
        assert_eq!(world.timeline(message).await.verdicts, verdicts);
    }
}

#[tokio::test]
async fn a_refusal_tells_the_weight_that_the_refusing_rule_had_counted() {
    for world in on_each_backend() {
        for _ in 0..3 {
            let (_, decision) = world.decide(vec![rule("three", 3)]).await.unwrap();
            assert!(decision.admitted());
            assert_eq!(decision.counted, 0);
        }
        let (_, decision) = world.decide(vec![rule("three", 3)]).await.unwrap();
        assert!(!decision.admitted());
        assert_eq!(decision.counted, 3);
        let (_, decision) = world.decide(vec![rule("three", 0)]).await.unwrap();
        assert_eq!(decision.counted, 3);
        let (_, decision) = world.decide(vec![rule("none", 0)]).await.unwrap();
        assert_eq!(decision.counted, 0);
    }
}

#[tokio::test]
async fn a_failure_gives_the_minute_back_three_times_a_minute() {
    for world in on_each_backend() {
        for _ in 0..3 {
            let (message, decision) = world.login().await;
            assert!(decision.admitted());
            assert!(world.settle(message, refused()).await);
            assert!(world.timeline(message).await.gave_back);
            world.pass(Duration::from_secs(1));
        }
        let (message, decision) = world.login().await;
        assert!(decision.admitted());
        assert!(!world.settle(message, refused()).await);
        assert_eq!(world.login().await.1.wait(), Some(Duration::from_secs(60)));
        // The first give-back leaves its window 60 s after it, the minute 60 s after its message.
        world.pass(Duration::from_secs(60));
        let (message, decision) = world.login().await;
        assert!(decision.admitted());
        assert!(world.settle(message, refused()).await);
    }
}

#[tokio::test]
async fn only_a_definite_failure_gives_the_minute_back() {
    for outcome in [accepted(), unknown()] {
        for world in on_each_backend() {
            let (message, _) = world.login().await;
            assert!(!world.settle(message, outcome.clone()).await);
            assert!(!world.login().await.1.admitted());
        }
    }
}

#[tokio::test]
async fn a_hit_that_is_not_refundable_stays_counted_after_a_failure() {
    for world in on_each_backend() {
        let mut fixed = rule("fixed", 1);
        fixed.limit.refundable = false;
        let (message, _) = world.decide(vec![minute(), fixed.clone()]).await.unwrap();
        assert!(world.settle(message, refused()).await);
        let (_, decision) = world.decide(vec![minute(), fixed]).await.unwrap();
        let verdicts: Vec<_> = decision.verdicts().collect();
        assert!(verdicts[0].refused_until.is_none());
        assert!(verdicts[1].refused_until.is_some());
    }
}
