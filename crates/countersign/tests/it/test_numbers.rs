//! Numbers for tests: their messages reach no vendor, and a deployment in production has none unless it says so.

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use countersign_core::time::Timestamp;
use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::actors::Operator;
use crate::checks::LOGIN;
use crate::deployment::{Deployment, countersign, in_service};
use crate::server::{BINARY, Server, folder, number};

const CODE: &str = "424242";

/// The time so many days after `time`, as the API writes it.
pub(crate) fn days_after(time: &str, days: u64) -> String {
    let time = Timestamp::parse(time).unwrap();
    time.after(Duration::from_secs(days * 24 * 3600))
        .to_string()
}

/// The time in so many days, as the API writes it.
async fn in_days(operator: &Operator, days: u64) -> String {
    let acts = operator.list("list-audit-acts?limit=1").await;
    let newest = acts
        .first()
        .map(|act| act["at"].as_str().unwrap().to_owned());
    match newest {
        Some(now) => days_after(&now, days),
        None => {
            let made = operator.post("create-access-key", json!({})).await;
            days_after(&made.text("createdAt"), days)
        }
    }
}

async fn add(operator: &Operator, number: &str, more: Value) -> Value {
    let mut body = json!({"phoneNumber": number, "expires": in_days(operator, 30).await});
    let members = more.as_object().unwrap().clone();
    body.as_object_mut().unwrap().extend(members);
    operator.set("add-test-number", body).await
}

/// The files below a folder that hold `text`.
fn holding(folder: &Path, text: &str) -> Vec<String> {
    let files = fs::read_dir(folder).unwrap().map(Result::unwrap);
    let holding = files.filter(|file| {
        let bytes = fs::read(file.path()).unwrap_or_default();
        bytes
            .windows(text.len())
            .any(|part| part == text.as_bytes())
    });
    holding
        .map(|file| file.file_name().to_string_lossy().into_owned())
        .collect()
}

// shows: A12
#[tokio::test]
async fn a_message_to_a_test_number_reaches_no_phone_and_brings_the_fixed_code() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    let added = add(&server.operator(), &number(1), json!({"passCode": CODE})).await;
    assert_eq!(added["phoneNumber"], "+86138****0001");
    assert_eq!(added["hasPassCode"], true);

    assert_eq!(server.public().login(&number(1)).await, 200);
    assert_eq!(server.outbox("").await, Vec::<Value>::new());
    let timeline = server.operator().timeline(&number(1)).await;
    let attempts = timeline.attempts.iter();
    let attempts: Vec<_> = attempts
        .map(|attempt| (attempt.provider.as_deref(), attempt.outcome.as_str()))
        .collect();
    assert_eq!(attempts, [(Some("test number"), "accepted")]);
    let app = server.app_server();
    assert!(!app.accepts(&number(1), "000000").await);
    assert!(app.accepts(&number(1), CODE).await);
    assert!(!app.accepts(&number(1), CODE).await, "it is used up");
    // A number beside it is like any other.
    server.code(LOGIN, &number(2)).await;

    assert_eq!(holding(data.path(), CODE), Vec::<String>::new());
    assert_eq!(holding(data.path(), &number(1)), Vec::<String>::new());
    let acts = server
        .operator()
        .list("list-audit-acts?act=test_number_set")
        .await;
    assert_eq!(acts.len(), 1);
    assert_eq!(acts[0]["after"]["phoneNumber"], "+86138****0001");
    assert!(!acts[0].to_string().contains(CODE), "{}", acts[0]);
    let logs = server.stop().await.stderr;
    assert!(!logs.contains(CODE) && !logs.contains(&number(1)));

    // It is one after a restart too, until it is removed.
    let server = Server::start(data.path(), &["--quiet"]).await;
    let register = "CHANNEL_REGISTER";
    let sent = server.public().send_sms(register, &number(1)).await;
    assert_eq!(sent.status(), 200);
    let checked = server
        .app_server()
        .verify_code(register, &number(1), CODE)
        .await;
    assert!(checked.is_valid(), "{checked}");
    let listed = server.operator().list("list-test-numbers").await;
    assert_eq!(listed[0]["testNumberId"], added["testNumberId"]);
    let remove = json!({"testNumberId": added["testNumberId"]});
    server
        .operator()
        .set("remove-test-number", remove.clone())
        .await;
    server.code("CHANNEL_BIND_PHONE", &number(1)).await;
    let again = server.operator().post("remove-test-number", remove).await;
    assert_eq!(again.status(), 404, "{again}");
}

// shows: A12
#[tokio::test]
async fn a_test_number_obeys_every_limit_unless_it_is_exempt_and_the_minute_always() {
    let data = folder();
    let settings = data.path().join("settings.toml");
    let limit = "[[limits]]\nname = \"app\"\nby = [\"application\"]\nwindow_seconds = 3600\nmax = 1\nmode = \"enforce\"\n";
    fs::write(&settings, limit).unwrap();
    let args = ["--quiet", "--config", settings.to_str().unwrap()];
    let server = Server::start(data.path(), &args).await;
    add(&server.operator(), &number(1), json!({})).await;
    add(&server.operator(), &number(2), json!({"exempt": true})).await;
    let public = server.public();
    // A send that is exempt counts in no limit either.
    assert_eq!(public.login(&number(2)).await, 200);
    assert_eq!(public.login(&number(1)).await, 200);
    let limited = public.send_sms("CHANNEL_REGISTER", &number(1)).await;
    assert_eq!(limited.codes(), (429, Some(2_990_005)));
    let exempt = public.send_sms("CHANNEL_REGISTER", &number(2)).await;
    assert_eq!(exempt.status(), 200);
    let minute = public.send_sms("CHANNEL_REGISTER", &number(2)).await;
    assert_eq!(minute.codes(), (429, None));
}

// shows: A12
#[tokio::test]
async fn production_has_no_test_numbers_until_its_settings_allow_them() {
    let deployment = Deployment::new();
    let (server, app, vendor) = in_service(&deployment).await;
    let body = json!({"phoneNumber": number(1), "expires": in_days(&server.operator(), 1).await});
    let refused = server.operator().post("add-test-number", body).await;
    assert_snapshot!(refused, @r#"
    HTTP 200
    {
      "statusCode": 400,
      "message": "phoneNumber: test numbers are not allowed here: set allow = true in [test_numbers] of the settings first.",
      "requestId": "[request id]"
    }
    "#);
    server.stop().await;

    let text = fs::read_to_string(deployment.settings()).unwrap();
    fs::write(
        deployment.settings(),
        text.clone() + "\n[test_numbers]\nallow = true\n",
    )
    .unwrap();
    let server = deployment.serve(&[]).await;
    let secret = app.secret;
    add(&server.operator(), &number(1), json!({"passCode": CODE})).await;
    let public = crate::actors::Public::of(&server, "shop");
    let shop = crate::actors::AppServer::of(&server, "shop", &secret);
    assert_eq!(public.login(&number(1)).await, 200);
    assert!(shop.accepts(&number(1), CODE).await);
    let test = json!({"name": "acme", "appId": "shop", "channel": "CHANNEL_REGISTER", "phoneNumber": number(1)});
    server.operator().set("test-sms-provider", test).await;
    assert_eq!(
        vendor.messages().len(),
        0,
        "not by an operator's test either"
    );
    let settings = deployment.settings();
    let doctor = countersign(&["doctor", "--config", settings.to_str().unwrap()]);
    let found = String::from_utf8(doctor.stdout).unwrap();
    assert!(
        found.contains("1 are set up: their messages reach no vendor"),
        "{found}"
    );
    let logs = server.stop().await.stderr;
    assert!(logs.contains("test numbers are allowed"), "{logs}");

    // Without the switch the number is like any other, and the log says so.
    fs::write(deployment.settings(), text).unwrap();
    let server = deployment.serve(&[]).await;
    let public = crate::actors::Public::of(&server, "shop");
    assert_eq!(
        public
            .send_sms("CHANNEL_BIND_PHONE", &number(1))
            .await
            .status(),
        200
    );
    assert_eq!(vendor.messages().len(), 1);
    let logs = server.stop().await.stderr;
    assert!(
        logs.contains("test numbers are set up and not used"),
        "{logs}"
    );
}

// shows: A12
#[tokio::test]
async fn a_test_number_ends_within_90_days_and_has_a_code_of_6_to_8_digits() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    let operator = server.operator();
    let soon = in_days(&operator, 1).await;
    for (body, says) in [
        (
            json!({"expires": "2020-01-01T00:00:00Z"}),
            "expires: must be in the future, and within 90 days.",
        ),
        (
            json!({"expires": days_after(&soon, 90)}),
            "expires: must be in the future, and within 90 days.",
        ),
        (
            json!({"expires": "tomorrow"}),
            "expires must be an RFC 3339 time, such as 2026-11-21T20:00:00Z.",
        ),
        (json!({}), "expires is required."),
        (
            json!({"expires": soon, "passCode": "12345"}),
            "passCode: must be 6 to 8 digits.",
        ),
    ] {
        let mut whole = json!({"phoneNumber": number(1)});
        whole
            .as_object_mut()
            .unwrap()
            .extend(body.as_object().unwrap().clone());
        let refused = operator.post("add-test-number", whole).await;
        assert_eq!((refused.status(), refused.message()), (400, says));
    }
    assert_eq!(
        operator.list("list-test-numbers").await,
        Vec::<Value>::new()
    );
}

// shows: A12, G10
#[tokio::test]
async fn an_operator_adds_and_removes_test_numbers_at_the_terminal() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    let expires = in_days(&server.operator(), 7).await;
    let mut adding = Command::new(BINARY)
        .args([
            "test-number",
            "add",
            "--to",
            &number(1),
            "--expires",
            &expires,
        ])
        .args(["--code-file", "-", "--data", data.path().to_str().unwrap()])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = adding.stdin.take().unwrap();
    writeln!(stdin, "{CODE}").unwrap();
    drop(stdin);
    let added = adding.wait_with_output().unwrap();
    let said = String::from_utf8(added.stdout).unwrap();
    assert!(
        said.starts_with("+86138****0001 is a test number until "),
        "{said}"
    );
    let terminal = server.terminal();
    let listed = terminal.ok(&["test-number", "list"]);
    let row = listed.lines().nth(1).unwrap();
    assert!(
        row.ends_with(&format!("+86138****0001    {expires}  fixed  all")),
        "{listed}"
    );
    let id = row.split(' ').next().unwrap();
    assert_eq!(terminal.ok(&["test-number", "remove", id]), "removed\n");
    // A number that a person wants forgotten is one for tests no more.
    terminal.ok(&[
        "test-number",
        "add",
        "--to",
        &number(1),
        "--expires",
        &expires,
    ]);
    terminal.ok(&["erase", "--phone", &number(1), "--reason", "asked for"]);
    assert_eq!(terminal.ok(&["test-number", "list"]).lines().count(), 1);
}
