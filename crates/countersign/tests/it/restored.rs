//! A database that was put back from a copy, emptied or lost: the mark beside it tells, and an operator decides.

use std::fs;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use tokio::process::Command;

use crate::checks::LOGIN;
use crate::server::{BINARY, Server, folder, number};

const QUIET: &[&str] = &["--quiet"];
const ACCEPT: &[&str] = &["--quiet", "--accept-restored"];

/// Starts the program on a folder that it refuses: its sentence, with the folder and the times left out.
async fn refusal(data: &Path) -> String {
    let program = Command::new(BINARY)
        .args(["dev", "--quiet", "--listen", "127.0.0.1:0", "--data"])
        .arg(data)
        .env("RUST_LOG", "off")
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .output();
    let ended = tokio::time::timeout(Duration::from_secs(20), program).await;
    let ended = ended.expect("the program refuses the folder").unwrap();
    assert_eq!(ended.status.code(), Some(1));
    assert!(ended.stdout.is_empty(), "it listened");
    let sentence = String::from_utf8(ended.stderr).unwrap();
    let sentence = sentence.replace(data.to_str().unwrap(), "DATA");
    match sentence.split_once("which is of ") {
        Some((before, rest)) => {
            let (_, after) = rest.split_once(": put").unwrap();
            format!("{before}which is of TIME: put{after}")
        }
        None => sentence,
    }
}

/// Puts a copy of the one file `countersign.db` back, in place of the database with its write-ahead log.
fn put_back(data: &Path, copy: &[u8]) {
    remove_database(data);
    fs::write(data.join("countersign.db"), copy).unwrap();
}

fn remove_database(data: &Path) {
    for file in ["countersign.db", "countersign.db-wal", "countersign.db-shm"] {
        if let Err(error) = fs::remove_file(data.join(file)) {
            assert_eq!(error.kind(), std::io::ErrorKind::NotFound);
        }
    }
}

// shows: found-R2, B10, G11
#[tokio::test]
async fn an_older_copy_of_the_database_revives_no_used_code_and_opens_no_minute() {
    let data = folder();
    let server = Server::start(data.path(), QUIET).await;
    let code = server.code(LOGIN, &number(1)).await;
    server.stop().await;
    // A clean stop leaves everything in this one file.
    let older = fs::read(data.path().join("countersign.db")).unwrap();
    let server = Server::start(data.path(), QUIET).await;
    assert!(server.app_server().accepts(&number(1), &code).await);
    server.code(LOGIN, &number(2)).await;
    server.kill().await;

    put_back(data.path(), &older);
    let refused = refusal(data.path()).await;
    insta::assert_snapshot!(refused, @"countersign: the database DATA/countersign.db is older than its mark in database.mark, which is of TIME: put the newest countersign.db back with its countersign.db-wal and database.mark, or start with --accept-restored: codes sent before are dead then, and sends wait for a minute");
    assert_eq!(refusal(data.path()).await, refused, "it was left as it was");

    let server = Server::start(data.path(), ACCEPT).await;
    let answer = server.public().send_sms(LOGIN, &number(2)).await;
    insta::assert_snapshot!(answer, @r#"
    HTTP 200
    retry-after: [1 to 60]
    {
      "statusCode": 503,
      "message": "The service has just started again and sends no code yet. Nothing was sent. Try again in [retry-after] seconds.",
      "requestId": "[request id]"
    }
    "#);
    for n in 1..5 {
        assert_eq!(server.public().login(&number(n)).await, 503, "{n}");
    }
    assert!(!server.app_server().accepts(&number(1), &code).await);
    let logs = server.stop().await.stderr;
    let warned = logs
        .lines()
        .find(|line| line.contains("accepted as one that was put back"));
    assert!(warned.unwrap().contains("WARN"), "{warned:?}");

    // It is accepted from now on, and a restart shortens nothing.
    let server = Server::start(data.path(), QUIET).await;
    assert_eq!(server.public().login(&number(2)).await, 503);
    assert!(!server.app_server().accepts(&number(1), &code).await);
}

// shows: found-R2
#[tokio::test]
async fn a_database_that_is_missing_empty_or_another_is_refused_in_a_sentence() {
    let data = folder();
    let server = Server::start(data.path(), QUIET).await;
    server.code(LOGIN, &number(1)).await;
    server.stop().await;
    let newest = fs::read(data.path().join("countersign.db")).unwrap();
    remove_database(data.path());
    let missing = refusal(data.path()).await;
    insta::assert_snapshot!(missing, @"countersign: the database DATA/countersign.db is missing or empty, and was not before: put the newest countersign.db back with its countersign.db-wal and database.mark, or start with --accept-restored: codes sent before are dead then, and sends wait for a minute");
    assert!(!data.path().join("countersign.db").exists(), "none is made");
    put_back(data.path(), b"");
    assert_eq!(refusal(data.path()).await, missing);
    fs::remove_file(data.path().join("database.mark")).unwrap();
    assert_eq!(refusal(data.path()).await, missing, "nor without a mark");

    put_back(data.path(), &newest);
    insta::assert_snapshot!(refusal(data.path()).await, @"countersign: the database DATA/countersign.db has no mark any more (the file database.mark), so it may be an older copy: put the newest countersign.db back with its countersign.db-wal and database.mark, or start with --accept-restored: codes sent before are dead then, and sends wait for a minute");

    let other = folder();
    fs::copy(
        data.path().join("keys.json"),
        other.path().join("keys.json"),
    )
    .unwrap();
    Server::start(other.path(), QUIET).await.stop().await;
    let mark = other.path().join("database.mark");
    fs::copy(&mark, data.path().join("database.mark")).unwrap();
    insta::assert_snapshot!(refusal(data.path()).await, @"countersign: the database DATA/countersign.db is not the one that database.mark beside it names: put the newest countersign.db back with its countersign.db-wal and database.mark, or start with --accept-restored: codes sent before are dead then, and sends wait for a minute");

    let text = fs::read_to_string(&mark).unwrap();
    let forged = text.replace("\"messages\":0", "\"messages\":9");
    assert_ne!(forged, text);
    fs::write(data.path().join("database.mark"), forged).unwrap();
    insta::assert_snapshot!(refusal(data.path()).await, @"countersign: the database DATA/countersign.db has a mark, the file database.mark, that was not written with the keys in use, so it may be an older copy: put the newest countersign.db back with its countersign.db-wal and database.mark, or start with --accept-restored: codes sent before are dead then, and sends wait for a minute");
}

// shows: found-R2
#[tokio::test]
async fn a_write_ahead_log_that_was_lost_after_a_kill_is_noticed() {
    let data = folder();
    let server = Server::start(data.path(), QUIET).await;
    server.stop().await;
    let older = fs::read(data.path().join("countersign.db")).unwrap();
    let server = Server::start(data.path(), QUIET).await;
    server.code(LOGIN, &number(1)).await;
    server.kill().await;
    // The log holds what was answered, and the file may not yet: both are lost as one.
    put_back(data.path(), &older);
    assert!(
        refusal(data.path())
            .await
            .contains("is older than its mark")
    );
}

// shows: found-R2
#[tokio::test]
async fn a_kill_at_any_moment_of_a_start_leaves_a_folder_that_starts() {
    let data = folder();
    for delay in 0..8 {
        let fresh = folder();
        for folder in [data.path(), fresh.path()] {
            let mut program = Command::new(BINARY)
                .args(["dev", "--quiet", "--listen", "127.0.0.1:0", "--data"])
                .arg(folder)
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .spawn()
                .unwrap();
            tokio::time::sleep(Duration::from_millis(delay * 25)).await;
            program.kill().await.unwrap();
            Server::start(folder, QUIET).await.kill().await;
        }
    }
}

// shows: found-R9
#[tokio::test]
async fn another_key_of_codes_is_refused_and_makes_no_code_wrong() {
    let data = folder();
    let server = Server::start(data.path(), QUIET).await;
    let code = server.code(LOGIN, &number(1)).await;
    server.stop().await;
    let keys = data.path().join("keys.json");
    let right = fs::read_to_string(&keys).unwrap();
    let mut other: serde_json::Value = serde_json::from_str(&right).unwrap();
    other["generations"][0]["passcode"] = "7".repeat(64).into();
    fs::write(&keys, other.to_string()).unwrap();
    insta::assert_snapshot!(refusal(data.path()).await, @"countersign: the key `passcode` in the key file is not the one that the codes in the database were made with: restore the file from a backup");
    fs::write(&keys, right).unwrap();
    let server = Server::start(data.path(), QUIET).await;
    assert!(server.app_server().accepts(&number(1), &code).await);
}
