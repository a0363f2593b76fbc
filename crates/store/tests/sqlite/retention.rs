use std::time::Duration;

use countersign_core::policy::{CodeRules, Resend};
use countersign_core::ports::tallies::By;
use countersign_core::retention::Retention;
use countersign_store::Housekeeping as _;
use tokio::time::Instant;

use crate::recount::{equal_a_recount, everything, recount, story, until_counted};
use crate::sqlite::Sqlite;
use crate::world::{PHONE, World, login};

const DAY: Duration = Duration::from_secs(24 * 3600);

/// Waits until `select` counts `wanted` rows.
async fn until_rows(world: &World<Sqlite>, select: &str, wanted: i64) {
    let log = world.backend.intruder();
    let lookup = world.backend.dir.path().join("lookup.db");
    log.execute("ATTACH ? AS lookup", [lookup.to_string_lossy()])
        .unwrap();
    let count = || -> i64 { log.query_row(select, [], |row| row.get(0)).unwrap() };
    let begun = Instant::now();
    while count() != wanted {
        assert!(
            begun.elapsed() < Duration::from_secs(60),
            "{select}: {}",
            count()
        );
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

// shows: G10
#[tokio::test]
async fn nothing_of_a_message_is_left_where_it_has_gone() {
    let mut world = World::on(Sqlite::new());
    let again = story(&world).await;
    world.other_traffic(0..600).await;
    world.restart();
    equal_a_recount(&world, &again).await;
    let counted = recount(&world, By::Day, &again).await;
    world.pass(10 * DAY);
    world.restart();
    // The days are on record before any of their messages goes, and a start between the two goes on.
    until_rows(&world, "SELECT count(DISTINCT at) FROM tally_day", 1).await;
    world.restart();
    world
        .backend
        .store()
        .keep_for(Retention::new(1, 3).unwrap());
    for table in [
        "message",
        "attempt",
        "receipt",
        "code_event",
        "lookup.message",
    ] {
        until_rows(&world, &format!("SELECT count(*) FROM {table}"), 0).await;
    }
    // The day's counts stay where the file that is made from the log is lost.
    world.stop();
    for end in ["", "-wal", "-shm"] {
        let _ = std::fs::remove_file(world.backend.dir.path().join(format!("lookup.db{end}")));
    }
    world.start();
    until_counted(&world, &everything(By::Day), &counted).await;
}

#[tokio::test]
async fn a_sealed_passcode_goes_within_an_hour_or_two() {
    let mut world = World::on(Sqlite::new());
    let reuse = CodeRules {
        resend: Resend::Reuse,
        ..login()
    };
    let login = countersign_core::channel::Channel::Login;
    world.send("app", login, PHONE, "123456", reuse).await;
    let sealed = "SELECT count(*) FROM message WHERE code_sealed IS NOT NULL";
    until_rows(&world, sealed, 1).await;
    world.pass(Duration::from_secs(3_601));
    world.restart();
    until_rows(&world, sealed, 0).await;
}
