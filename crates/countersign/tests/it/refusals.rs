//! The operator finds the sends that limits refused.

use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::actors::Terminal;
use crate::answer::Answer;
use crate::server::{Server, folder, number};

/// Two sends a day to a number, watched; and none to a block of numbers, enforced.
const LIMITS: &str = "[[limits]]\nname = \"watched\"\nby = [\"number\"]\nwindow_seconds = 86400\nmax = 0\n\
    [[limits]]\nname = \"two\"\nby = [\"country\"]\nwindow_seconds = 3600\nmax = 2\nmode = \"enforce\"\n";

/// A server that has refused two sends: to number 1 by the minute, and to number 3 by the limit `two`. Returns the two
/// answers too.
async fn with_two_refusals(data: &std::path::Path) -> (Server, [Answer; 2]) {
    let file = data.join("settings.toml");
    std::fs::write(&file, LIMITS).unwrap();
    let server = Server::start(data, &["--config", file.to_str().unwrap()]).await;
    let public = server.public();
    let login = async |n| public.send_sms("CHANNEL_LOGIN", &number(n)).await;
    assert_eq!(login(1).await.status(), 200);
    let minute = login(1).await;
    assert_eq!(login(2).await.status(), 200);
    let two = login(3).await;
    assert_eq!((minute.status(), two.status()), (429, 429));
    (server, [minute, two])
}

fn request_id(answer: &Answer) -> &str {
    answer["requestId"].as_str().unwrap()
}

/// The requests of the refused sends in an answer.
fn requests(answer: &Answer) -> Vec<&str> {
    let found = answer.data().as_array().unwrap().iter();
    found
        .map(|refused| refused["requestId"].as_str().unwrap())
        .collect()
}

// shows: found-W2
#[tokio::test]
async fn the_operator_lists_refused_sends_with_the_limit_that_refused() {
    let data = folder();
    let (server, _) = with_two_refusals(data.path()).await;
    let listed = server.operator().get("list-refusals").await;
    assert_snapshot!(listed, @r#"
    HTTP 200
    {
      "statusCode": 200,
      "message": "Operation successful",
      "requestId": "[request id]",
      "data": [
        {
          "requestId": "[request id]",
          "at": "[time]",
          "appId": "dev-app",
          "channel": "CHANNEL_LOGIN",
          "to": "+86138****0003",
          "address": "127.0.0.1",
          "limit": "two",
          "mode": "enforce",
          "count": 2,
          "max": 2,
          "nextAllowedAt": "[time]"
        },
        {
          "requestId": "[request id]",
          "at": "[time]",
          "appId": "dev-app",
          "channel": "CHANNEL_LOGIN",
          "to": "+86138****0001",
          "address": "127.0.0.1",
          "limit": "minute",
          "mode": "enforce",
          "count": 1,
          "max": 1,
          "nextAllowedAt": "[time]"
        }
      ]
    }
    "#);
    let messages = server.operator().messages().await;
    assert_eq!(messages.len(), 2, "a refused send is no message");
}

// shows: found-W2
#[tokio::test]
async fn the_operator_finds_refused_sends_by_request_and_by_number() {
    let data = folder();
    let (server, [minute, two]) = with_two_refusals(data.path()).await;
    let (minute, two) = (request_id(&minute), request_id(&two));
    let operator = server.operator();
    for (query, expected) in [
        (String::new(), vec![two, minute]),
        ("limit=1".to_owned(), vec![two]),
        (format!("requestId={minute}"), vec![minute]),
        (format!("requestId={}", uuid_of_none()), vec![]),
    ] {
        let found = operator.get(&format!("list-refusals?{query}")).await;
        assert_eq!(requests(&found), expected, "{query}");
    }
    for (n, code, expected) in [
        (1, "", vec![minute]),
        (3, "+86", vec![two]),
        (2, "", vec![]),
    ] {
        let body = json!({"phoneNumber": number(n), "phoneCountryCode": code});
        let found = operator.post("find-refusals", body).await;
        assert_eq!(requests(&found), expected, "number {n}");
        assert!(!found.body.contains(&number(n)), "{found}");
    }
    for (query, says) in [
        ("limit=0", "limit must be a whole number from 1 to 1000."),
        ("requestId=1", "requestId must be a UUID."),
    ] {
        let refused = operator.get(&format!("list-refusals?{query}")).await;
        assert_eq!((refused.status(), refused.message()), (400, says));
    }
    let body = json!({"phoneNumber": number(1)});
    let public = server.public().post("find-refusals", body).await;
    assert_eq!(public.codes(), (401, None));
}

fn uuid_of_none() -> &'static str {
    "01a1ffdc-fcf5-7981-820b-5bfb6088c457"
}

// shows: found-W2
#[tokio::test]
async fn the_log_line_of_a_refused_send_names_the_limit() {
    let data = folder();
    let (server, answers) = with_two_refusals(data.path()).await;
    let logs = server.stop().await.stderr;
    for (answer, limit) in answers.iter().zip(["minute", "two"]) {
        let is_its =
            |line: &&str| line.contains(request_id(answer)) && line.contains("\"answered\"");
        let line = logs.lines().find(is_its);
        let line: Value = serde_json::from_str(line.expect("a log line")).unwrap();
        assert_eq!(
            (&line["limit"], &line["status_code"]),
            (&json!(limit), &json!(429))
        );
    }
}

// shows: found-W2
#[tokio::test(flavor = "multi_thread")]
async fn the_operator_at_a_terminal_sees_which_limit_refused_a_send() {
    let data = folder();
    let (_server, [minute, two]) = with_two_refusals(data.path()).await;
    let (minute, two) = (request_id(&minute), request_id(&two));
    let terminal = Terminal::on(data.path());
    let shown = terminal.ok(&["message", "show", minute]);
    assert!(shown.contains(&format!("request   {minute}\n")), "{shown}");
    assert!(
        shown.contains("\nlimit     minute: had counted 1, allows 1\n"),
        "{shown}"
    );
    assert_eq!(
        terminal.ok(&["message", "show", minute, "--refused"]),
        shown
    );
    let newest = terminal.ok(&["message", "show", "--refused", "--json"]);
    let newest: Value = serde_json::from_str(&newest).unwrap();
    assert_eq!(
        (&newest["requestId"], &newest["limit"]),
        (&json!(two), &json!("two"))
    );

    let listed = terminal.ok(&["message", "list", "--refused"]);
    let rows: Vec<_> = listed.lines().skip(1).map(|row| &row[..36]).collect();
    assert_eq!(rows, [two, minute], "{listed}");
    let list = ["message", "list", "--refused", "--json", "--number"];
    let found = terminal.ok(&[&list[..], &[&number(1)]].concat());
    let found: Value = serde_json::from_str(&found).unwrap();
    assert_eq!(found[0]["requestId"], minute, "{found}");
    assert_eq!(found.as_array().unwrap().len(), 1);

    let none = terminal.run(&["message", "show", uuid_of_none()]);
    assert_eq!(none.code, 1);
    let says = "there is no such message, and no such refused send on record";
    assert!(none.stderr.contains(says), "{none}");
}

// shows: found-W2
#[tokio::test]
async fn a_send_that_a_limit_never_admits_has_no_next_time() {
    let data = folder();
    let file = data.path().join("settings.toml");
    let closed = LIMITS.replace("max = 2", "max = 0");
    std::fs::write(&file, closed).unwrap();
    let server = Server::start(data.path(), &["--config", file.to_str().unwrap()]).await;
    assert_eq!(server.public().login(&number(1)).await, 429);
    let found = server.operator().get("list-refusals").await;
    let refused = &found.data()[0];
    assert_eq!(refused["nextAllowedAt"], Value::Null, "{found}");
    assert_eq!((&refused["count"], &refused["max"]), (&json!(0), &json!(0)));
    let shown = Terminal::on(data.path()).ok(&["message", "show", "--refused"]);
    assert!(shown.ends_with("\nallowed   never\n"), "{shown}");
}
