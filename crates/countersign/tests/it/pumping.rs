//! The guard against SMS pumping: it blocks a range of numbers whose codes nobody types, and so may an operator.

use std::fs;
use std::path::Path;
use std::time::Duration;

use countersign_core::time::Timestamp;
use insta::assert_snapshot;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::time::Instant;

use crate::actors::Terminal;
use crate::checks::LOGIN;
use crate::server::{Server, folder, number};

/// A number of the prefix `+1415555`.
fn foreign(n: usize) -> String {
    format!("+1415555{n:04}")
}

/// Moves the clock of a stopped service, which is kept in its data folder, so many minutes on.
fn pass_minutes(data: &Path, minutes: i64) {
    let file = data.join("clock.json");
    let mut clock: Value = serde_json::from_str(&fs::read_to_string(&file).unwrap()).unwrap();
    let booted_at = clock["bootedAt"].as_i64().unwrap();
    clock["bootedAt"] = (booted_at + minutes * 60_000).into();
    fs::write(&file, clock.to_string()).unwrap();
}

/// A service whose guard has this mode and watches nothing first.
async fn guarded(data: &TempDir, mode: &str) -> Server {
    let file = data.path().join("settings.toml");
    fs::write(
        &file,
        format!("[guard]\nmode = \"{mode}\"\nwatch_days = 0\n"),
    )
    .unwrap();
    Server::start(data.path(), &["--config", file.to_str().unwrap()]).await
}

/// A service that has sent fifty codes to one prefix, of which nobody typed one, and that was started anew eleven minutes
/// later.
async fn attacked(data: &TempDir, mode: &str) -> Server {
    let server = guarded(data, mode).await;
    for n in 0..50 {
        assert_eq!(server.public().login(&foreign(n)).await, 200);
    }
    server.stop().await;
    pass_minutes(data.path(), 11);
    guarded(data, mode).await
}

/// Sends to one number of the prefix after the other until `done` says so: a start tells the guard the record of the last
/// day while the service serves already. Returns the last answer.
async fn send_until(server: &Server, done: impl AsyncFn(u64) -> bool) -> u64 {
    let begun = Instant::now();
    for n in 1_000.. {
        let status = server.public().login(&foreign(n)).await;
        if done(status).await {
            return status;
        }
        assert!(begun.elapsed() < Duration::from_secs(60), "{status}");
    }
    unreachable!("the numbers do not end")
}

/// The blocks that stand: kind, range, reason and mode.
async fn blocks(server: &Server) -> Vec<String> {
    let guard = server.operator().get("get-guard").await;
    let blocks = guard.data()["blocks"].as_array().unwrap().iter();
    let text = |block: &Value, name: &str| block[name].as_str().unwrap().to_owned();
    let mut told: Vec<_> = blocks
        .filter(|block| block["stands"] == true)
        .map(|block| {
            ["kind", "value", "reason", "mode"]
                .map(|name| text(block, name))
                .join(" ")
        })
        .collect();
    told.sort();
    told
}

// shows: D6
#[tokio::test]
async fn codes_that_nobody_types_lead_to_a_block_that_outlives_a_restart_until_an_operator_lifts_it()
 {
    let data = folder();
    let mut server = attacked(&data, "enforce").await;
    assert_eq!(send_until(&server, async |status| status == 429).await, 429);
    let refused = server.public().send_sms(LOGIN, &foreign(1)).await;
    assert_snapshot!(refused, @r#"
    HTTP 200
    retry-after: [61 to 3600]
    {
      "statusCode": 429,
      "message": "Too many codes are being requested at the moment. Try again in 1 hour.",
      "apiCode": 2990005,
      "requestId": "[request id]"
    }
    "#);
    let listed = &server.operator().list("list-refusals?limit=1").await[0];
    assert_eq!(listed["limit"], "guard-block");
    assert_eq!((&listed["count"], &listed["max"]), (&json!(50), &json!(44)));
    assert_eq!(
        server.public().login(&number(1)).await,
        200,
        "another range"
    );

    let of_attack = [
        "calling_code +1 conversion enforce",
        "carrier +1415 conversion enforce",
        "prefix +1415555 conversion enforce",
    ];
    for _ in 0..2 {
        while blocks(&server).await != of_attack {
            tokio::task::yield_now().await;
        }
        assert_eq!(server.public().login(&foreign(2)).await, 429);
        server.stop().await;
        server = guarded(&data, "enforce").await;
    }
    let terminal = Terminal::on(data.path());
    for [kind, value] in [
        ["--calling-code", "1"],
        ["--carrier", "+1415"],
        ["--prefix", "+1415555"],
    ] {
        let lifted = terminal.ok(&["guard", "lift", "--app", "dev-app", kind, value]);
        assert_eq!(lifted, "lifted\n");
    }
    assert_eq!(server.public().login(&foreign(3)).await, 200);
    assert_eq!(blocks(&server).await, Vec::<String>::new());
    let acts = server.operator().list("list-audit-acts?limit=6").await;
    let acts: Vec<_> = acts
        .iter()
        .map(|act| act["act"].as_str().unwrap())
        .collect();
    assert_eq!(acts, [["block_lifted"; 3], ["block_begun"; 3]].concat());
}

// shows: D9
#[tokio::test]
async fn a_guard_that_monitors_lists_what_it_would_block_and_refuses_nobody() {
    let data = folder();
    let server = attacked(&data, "monitor").await;
    let has_blocks = async |_| blocks(&server).await.len() == 3;
    assert_eq!(send_until(&server, has_blocks).await, 200);
    assert_eq!(server.public().login(&foreign(1)).await, 200);
    let listed = Terminal::on(data.path()).ok(&["guard", "list"]);
    let prefix = listed
        .lines()
        .find(|line| line.starts_with("prefix"))
        .unwrap();
    assert!(
        prefix.contains("+1415555      dev-app           0 of 50 verified"),
        "{listed}"
    );
    assert!(prefix.ends_with("monitored"), "{listed}");
}

/// A limit that ships with the product, enforced.
fn shipped(name: &str) -> String {
    let defaults = include_str!("../../../../countersign.default.toml");
    let mut entries = defaults.split("[[limits]]").skip(1);
    let named = format!("name = \"{name}\"");
    let entry = entries.find(|entry| entry.contains(&named)).expect(name);
    let keys = entry.lines().take_while(|line| !line.starts_with('#'));
    let keys: Vec<_> = keys.collect();
    format!("[[limits]]\n{}\nmode = \"enforce\"\n", keys.join("\n"))
}

/// A service in development that enforces these limits.
async fn limited(data: &TempDir, limits: &[&str]) -> Server {
    let file = data.path().join("settings.toml");
    let limits: Vec<_> = limits.iter().map(|name| shipped(name)).collect();
    fs::write(&file, limits.concat()).unwrap();
    Server::start(data.path(), &["--config", file.to_str().unwrap()]).await
}

/// How many of these sends are admitted.
async fn admitted(server: &Server, numbers: impl Iterator<Item = String>) -> usize {
    let mut admitted = 0;
    for number in numbers {
        admitted += usize::from(server.public().login(&number).await == 200);
    }
    admitted
}

// shows: D4
#[tokio::test]
async fn numbers_in_a_row_are_blocked_after_five() {
    let data = folder();
    let server = limited(&data, &["block-numbers"]).await;
    assert_eq!(admitted(&server, (0..50).map(foreign)).await, 5);
    while blocks(&server).await != ["block +141555500 limit enforce"] {
        tokio::task::yield_now().await;
    }
    let listed = &server.operator().list("list-refusals?limit=1").await[0];
    assert_eq!(listed["limit"], "guard-block");
    assert_eq!(
        server.public().login(&foreign(100)).await,
        200,
        "another hundred"
    );
}

// shows: D5
#[tokio::test]
async fn random_numbers_of_one_prefix_are_stopped() {
    let data = folder();
    let server = limited(&data, &["prefix-abroad-day", "prefix-home-hour"]).await;
    let abroad = (0..40).map(|n| foreign(n * 241 % 10_000));
    assert_eq!(admitted(&server, abroad).await, 30);
    let home = (0..110).map(|n| number(n * 89 % 10_000));
    assert_eq!(admitted(&server, home).await, 100);
}

#[tokio::test]
async fn an_operator_blocks_a_range_and_lets_one_number_of_it_pass() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    let operator = server.operator();
    let block = json!({"kind": "prefix", "value": "1415555", "seconds": 3600, "note": "pumping"});
    let block = operator.post("set-guard-block", block).await;
    assert_snapshot!(block, @r#"
    HTTP 200
    {
      "statusCode": 200,
      "message": "Operation successful",
      "requestId": "[request id]",
      "data": {
        "appId": null,
        "kind": "prefix",
        "value": "+[7 digits]",
        "reason": "operator",
        "limit": null,
        "sends": null,
        "verified": null,
        "mode": "enforce",
        "since": "[time]",
        "until": "[time]",
        "step": 0,
        "liftedAt": null,
        "note": "pumping",
        "stands": true
      }
    }
    "#);
    assert_eq!(server.public().login(&foreign(1)).await, 429);

    let terminal = Terminal::on(data.path());
    let add = [
        "guard",
        "safe",
        "add",
        "--to",
        &foreign(1),
        "--days",
        "30",
        "--json",
    ];
    let added: Value = serde_json::from_str(&terminal.ok(&add)).unwrap();
    let entry = &added[0];
    assert_eq!(
        (&entry["kind"], &entry["counts"]),
        (&json!("number"), &json!(true))
    );
    assert_eq!(entry["value"], "+14****01");
    assert_eq!(server.public().login(&foreign(1)).await, 200);
    assert_eq!(
        server.public().login(&foreign(1)).await,
        429,
        "the minute holds"
    );
    assert_eq!(server.public().login(&foreign(2)).await, 429);

    let again: Value = serde_json::from_str(&terminal.ok(&add)).unwrap();
    assert_eq!(again[0]["id"], entry["id"], "the same number is one entry");
    let id = entry["id"].as_str().unwrap();
    assert_eq!(terminal.ok(&["guard", "safe", "remove", id]), "removed\n");
    assert_eq!(
        operator.list("list-safe-entries").await,
        Vec::<Value>::new()
    );
    let gone = terminal.run(&["guard", "safe", "remove", id]);
    assert_snapshot!(gone, @"
    exit code 1
    countersign: There is no such setting: entry of the safe list with this id. (statusCode 404)
    ");
}

#[tokio::test]
async fn an_operator_who_names_no_range_is_told_the_constraint() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    let operator = server.operator();
    let mut said = Vec::new();
    for (name, body) in [
        ("set-guard-block", json!({"kind": "street", "value": "1"})),
        (
            "set-guard-block",
            json!({"kind": "prefix", "value": "+1-415"}),
        ),
        ("set-guard-block", json!({"kind": "country", "value": "XX"})),
        (
            "set-guard-block",
            json!({"kind": "prefix", "value": "+1415555", "seconds": 59}),
        ),
        (
            "set-guard-block",
            json!({"kind": "prefix", "value": "+1415555", "appId": "nobody"}),
        ),
        (
            "lift-guard-block",
            json!({"kind": "prefix", "value": "+1415555"}),
        ),
        (
            "add-safe-entry",
            json!({"kind": "carrier", "value": "+1415", "expires": "2026-12-21T20:00:00Z"}),
        ),
        (
            "add-safe-entry",
            json!({"kind": "network", "value": "0.0.0.0/0", "expires": "2026-12-21T20:00:00Z"}),
        ),
        (
            "add-safe-entry",
            json!({"kind": "prefix", "value": "+1415555", "expires": "tomorrow"}),
        ),
        (
            "add-safe-entry",
            json!({"kind": "prefix", "value": "+1415555", "expires": "2020-01-01T00:00:00Z"}),
        ),
    ] {
        let refused = operator.post(name, body).await;
        said.push(format!("{} {}", refused.status(), refused.message()));
    }
    assert_snapshot!(said.join("\n"), @r"
    400 kind: one of country, calling_code, carrier, prefix, block.
    400 value: a prefix is + and 3 to 11 digits.
    400 value: not a two-letter country code such as CN.
    400 seconds: 60 to 31536000.
    404 There is no application with this x-authing-app-id or appId.
    404 There is no such setting: block of prefix +1415555.
    400 kind: one of number, calling_code, prefix, network.
    400 value: wider than /8, or /7 of IPv6.
    400 expires: not a time such as 2026-12-21T20:00:00Z.
    400 expires: a time in the future, at most 90 days away.
    ");
}

#[tokio::test]
async fn an_erased_number_is_on_the_safe_list_no_longer() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    let terminal = server.terminal();
    terminal.ok(&["guard", "safe", "add", "--to", &number(1), "--days", "1"]);
    terminal.ok(&[
        "guard",
        "safe",
        "add",
        "--network",
        "192.0.2.0/24",
        "--days",
        "1",
    ]);
    terminal.ok(&["erase", "--phone", &number(1)]);
    let left = server.operator().list("list-safe-entries").await;
    let kinds: Vec<_> = left.iter().map(|entry| entry["kind"].clone()).collect();
    assert_eq!(kinds, ["network"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_entry_of_the_safe_list_ends_within_ninety_days() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    let (terminal, operator) = (server.terminal(), server.operator());
    let add = ["guard", "safe", "add", "--to", &number(1), "--days"];
    assert_snapshot!(terminal.run(&[&add[..], &["91"]].concat()), @"
    exit code 2
    error: invalid value '91' for '--days <DAYS>': 91 is not in 1..=90

    For more information, try '--help'.
    ");
    terminal.ok(&[&add[..], &["89"]].concat());
    let in_89_days = operator.list("list-safe-entries").await[0]["expires"].clone();
    let in_89_days = Timestamp::parse(in_89_days.as_str().unwrap()).unwrap();
    let in_91_days = in_89_days.after(Duration::from_hours(48)).to_string();
    let body = json!({"kind": "prefix", "value": "+1415555", "expires": in_91_days});
    let refused = operator.post("add-safe-entry", body).await;
    assert_eq!(refused.status(), 400, "{refused}");
    let rule = "expires: a time in the future, at most 90 days away.";
    assert_eq!(refused.message(), rule);
    assert_eq!(operator.list("list-safe-entries").await.len(), 1);
}
