//! Master keys that are changed while the service runs.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use countersign::config::keys::{KeySource, Keys};
use countersign::master_keys::MasterKeys;
use countersign::system::OsEntropy;
use countersign_core::audit::Author;
use countersign_core::policy;
use countersign_core::testing::HandClock;
use countersign_core::time::Timestamp;
use countersign_store::OwnedFolder;
use countersign_store::sqlite::SqliteStore;
use insta::assert_snapshot;
use serde_json::{Value, json};
use tokio::task::JoinSet;
use tokio_util::task::AbortOnDropHandle;

use crate::actors::AppServer;
use crate::deployment::Deployment;
use crate::key_sources::{self, NAMES};
use crate::server::{Server, folder, number};

const QUIET: &[&str] = &["--quiet"];

/// Changes the keys once more.
async fn rotate(server: &Server) {
    let answer = server.operator().post("rotate-master-key", json!({})).await;
    assert_eq!(answer.status(), 200, "{}", answer.body);
}

/// Asks for two login codes for each of these numbers at once: the `statusCode` of both, in order.
fn two_sends_each(server: &Server, numbers: &[String]) -> JoinSet<[u64; 2]> {
    let mut sends = JoinSet::new();
    for number in numbers {
        let (public, number) = (server.public(), number.clone());
        sends.spawn(async move {
            let (one, other) = tokio::join!(public.login(&number), public.login(&number));
            [one.min(other), one.max(other)]
        });
    }
    sends
}

/// Shows each code twice at once: how many of the two were right.
fn two_checks_each(app: &AppServer, codes: &[(String, String)]) -> JoinSet<usize> {
    let mut checks = JoinSet::new();
    for (number, code) in codes {
        let (app, number, code) = (app.clone(), number.clone(), code.clone());
        checks.spawn(async move {
            let (one, other) =
                tokio::join!(app.accepts(&number, &code), app.accepts(&number, &code));
            usize::from(one) + usize::from(other)
        });
    }
    checks
}

// shows: G6
#[tokio::test(flavor = "multi_thread")]
async fn keys_change_under_load_and_a_kill_and_no_minute_code_or_budget_is_lost() {
    let data = folder();
    let mut server = Server::start(data.path(), QUIET).await;
    let guessed = number(9_000);
    for _ in 0..8 {
        assert!(!server.app_server().accepts(&guessed, "000000").await);
    }
    for round in 0..2 {
        let numbers: Vec<_> = (round * 40..round * 40 + 40).map(number).collect();
        let sends = two_sends_each(&server, &numbers);
        rotate(&server).await;
        for answers in sends.join_all().await {
            assert_eq!(answers, [200, 429], "one code in a minute");
        }
        let mut codes = Vec::new();
        for number in &numbers {
            codes.push((number.clone(), server.newest_code(number).await));
        }
        let (now, later) = codes.split_at(20);
        let checks = two_checks_each(&server.app_server(), now);
        rotate(&server).await;
        assert!(checks.join_all().await.into_iter().all(|right| right == 1));

        // Killed somewhere in the middle of a change.
        let (url, token) = (server.url.clone(), server.token());
        let change = tokio::spawn(async move {
            let change = crate::server::client().post(format!("{url}/api/v3/rotate-master-key"));
            change.bearer_auth(token).send().await.map(|_| ())
        });
        tokio::task::yield_now().await;
        server.kill_now();
        let _ = change.await;
        server.kill().await;
        server = Server::start(data.path(), QUIET).await;
        for number in &numbers {
            assert_eq!(
                server.public().login(number).await,
                429,
                "the minute is taken"
            );
        }
        let (app, used) = (server.app_server(), &now[0]);
        assert!(!app.accepts(&used.0, &used.1).await, "it was used");
        let checks = two_checks_each(&app, later);
        assert!(checks.join_all().await.into_iter().all(|right| right == 1));
    }
    for _ in 0..7 {
        assert!(!server.app_server().accepts(&guessed, "000000").await);
    }
    let code = server.code("CHANNEL_LOGIN", &guessed).await;
    assert!(
        !server.app_server().accepts(&guessed, &code).await,
        "locked"
    );
    server.operator().unlock(&guessed).await;
    assert!(server.app_server().accepts(&guessed, &code).await);
}

/// The numbers of the generations in a key file.
fn generations_in(file: &Path) -> Vec<u64> {
    let keys: Value = serde_json::from_slice(&fs::read(file).unwrap()).unwrap();
    let generations = keys["generations"].as_array().unwrap().iter();
    generations
        .map(|each| each["id"].as_u64().unwrap())
        .collect()
}

// shows: G6
#[tokio::test]
async fn an_operator_changes_the_keys_and_sees_what_the_ones_before_are_needed_for() {
    let data = folder();
    let server = Server::start(data.path(), QUIET).await;
    let terminal = server.terminal();
    assert_snapshot!(shown(&terminal.ok(&["master-key", "status"])), @r#"
    GENERATION  SINCE                     STATE
    1           [time]  in use
    "#);
    terminal.ok(&["master-key", "rotate"]);
    let mut status = terminal.ok(&["master-key", "status"]);
    while status.contains("anew") {
        tokio::time::sleep(Duration::from_millis(50)).await;
        status = terminal.ok(&["master-key", "status"]);
    }
    assert_snapshot!(shown(&status), @r#"
    GENERATION  SINCE                     STATE
    2           [time]  in use
    1           [time]  needed for limits and budgets until [time]; the next use of the secret of dev-app
    "#);
    let file = data.path().join("keys.json");
    assert_eq!(generations_in(&file), [2, 1]);
    let mode = fs::metadata(&file).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    for _ in 0..6 {
        rotate(&server).await;
    }
    let refused = terminal.run(&["master-key", "rotate"]);
    assert_snapshot!(refused, @r#"
    exit code 1
    countersign: keys: 8 generations of keys are needed at once and no more: rotate again once one of them has ended. (statusCode 400)
    "#);
    server.stop().await;
    Server::start(data.path(), QUIET).await;
}

/// The bytes of `text` as hexadecimal digits.
fn hex_of(text: &str) -> String {
    text.bytes().map(|byte| format!("{byte:02x}")).collect()
}

/// The status with its times replaced.
fn shown(status: &str) -> String {
    let words = status
        .split(' ')
        .map(|word| match word.trim_end_matches([';', '\n']) {
            time if time.len() == 24 && time.ends_with('Z') => word.replace(time, "[time]"),
            _ => word.to_owned(),
        });
    words.collect::<Vec<_>>().join(" ")
}

// shows: G6
#[tokio::test]
async fn keys_that_come_from_elsewhere_are_changed_there_and_at_a_start() {
    let deployment = Deployment::new();
    key_sources::into_files(&deployment);
    let server = deployment.serve(&[]).await;
    server.operator().create_application("shop", "Shop").await;
    let refused = server.operator().post("rotate-master-key", json!({})).await;
    assert_snapshot!(refused.message(), @"keys: the keys come each from a place of its own, which this service does not write: make three new keys there, name those of now with [keys] previous_index_file, previous_seal_file and previous_passcode_file (in the environment COUNTERSIGN_KEYS__PREVIOUS_INDEX and so on), and start again; of several nodes start each, and then run this once more.");
    server.stop().await;

    let mut lines = String::new();
    for name in NAMES {
        let [now, before] =
            ["", "previous_"].map(|when| deployment.folder.join(format!("{when}{name}")));
        fs::rename(&now, &before).unwrap();
        let key = hex_of(&name.repeat(32));
        fs::write(&now, &key[..64]).unwrap();
        fs::set_permissions(&now, fs::Permissions::from_mode(0o600)).unwrap();
        lines += &format!("previous_{name}_file = \"{}\"\n", before.display());
    }
    assert_snapshot!(deployment.refusal(), @"countersign: the database in the data folder does not open with these keys");
    deployment.edit("[keys]\n", &format!("[keys]\n{lines}"));
    let server = deployment.serve(&[]).await;
    let status = server.operator().get("get-master-key-status").await;
    let numbers = status.data()["generations"].as_array().unwrap().iter();
    let numbers: Vec<_> = numbers
        .map(|each| each["number"].as_u64().unwrap())
        .collect();
    assert_eq!(numbers, [2, 1]);
    let applications = server.operator().get("list-applications").await;
    assert!(applications.body.contains("shop"), "{}", applications.body);
    server.stop().await;
    deployment.edit(&lines, "");
    assert_snapshot!(deployment.refusal(), @"countersign: the database in the data folder still needs the keys of before: name them beside the new ones until `countersign master-key status` shows that they have ended");
}

// shows: G6
#[tokio::test]
async fn keys_of_before_leave_the_key_file_once_the_longest_window_is_over() {
    let data = folder();
    let clock = Arc::new(HandClock::new(Timestamp::from_millis(1_790_000_000_000)));
    let file = data.path().join("keys.json");
    let keys = Keys::of(data.path(), &OsEntropy).unwrap();
    let owned = OwnedFolder::claim(data.path()).unwrap();
    let store = SqliteStore::open(owned, &keys.store(), Arc::clone(&clock) as _).unwrap();
    let (source, path) = (KeySource::Folder, data.path().to_owned());
    let keys = MasterKeys::new(Arc::new(store), &keys, source, path, Arc::new(OsEntropy));
    let keys = Arc::new(keys);
    let _dropping = AbortOnDropHandle::new(tokio::spawn(keys.keep()));
    keys.rotate(Author::service()).await.unwrap();
    keys.rotate(Author::service()).await.unwrap();
    assert_eq!(generations_in(&file), [3, 2, 1]);
    clock.pass(policy::OLDER_KEYS);
    while generations_in(&file) != [3] {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(keys.status().await.unwrap().len(), 1);
    assert_eq!(keys.codes().keys().iter().count(), 1);
    keys.rotate(Author::service()).await.unwrap();
    assert_eq!(generations_in(&file), [4, 3]);
}

// shows: G6, G11
#[tokio::test]
async fn a_backup_of_before_a_change_is_put_back_with_the_keys_of_then() {
    let (data, backups) = (folder(), folder());
    let backup = backups.path().join("monday");
    let backup = backup.to_str().unwrap();
    let server = Server::start(data.path(), QUIET).await;
    assert_eq!(server.public().login(&number(1)).await, 200);
    let terminal = server.terminal();
    terminal.ok(&["backup", backup]);
    rotate(&server).await;
    assert_eq!(server.public().login(&number(2)).await, 200);
    server.stop().await;

    // Into the folder whose keys have changed since, and into an empty one.
    terminal.ok(&["restore", backup, "--accept-restored"]);
    let other = folder();
    let elsewhere = crate::actors::Terminal::on(other.path());
    elsewhere.ok(&["restore", backup]);
    for (data, generations) in [(data.path(), 2), (other.path(), 1)] {
        assert_eq!(generations_in(&data.join("keys.json")).len(), generations);
        let server = Server::start(data, &["--quiet", "--accept-restored"]).await;
        let messages = server.operator().messages().await;
        assert_eq!(messages.len(), 1, "{messages:?}");
        server.stop().await;
    }
}

// shows: G6
#[tokio::test]
async fn a_person_keeps_their_pseudonym_over_a_change_of_keys() {
    let data = folder();
    let mut server = Server::start(data.path(), QUIET).await;
    let mut pseudonyms = Vec::new();
    for channel in ["CHANNEL_LOGIN", "CHANNEL_REGISTER", "CHANNEL_BIND_PHONE"] {
        let code = server.code(channel, &number(1)).await;
        let body = json!({"channel": channel, "phoneNumber": number(1), "passCode": code});
        let verified = server.app_server().post("verify-code", body).await;
        let token = verified.text("verificationToken");
        let claims = token.split('.').nth(1).unwrap().to_owned();
        pseudonyms.push(sub_of(&claims));
        rotate(&server).await;
        server.stop().await;
        server = Server::start(data.path(), QUIET).await;
    }
    pseudonyms.dedup();
    assert_eq!(pseudonyms.len(), 1, "{pseudonyms:?}");
}

/// The subject in the claims of a token.
fn sub_of(claims: &str) -> String {
    use base64::Engine as _;
    let bytes = base64::engine::general_purpose::URL_SAFE_NO_PAD
        .decode(claims)
        .unwrap();
    let claims: Value = serde_json::from_slice(&bytes).unwrap();
    claims["sub"].as_str().unwrap().to_owned()
}
