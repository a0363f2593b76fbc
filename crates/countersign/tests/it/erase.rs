//! A number that an operator erases is in no file and no answer any more.

use std::fs;
use std::path::Path;

use insta::assert_snapshot;
use serde_json::json;

use crate::checks::LOGIN;
use crate::server::{Server, folder, number};

/// The files below a folder that hold `text`.
fn holding(folder: &Path, text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let bytes = fs::read(&path).unwrap();
        if bytes
            .windows(text.len())
            .any(|part| part == text.as_bytes())
        {
            found.push(path.file_name().unwrap().to_string_lossy().into_owned());
        }
    }
    found
}

// shows: G10
#[tokio::test]
async fn an_operator_erases_a_number_that_a_person_wants_forgotten() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    let (gone, stays) = (number(1), number(2));
    let code = server.code(LOGIN, &gone).await;
    server.code(LOGIN, &stays).await;
    assert_eq!(server.public().send_sms(LOGIN, &gone).await.status(), 429);
    assert_eq!(holding(data.path(), &gone), ["outbox.jsonl"]);

    let erased = server.terminal().run(&[
        "erase",
        "--phone",
        &gone,
        "--reason",
        &format!("he of {gone}"),
    ]);
    assert_eq!(erased.code, 0, "{erased}");
    let counts: Vec<_> = erased.stdout.lines().skip(1).collect();
    assert_snapshot!(counts.join("\n"), @r"
    messages  1
    checks    0
    unlocks   0
    refusals  1
    inbox     1
    left      backups that `countersign backup` made before still hold the number, and so may vendors:
              delete the backups, and ask the vendors
    ");
    assert_eq!(holding(data.path(), &gone), Vec::<String>::new());
    assert_eq!(server.operator().timelines(&gone).await, []);
    assert_eq!(server.operator().timelines(&stays).await.len(), 1);
    assert_eq!(server.outbox(&format!("+86{stays}")).await.len(), 1);
    let refusals = json!({"phoneNumber": gone});
    let refusals = server.operator().post("find-refusals", refusals).await;
    assert_eq!(refusals.data(), &json!([]));

    // The code is dead, and the minute is not open.
    let body = json!({
        "channel": LOGIN, "phoneNumber": gone, "passCode": code, "withToken": false,
    });
    let checked = server.app_server().post("verify-code", body).await;
    assert!(!checked.is_valid(), "{checked}");
    assert_eq!(server.public().send_sms(LOGIN, &gone).await.status(), 429);

    let stopped = server.stop().await;
    assert!(!stopped.stderr.contains(&gone), "{}", stopped.stderr);
}

// shows: G10
#[tokio::test]
async fn an_erasure_of_what_is_no_number_is_refused() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    let long = "x".repeat(201);
    for body in [
        json!({"phoneNumber": "12"}),
        json!({"phoneNumber": number(1), "note": long}),
    ] {
        let refused = server.operator().post("erase-phone", body).await;
        assert_eq!(refused.status(), 400, "{refused}");
    }
}
