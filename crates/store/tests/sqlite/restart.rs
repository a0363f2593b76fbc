use std::time::Duration;

use countersign_core::code::CodeState;
use countersign_core::send::outcome::Outcome;

use crate::sqlite::Sqlite;
use crate::world::World;

const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(3600);

#[tokio::test]
async fn a_message_under_way_at_a_restart_counts_as_sent() {
    let mut world = World::on(Sqlite::new());
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
    let mut world = World::on(Sqlite::new());
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
async fn a_message_without_an_outcome_gets_one_however_old_it_is() {
    let mut world = World::on(Sqlite::new());
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
