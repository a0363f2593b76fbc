//! Retention: a service whose clock is weeks further lets old messages go, is killed meanwhile, and loses no count.

use std::fs;
use std::path::Path;
use std::time::Duration;

use serde_json::Value;
use tokio::task::JoinSet;
use tokio::time::Instant;

use crate::checks::LOGIN;
use crate::deployment::{countersign, refused};
use crate::server::{Server, folder, number};

const DAY: i64 = 24 * 3600 * 1000;

/// Moves the clock of a stopped service, which is kept in its data folder, so many days on.
fn pass_days(data: &Path, days: i64) {
    let file = data.join("clock.json");
    let mut clock: Value = serde_json::from_str(&fs::read_to_string(&file).unwrap()).unwrap();
    let booted_at = clock["bootedAt"].as_i64().unwrap();
    clock["bootedAt"] = (booted_at + days * DAY).into();
    fs::write(&file, clock.to_string()).unwrap();
}

/// The messages that the statistics of all time count.
async fn counted(server: &Server) -> u64 {
    let all = "get-sms-statistics?from=2020-01-01T00:00:00Z&to=2050-01-01T00:00:00Z";
    let found = server.operator().get(all).await;
    found.data()["total"]["admitted"].as_u64().unwrap()
}

const SENT: usize = 600;

// shows: G10
#[tokio::test]
async fn a_service_that_is_killed_while_messages_go_has_counted_each_of_them() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    let mut sends = JoinSet::new();
    for n in 0..SENT {
        let public = server.public();
        sends.spawn(async move { public.send_sms(LOGIN, &number(n)).await.status() });
    }
    assert_eq!(sends.join_all().await, vec![200; SENT]);
    server.stop().await;
    pass_days(data.path(), 40);

    let begun = Instant::now();
    let mut left = SENT;
    while left > 0 {
        assert!(begun.elapsed() < Duration::from_secs(240), "{left} left");
        let server = Server::start(data.path(), &["--quiet"]).await;
        let before = left;
        let started = Instant::now();
        while left == before && started.elapsed() < Duration::from_secs(20) {
            left = server.operator().messages().await.len();
        }
        server.kill().await;
    }

    let server = Server::start(data.path(), &["--quiet"]).await;
    let begun = Instant::now();
    while counted(&server).await != SENT as u64 {
        assert!(
            begun.elapsed() < Duration::from_secs(60),
            "{}",
            counted(&server).await
        );
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert_eq!(server.operator().messages().await.len(), 0);
}

#[tokio::test]
async fn a_retention_beyond_its_bounds_stops_the_start_with_a_sentence() {
    let files = folder();
    let settings = files.path().join("settings.toml");
    let mut said = Vec::new();
    for retention in [
        "messages_days = 0",
        "security_days = 4000",
        "messages_days = 200\nsecurity_days = 90",
    ] {
        fs::write(&settings, format!("[retention]\n{retention}\n")).unwrap();
        let output = countersign(&["config", "check", "--config", settings.to_str().unwrap()]);
        said.push(refused(&output));
    }
    for (said, wanted) in said.iter().zip([
        "messages_days is 1 to 3650, not 0",
        "security_days is 1 to 3650, not 4000",
        "security_days is messages_days at least",
    ]) {
        assert!(said.contains(wanted), "{said}");
    }
}
