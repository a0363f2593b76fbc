//! Backups of a data folder, and what a restored one knows.

use std::collections::HashSet;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde_json::Value;
use tokio::task::JoinSet;

use crate::actors::Terminal;
use crate::checks::LOGIN;
use crate::server::{Server, folder, number};

const QUIET: &[&str] = &["--quiet"];
const ACCEPT: &[&str] = &["--quiet", "--accept-restored"];

/// Callers who ask for login codes, each for a number after the other, until they are told to stop.
struct Load {
    stop: Arc<AtomicBool>,
    /// The ids of the requests that were answered 200.
    answered: Arc<Mutex<Vec<String>>>,
    callers: JoinSet<()>,
}

impl Load {
    fn start(server: &Server) -> Self {
        let (stop, answered) = (Arc::new(AtomicBool::new(false)), Arc::default());
        let (next, mut callers) = (Arc::new(AtomicUsize::new(1_000)), JoinSet::new());
        for _ in 0..4 {
            let sdk = server.public().sdk();
            let (stop, next) = (Arc::clone(&stop), Arc::clone(&next));
            let answered: Arc<Mutex<Vec<String>>> = Arc::clone(&answered);
            callers.spawn(async move {
                while !stop.load(Ordering::SeqCst) {
                    let n = next.fetch_add(1, Ordering::SeqCst);
                    let (status, request) = sdk.try_login(&number(n)).await.expect("an answer");
                    assert_eq!(status, 200, "{n}");
                    answered.lock().unwrap().push(request);
                }
            });
        }
        Self {
            stop,
            answered,
            callers,
        }
    }

    /// The requests that were answered by now.
    fn answered(&self) -> Vec<String> {
        self.answered.lock().unwrap().clone()
    }

    /// Waits until so many more were answered.
    async fn goes_on(&self, more: usize) {
        let goal = self.answered().len() + more;
        while self.answered().len() < goal {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    async fn stop(mut self) {
        self.stop.store(true, Ordering::SeqCst);
        while let Some(ended) = self.callers.join_next().await {
            ended.unwrap();
        }
    }
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let name = |entry: std::io::Result<fs::DirEntry>| entry.unwrap().file_name();
    let mut names: Vec<_> = entries
        .map(|entry| name(entry).into_string().unwrap())
        .collect();
    names.sort();
    names
}

// shows: found-R2, G11, B10
#[expect(
    clippy::disallowed_methods,
    reason = "what is measured is real time: sends wait for a minute"
)]
#[tokio::test(flavor = "multi_thread")]
async fn a_backup_under_load_restored_elsewhere_misses_nothing_and_revives_no_code_and_no_minute() {
    let (data, elsewhere) = (folder(), folder());
    let backup = elsewhere.path().join("backup");
    let server = Server::start(data.path(), QUIET).await;
    let mut codes = Vec::new();
    for n in 0..5 {
        codes.push((number(n), server.code(LOGIN, &number(n)).await));
    }
    let load = Load::start(&server);
    load.goes_on(50).await;
    let before = load.answered();
    let terminal = server.terminal();
    let dir = backup.to_str().unwrap().to_owned();
    let made = tokio::task::spawn_blocking(move || terminal.ok(&["backup", &dir]));
    let made = made.await.unwrap();
    assert!(made.starts_with("backup    "), "{made}");
    // The service went on; a code is used, and a minute taken, after the copy.
    load.goes_on(50).await;
    load.stop().await;
    assert!(server.app_server().accepts(&codes[0].0, &codes[0].1).await);
    let late = number(9);
    assert_eq!(server.public().login(&late).await, 200);
    server.kill().await;

    let data = elsewhere.path().join("data");
    let terminal = Terminal::on(&data);
    let restored = terminal.ok(&["restore", backup.to_str().unwrap()]);
    let next = restored.lines().find(|line| line.starts_with("next "));
    let next = next.unwrap().split_whitespace().skip(1);
    let next: Vec<_> = next.collect();
    let shown = data.to_str().unwrap();
    let expected = ["countersign", "dev", "--data", shown, "--accept-restored"];
    assert_eq!(next, expected);
    let without = terminal.run(&["dev", "--listen", "127.0.0.1:0", "--quiet"]);
    assert_eq!(without.code, 1);
    let why = "was restored from a backup";
    assert!(without.stderr.contains(why), "{without}");

    let began = Instant::now();
    let server = Server::start(&data, ACCEPT).await;
    let operator = server.operator();
    let messages = operator.list("list-messages?limit=1000").await;
    let known: HashSet<_> = messages
        .iter()
        .map(|message| message["requestId"].as_str().unwrap())
        .collect();
    for request in &before {
        assert!(known.contains(request.as_str()), "{request} is missing");
    }
    for (number, code) in &codes {
        assert!(!server.app_server().accepts(number, code).await, "{number}");
    }
    for number in [&late, &codes[0].0, &number(500_000)] {
        let answer = server.public().send_sms(LOGIN, number).await;
        assert_eq!(answer.status(), 503, "{answer}");
        let wait: u64 = answer.header("retry-after").unwrap().parse().unwrap();
        assert!(wait <= 60 && wait > 30, "{wait}");
    }
    while server.public().login(&late).await == 503 {
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    let held = began.elapsed();
    assert!(held >= Duration::from_secs(60), "sends waited {held:?}");
    assert_eq!(server.public().login(&codes[0].0).await, 200);
}

// shows: found-R2
#[tokio::test]
async fn a_backup_is_whole_and_private_and_holds_keys_only_where_it_says_so() {
    let (data, backups) = (folder(), folder());
    let server = Server::start(data.path(), QUIET).await;
    let code = server.code(LOGIN, &number(1)).await;
    let terminal = server.terminal();
    let (whole, bare) = (backups.path().join("whole"), backups.path().join("bare"));
    fs::create_dir(&whole).unwrap(); // an empty folder may be there
    let made = terminal.ok(&["backup", whole.to_str().unwrap(), "--json"]);
    let made: Value = serde_json::from_str(&made).unwrap();
    assert_eq!(
        (&made["messages"], &made["keys"]),
        (&1.into(), &true.into())
    );
    let made = terminal.ok(&["backup", bare.to_str().unwrap(), "--without-keys"]);
    assert!(made.contains("without keys.json nobody can read"), "{made}");

    let database = ["countersign.db", "database.mark"];
    assert_eq!(names(&bare), database);
    let keys = ["keys.json", "signing-keys.json"];
    assert_eq!(names(&whole), [database, keys].concat());
    assert_eq!(
        names(backups.path()),
        ["bare", "whole"],
        "nothing is left over"
    );
    for dir in [&whole, &bare] {
        assert_eq!(mode(dir), 0o700);
        for name in names(dir) {
            let file = dir.join(name);
            assert_eq!(mode(&file), 0o600, "{}", file.display());
            let bytes = fs::read(&file).unwrap();
            for secret in [number(1), code.clone()] {
                let found = bytes
                    .windows(secret.len())
                    .any(|part| part == secret.as_bytes());
                assert!(!found, "{}", file.display());
            }
        }
    }
    let again = terminal.run(&["backup", whole.to_str().unwrap()]);
    assert_eq!(again.code, 1);
    assert!(
        again.stderr.contains("whole is not empty: name a folder"),
        "{again}"
    );

    server.stop().await;
    let stopped = backups.path().join("stopped");
    terminal.ok(&["backup", stopped.to_str().unwrap()]);
    let nothing = Terminal::on(&folder().path().join("none"));
    assert_eq!(nothing.run(&["backup", "unmade"]).code, 1);

    let fresh = folder();
    let refused = Terminal::on(fresh.path()).run(&["restore", bare.to_str().unwrap()]);
    assert_eq!(refused.code, 1);
    assert!(
        refused
            .stderr
            .contains("was made without keys: put them into"),
        "{refused}"
    );
    fs::copy(whole.join("keys.json"), fresh.path().join("keys.json")).unwrap();
    Terminal::on(fresh.path()).ok(&["restore", bare.to_str().unwrap()]);
    Server::start(fresh.path(), ACCEPT).await;
}

// shows: found-R2
#[tokio::test]
async fn a_restore_replaces_no_newer_database_and_no_running_one_unless_told_to() {
    let (data, backups) = (folder(), folder());
    let backup = backups.path().join("monday");
    let restore = ["restore", backup.to_str().unwrap()];
    let server = Server::start(data.path(), QUIET).await;
    let terminal = server.terminal();
    terminal.ok(&["backup", backup.to_str().unwrap()]);
    let running = terminal.run(&restore);
    assert_eq!(running.code, 1);
    assert!(
        running.stderr.contains("belongs to a running countersign"),
        "{running}"
    );
    server.stop().await;
    terminal.ok(&restore);
    let server = Server::start(data.path(), ACCEPT).await;
    server.stop().await;

    let newer = terminal.run(&restore);
    assert_eq!(newer.code, 1);
    assert!(
        newer
            .stderr
            .contains("is newer than the backup, or another one"),
        "{newer}"
    );
    let server = Server::start(data.path(), QUIET).await;
    server.operator().create_application("shop", "Shop").await;
    server.stop().await;
    terminal.ok(&[&restore[..], &["--accept-restored"]].concat());
    let server = Server::start(data.path(), ACCEPT).await;
    let applications = server.operator().list("list-applications").await;
    assert_eq!(applications.len(), 1, "the one of development");

    let other = folder();
    Server::start(other.path(), QUIET).await.stop().await;
    let other = Terminal::on(other.path()).run(&restore);
    assert_eq!(other.code, 1);
    assert!(
        other.stderr.contains("holds other keys than the backup"),
        "{other}"
    );
}
