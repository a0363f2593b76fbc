//! A release that starts on the data folder of the release before.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use serde_json::json;
use tempfile::TempDir;

use crate::checks::LOGIN;
use crate::server::{Server, folder};

/// What release 0.1.0 left (crates/store/tests/fixtures/README.md).
const OLDER: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../store/tests/fixtures/data-0.1"
);

/// When the folder's newest message was sent, in milliseconds since the Unix epoch.
const NEWEST_SENT: i64 = 1_795_702_627_894;

const ARGS: [&str; 3] = ["--quiet", "--provider", "sink"];

const USED: &str = "+12015550125";
const GUESSED_AT: &str = "+12015550126";
const NEWEST: &str = "+12015550127";

/// A copy of the older folder, as this release finds it three seconds after the newest message. The clock of a folder goes
/// on while the machine does, so the copy says that the folder is of this boot.
fn older() -> TempDir {
    let data = folder();
    for file in ["countersign.db", "countersign.db-wal", "keys.json"] {
        fs::copy(Path::new(OLDER).join(file), data.path().join(file)).unwrap();
    }
    let boot_id = fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap();
    let clock =
        json!({"bootId": boot_id.trim(), "bootedAt": NEWEST_SENT + 3_000 - passed_since_boot()});
    fs::write(data.path().join("clock.json"), clock.to_string()).unwrap();
    for file in fs::read_dir(data.path()).unwrap() {
        fs::set_permissions(file.unwrap().path(), fs::Permissions::from_mode(0o600)).unwrap();
    }
    data
}

/// How long this machine has been up, in milliseconds.
fn passed_since_boot() -> i64 {
    let uptime = fs::read_to_string("/proc/uptime").unwrap();
    let (seconds, rest) = uptime.split_once('.').unwrap();
    let hundredths: i64 = rest[..2].parse().unwrap();
    seconds.parse::<i64>().unwrap() * 1_000 + hundredths * 10
}

#[tokio::test]
async fn codes_minutes_and_guesses_of_the_release_before_count_on() {
    let data = older();
    let server = Server::start(data.path(), &ARGS).await;
    let app = server.app_server();
    let used = app.verify_code(LOGIN, USED, "950222").await;
    assert_eq!(used.data()["reason"], "used", "{used}");
    // Two wrong guesses were made before.
    let wrong = app.verify_code(LOGIN, GUESSED_AT, "111111").await;
    assert_eq!(wrong.data()["triesLeft"], 2, "{wrong}");
    assert!(app.accepts(GUESSED_AT, "818009").await);
    assert_eq!(
        server.public().login(NEWEST).await,
        429,
        "the minute goes on"
    );
    assert!(server.stop().await.status.success());
    // The folder is of this release now, and goes on from where it stood.
    let server = Server::start(data.path(), &ARGS).await;
    assert!(
        !server.app_server().accepts(GUESSED_AT, "818009").await,
        "it is used up"
    );
}

#[tokio::test]
async fn the_setup_of_the_release_before_stays() {
    let data = older();
    let server = Server::start(data.path(), &ARGS).await;
    let operator = server.operator();
    for (list, count) in [
        ("list-applications", 2),
        ("list-sms-providers", 1),
        ("list-sms-routes", 1),
        ("list-sms-templates", 2),
    ] {
        let kept = operator.list(list).await;
        assert_eq!(kept.len(), count, "{list}: {kept:?}");
    }
    let provider = operator.provider("aliyun").await;
    assert_eq!(provider["kind"], "alibaba-cloud", "{provider}");
    assert_eq!(operator.messages().await.len(), 7);
}
