//! The time zone of the machine changes nothing: not what is answered, and not what is stored.

use std::process::Command;

use countersign_core::time::Timestamp;
use serde_json::Value;

use crate::checks::LOGIN;
use crate::server::{BINARY, Server, folder, number};

const ZONES: [&str; 3] = ["UTC", "Asia/Shanghai", "America/New_York"];

/// Replaces every time by the distance from `now` in whole hours, and checks that it is told in UTC.
fn without_times(value: &mut Value, now: Timestamp) {
    match value {
        Value::String(text) => {
            if let Some(time) = Timestamp::parse(text) {
                assert!(text.ends_with('Z'), "{text} is not told in UTC");
                let seconds = time.distance(now).as_secs();
                *text = format!("{} hours from now", (seconds + 1_800) / 3_600);
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| without_times(item, now)),
        Value::Object(members) => {
            for (name, member) in members {
                match name.as_str() {
                    "requestId" | "messageId" | "request" | "prev" | "hash" => {
                        *member = Value::Null;
                    }
                    _ => without_times(member, now),
                }
            }
        }
        _ => {}
    }
}

/// Everything that a service in this time zone tells about a send, a wrong and a right guess, an unlock and a new
/// application.
async fn told_in(zone: &str) -> Vec<Value> {
    let data = folder();
    let mut command = Command::new(BINARY);
    command.env("TZ", zone);
    let server = Server::run(command.into(), data.path(), "127.0.0.1:0", &["--quiet"]).await;
    let operator = server.operator();
    let code = server.code(LOGIN, &number(1)).await;
    assert_eq!(server.public().login(&number(1)).await, 429);
    assert!(!server.app_server().accepts(&number(1), "0").await);
    assert!(server.app_server().accepts(&number(1), &code).await);
    operator.unlock(&number(1)).await;
    operator.create_application("shop", "Shop").await;
    let mut told = Vec::new();
    for name in [
        "list-messages",
        "list-refusals",
        "list-unlocks",
        "list-applications",
        "list-access-keys",
        "list-audit-acts",
    ] {
        told.push(Value::Array(operator.list(name).await));
    }
    // What is stored is told by another process too, after a restart in another zone.
    server.stop().await;
    let mut command = Command::new(BINARY);
    command.env("TZ", "Pacific/Kiritimati");
    let server = Server::run(command.into(), data.path(), "127.0.0.1:0", &["--quiet"]).await;
    let again = Value::Array(server.operator().list("list-messages").await);
    assert_eq!(again, told[0], "after a restart");
    let now = server.get("/healthz").await;
    let now = now.header("date").and_then(Timestamp::parse_http_date);
    for value in &mut told {
        without_times(value, now.unwrap());
    }
    told
}

// shows: H3
#[tokio::test]
async fn a_service_tells_and_stores_the_same_in_every_time_zone() {
    let utc = told_in(ZONES[0]).await;
    let text = serde_json::to_string(&utc).unwrap();
    assert!(text.contains("0 hours from now"), "{text}");
    for zone in &ZONES[1..] {
        assert_eq!(told_in(zone).await, utc, "{zone}");
    }
}
