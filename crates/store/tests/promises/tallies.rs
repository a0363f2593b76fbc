//! Tallies equal a recount of the timelines, whatever the story.

use std::time::Duration;

use countersign_core::code::check::Caller;
use countersign_core::phone::PhoneNumber;
use countersign_core::ports::tallies::{By, Row, TallyQuery};
use countersign_core::receipt::Delivery;
use countersign_core::time::Timestamp;

use crate::backend::BEGINNING;
use crate::recount::{AMERICAN, HOUR, equal_a_recount, everything, read, receive, recount, story};
use crate::sqlite::Sqlite;
use crate::world::{PHONE, World, on_each_backend};

#[tokio::test]
async fn tallies_equal_a_recount_in_every_story() {
    for mut world in on_each_backend() {
        let again = story(&world).await;
        world.restart();
        equal_a_recount(&world, &again).await;
        let kept = recount(&world, By::Hour, &again).await;
        // Days later, the quarters are closed, and newer messages are counted beside them.
        world.pass(80 * HOUR);
        world.code_sent("123456").await;
        world.check(Caller::Application, "123456").await;
        world.restart();
        equal_a_recount(&world, &again).await;
        let now = recount(&world, By::Hour, &again).await;
        assert_eq!(now[..kept.len()], kept, "what is past stays as it was");
    }
}

#[tokio::test]
async fn all_of_time_is_read_though_nearly_all_days_are_empty() {
    for mut world in on_each_backend() {
        let again = story(&world).await;
        world.pass(80 * HOUR);
        world.code_sent("123456").await;
        world.restart();
        equal_a_recount(&world, &again).await;
        for by in [By::Hour, By::Day] {
            let all_of_time = TallyQuery {
                from: Timestamp::from_millis(i64::MIN),
                to: Timestamp::from_millis(i64::MAX),
                ..everything(by)
            };
            let found = read(&world, &all_of_time).await;
            assert_eq!(found.rows, recount(&world, by, &again).await);
        }
    }
}

#[tokio::test]
async fn tallies_equal_a_recount_where_the_clock_jumped() {
    // On a database whose clock was set back, decisions about a number stand still until it has caught up.
    let mut world = World::on(Sqlite::in_memory());
    let mut again = story(&world).await;
    world.stop();
    world.set_clock_back(3 * HOUR);
    world.start();
    again.extend(story(&world).await);
    world.pass(500 * HOUR);
    again.extend(story(&world).await);
    world.restart();
    equal_a_recount(&world, &again).await;
    let total = read(&world, &everything(By::Day)).await.total;
    assert_eq!(total.verified, 6);
}

#[tokio::test]
async fn the_newest_quarter_is_counted_while_the_service_runs() {
    for world in on_each_backend() {
        let message = world.code_sent("123456").await;
        until_due(&world).await;
        equal_a_recount(&world, &[]).await;
        receive(&world, message, PHONE, Delivery::Delivered).await;
        world.check(Caller::Application, "123456").await;
        until_due(&world).await;
        equal_a_recount(&world, &[]).await;
        assert_eq!(read(&world, &everything(By::Day)).await.total.verified, 1);
    }
}

/// Lets the time pass after which the newest quarter is counted again, once everything answered is on record.
async fn until_due(world: &World) {
    recount(world, By::Day, &[]).await;
    world.pass(Duration::from_secs(5));
}

#[tokio::test]
async fn a_query_counts_what_it_asks_for_alone() {
    for mut world in on_each_backend() {
        let again = story(&world).await;
        world.restart();
        equal_a_recount(&world, &again).await;
        let american = TallyQuery {
            country: Some(PhoneNumber::parse(AMERICAN, None).unwrap().country()),
            ..everything(By::Application)
        };
        let found = read(&world, &american).await;
        let names: Vec<_> = found.rows.iter().map(|(row, _)| row.clone()).collect();
        assert_eq!(names, [Row::Named("shop".to_owned())]);
        assert_eq!((found.total.admitted, found.total.verified), (2, 1));
        let nobody = TallyQuery {
            provider: Some("nobody".to_owned()),
            ..everything(By::Day)
        };
        assert_eq!(read(&world, &nobody).await.rows, []);
        let first = TallyQuery {
            from: BEGINNING,
            to: BEGINNING.after(Duration::from_secs(1)),
            ..everything(By::Hour)
        };
        let found = read(&world, &first).await;
        let quarter = |text| Timestamp::parse(text).unwrap();
        assert_eq!(found.from, quarter("2026-09-21T14:00:00Z"));
        assert_eq!(found.to, quarter("2026-09-21T14:15:00Z"));
        assert_eq!(found.total.admitted, 3, "of the first quarter");
    }
}
