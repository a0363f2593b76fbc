//! Statistics: messages are counted with what became of them, and no number is among the counts.

use std::time::Duration;

use insta::assert_snapshot;
use serde_json::{Value, json};
use tokio::time::Instant;

use crate::checks::LOGIN;
use crate::server::{Server, folder, number};

/// Waits until `query` counts so many verified messages.
async fn until_verified(server: &Server, query: &str, verified: u64) -> Value {
    let begun = Instant::now();
    loop {
        let found = server.operator().get(query).await;
        let data = found.data().clone();
        if data["total"]["verified"] == verified && data["countedFrom"].is_null() {
            return data;
        }
        assert!(begun.elapsed() < Duration::from_secs(180), "{found}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// The counts that are not zero, in words.
fn brief(counts: &Value) -> String {
    let names = [
        "admitted",
        "accepted",
        "unknown",
        "delivered",
        "failed",
        "verified",
    ];
    let counts = names.map(|name| (name, counts[name].as_u64().expect(name)));
    let words = counts.iter().filter(|(_, count)| *count > 0);
    let words = words.map(|(name, count)| format!("{count} {name}"));
    words.collect::<Vec<_>>().join(", ")
}

/// A line for each row: what it is about, and its counts.
async fn rows(server: &Server, query: &str) -> String {
    let found = until_verified(server, query, 1).await;
    let rows = found["rows"].as_array().unwrap().iter();
    let lines = rows.map(|row| {
        format!(
            "{}: {}",
            row["key"].as_str().unwrap(),
            brief(&row["counts"])
        )
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[tokio::test]
async fn the_operator_counts_messages_by_what_they_have_in_common() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    let public = server.public();
    for (channel, to) in [(LOGIN, "+14155550132"), ("CHANNEL_REGISTER", &number(1))] {
        assert_eq!(public.send_sms(channel, to).await.status(), 200);
    }
    let code = server.code(LOGIN, &number(1)).await;
    let body = json!({
        "channel": LOGIN, "phoneNumber": number(1), "passCode": code, "withToken": false,
    });
    server.app_server().post("verify-code", body).await.data();

    assert_snapshot!(rows(&server, "get-sms-statistics?by=country").await, @r"
    CN: 2 admitted, 2 accepted, 1 verified
    US: 1 admitted, 1 accepted
    ");
    assert_snapshot!(rows(&server, "get-sms-statistics?by=channel").await, @r"
    CHANNEL_LOGIN: 2 admitted, 2 accepted, 1 verified
    CHANNEL_REGISTER: 1 admitted, 1 accepted
    ");
    assert_snapshot!(rows(&server, "get-sms-statistics?by=provider&country=CN").await, @"outbox: 2 admitted, 2 accepted, 1 verified");
    let found = server
        .operator()
        .get("get-sms-statistics?by=application")
        .await;
    assert_eq!(found.data()["rows"][0]["key"], "dev-app");
    for number in [number(1), "4155550132".to_owned()] {
        assert!(!found.body.contains(&number), "{found}");
    }
    let printed = server.terminal().ok(&["statistics", "--by", "country"]);
    let table: Vec<_> = printed.lines().take(4).collect();
    assert_snapshot!(table.join("\n"), @r"
    COUNTRY                   ADMITTED  ACCEPTED   UNKNOWN  NOT SENT  DELIVERED    FAILED  VERIFIED
    CN                               2         2         0         0          0         0         1
    US                               1         1         0         0          0         0         0
    total                            3         3         0         0          0         0         1
    ");
}

#[tokio::test]
async fn the_operator_exports_a_table_that_holds_no_formula() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    let shop = server.operator().create_application("-2", "Shop").await;
    assert_eq!(shop.public.login(&number(1)).await, 200);
    let code = server.code(LOGIN, &number(2)).await;
    assert!(server.app_server().accepts(&number(2), &code).await);
    rows(&server, "get-sms-statistics").await;

    let query = "get-sms-statistics?by=application&format=csv";
    let table = server.operator().get(query).await;
    assert_eq!(
        table.header("content-type"),
        Some("text/csv; charset=utf-8")
    );
    let columns = |line: &str| line.split(',').take(8).collect::<Vec<_>>().join(",");
    let shown: Vec<_> = table.body.lines().map(columns).collect();
    assert_snapshot!(shown.join("\n"), @r"
    application,admitted,accepted,unknown,notSent,delivered,failed,verified
    '-2,1,1,0,0,0,0,0
    dev-app,1,1,0,0,0,0,1
    ");
    assert!(table.body.contains(",notSent.bad_number,"), "{table}");
    let by = ["statistics", "--by", "application", "--csv"];
    assert_eq!(server.terminal().ok(&by), table.body);
    let refused = server
        .operator()
        .get("get-sms-statistics?format=xlsx")
        .await;
    assert_eq!(refused.status(), 400);
    assert_eq!(refused.message(), "format: must be json or csv.");
}

#[tokio::test]
async fn a_question_that_cannot_be_read_is_refused() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    let mut answers = Vec::new();
    for query in [
        "by=minute",
        "from=yesterday",
        "channel=LOGIN",
        "country=China",
        "appId=a%20b",
    ] {
        let found = server
            .operator()
            .get(&format!("get-sms-statistics?{query}"))
            .await;
        answers.push(format!("{} {}", found.status(), found.message()));
    }
    assert_snapshot!(answers.join("\n"), @r"
    400 by: must be one of hour, day, application, channel, country, provider.
    400 from must be an RFC 3339 time, such as 2026-11-21T20:00:00Z.
    400 channel must be one of CHANNEL_LOGIN, CHANNEL_REGISTER, CHANNEL_RESET_PASSWORD, CHANNEL_BIND_PHONE, CHANNEL_UNBIND_PHONE, CHANNEL_BIND_MFA, CHANNEL_VERIFY_MFA, CHANNEL_UNBIND_MFA, CHANNEL_COMPLETE_PHONE, CHANNEL_IDENTITY_VERIFICATION, CHANNEL_DELETE_ACCOUNT.
    400 country: not a two-letter country code such as CN.
    400 appId must have 1 to 64 characters of A-Z a-z 0-9 - _.
    ");
    let zoned = "get-sms-statistics?from=2026-11-21T00:00:00+08:00&to=2026-11-21T00:20:00%2B08:00";
    let found = server.operator().get(zoned).await;
    assert_eq!(found.text("from"), "2026-11-20T16:00:00.000Z");
    assert_eq!(found.text("to"), "2026-11-20T16:30:00.000Z");
}
