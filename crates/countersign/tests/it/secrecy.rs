//! Codes, numbers and secrets never reach a log or a file.

use std::fs;
use std::io::{BufRead, BufReader};
use std::process::Stdio;
use std::time::Duration;

use serde_json::{Value, json};

use crate::server::{BINARY, Server, folder, number};
use crate::vendor::{Manner, Vendor};

#[tokio::test]
async fn a_request_logs_one_line_with_the_documented_fields() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    let answers = [
        server.public().send_sms("CHANNEL_LOGIN", &number(1)).await,
        server.public().send_sms("CHANNEL_LOGIN", "12").await,
    ];
    let logs = server.stop().await.stderr;
    let lines: Vec<Value> = logs
        .lines()
        .map(|line| serde_json::from_str(line).expect(line))
        .collect();
    let requests: Vec<_> = lines
        .iter()
        .filter(|line| line["message"] == "answered")
        .collect();
    assert_eq!(requests.len(), 2);
    let documented = include_str!("../../../../docs/logging.md");
    for (line, answer) in requests.into_iter().zip(answers) {
        assert_eq!(line["request_id"], answer["requestId"]);
        assert_eq!(line["status_code"], answer.status());
        assert_eq!(
            (&line["method"], &line["route"], &line["app_id"]),
            (
                &json!("POST"),
                &json!("/api/v3/send-sms"),
                &json!("dev-app")
            )
        );
        for field in line.as_object().unwrap().keys() {
            assert!(
                documented.contains(&format!("| `{field}` |")),
                "{field} is not in docs/logging.md"
            );
        }
    }
}

#[tokio::test]
async fn a_server_whose_logs_are_not_read_goes_on_answering() {
    let data = folder();
    let mut child = std::process::Command::new(BINARY)
        .args(["dev", "--quiet", "--listen", "127.0.0.1:0", "--data"])
        .arg(data.path())
        .env("RUST_LOG", "trace")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped()) // never read
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap())
        .read_line(&mut line)
        .unwrap();
    let url = format!(
        "{}/api/v3/none",
        line.trim().trim_start_matches("listening on ")
    );
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    for n in 0..2_000 {
        let answer = tokio::time::timeout(Duration::from_secs(10), client.get(&url).send()).await;
        assert!(answer.is_ok_and(|answer| answer.is_ok()), "request {n}");
    }
    child.kill().unwrap();
    child.wait().unwrap();
}

// shows: A10
#[tokio::test]
async fn a_full_run_leaves_no_code_number_or_secret_in_logs_or_files() {
    let (data, vendor) = (folder(), Vendor::start(Manner::Answer(400, "")).await);
    let mut server = Server::start(data.path(), &["--quiet"]).await; // logs at TRACE
    let mut secrets = vec!["dev-app-secret".to_owned(), server.token()];
    for n in 0..20 {
        assert_eq!(server.public().login(&number(n)).await, 200);
        assert_eq!(server.public().login(&number(n)).await, 429);
        secrets.push(number(n));
    }
    let operator = server.operator();
    secrets.push(operator.create_application("shop", "Shop").await.secret);
    for body in [
        r#"{"appId":"dev-app","appSecret":"dev-app-secret"}"#,
        r#"{"appId":"dev-app","appSecret":"wrong-secret-in-clear"}"#,
    ] {
        server.post("check-app-id-secret", &[], body).await;
    }
    secrets.push("wrong-secret-in-clear".to_owned());
    server
        .post(
            "send-sms",
            &[
                ("x-authing-app-id", "13800000003"),
                ("origin", "http://13800000004"),
            ],
            "{\"13800000005",
        )
        .await;
    server.get("/docs/").await;
    server.get("/openapi.json").await;
    let public = server.public();
    public.send_sms("CHANNEL_LOGIN", "1380000000O").await;
    public.send_sms("13800000001", "+4413800000002").await;
    for message in server.outbox("").await {
        secrets.push(message["passCode"].as_str().unwrap().to_owned());
    }
    let codes: Vec<_> = server.outbox("").await;
    for (message, name) in codes
        .iter()
        .zip(["verify-code", "pre-check-code"].iter().cycle())
    {
        let (to, code) = (&message["to"], &message["passCode"]);
        let body = json!({
            "codeType": "SMS",
            "smsCodePayload": {"phone": to, "passCode": code, "channel": "CHANNEL_LOGIN"},
            "channel": "CHANNEL_LOGIN", "phoneNumber": to, "passCode": code,
            "client_id": "dev-app", "client_secret": "dev-app-secret",
        });
        let headers = [("x-authing-app-id", "dev-app")];
        let answer = server.post(name, &headers, body.to_string()).await;
        assert!(answer.is_valid());
        let Some(token) = answer["data"]["verificationToken"].as_str() else {
            continue;
        };
        secrets.push(token.to_owned());
        let body =
            json!({"token": token, "client_id": "dev-app", "client_secret": "dev-app-secret"});
        let name = "introspect-verification-token";
        let answer = server.post(name, &[], body.to_string()).await;
        assert_eq!(answer.data()["active"], true);
    }
    let body = json!({"phoneNumber": number(3), "note": "why"});
    operator.set("unlock-phone", body).await;
    let body = r#"{"channel":"CHANNEL_LOGIN","phoneNumber":"13800000009","passCode":13800000010}"#;
    server.post("verify-code", &[], body).await;
    server
        .get(&format!(
            "/api/v3/{}?phoneNumber=+86{}",
            number(7),
            number(8)
        ))
        .await;
    server.operator().messages().await;
    let mut logs = server.stop().await.stderr;
    server = Server::start(data.path(), &["--quiet", "--provider", &vendor.provider()]).await;
    secrets.push(server.token());
    assert_eq!(server.public().login(&number(50)).await, 602);
    for message in vendor.messages() {
        secrets.push(message["passCode"].as_str().unwrap().to_owned());
    }
    logs += &server.stop().await.stderr;

    assert!(logs.contains("answered"), "there are logs");
    for secret in &secrets {
        assert!(!holds(logs.as_bytes(), secret), "a log line holds {secret}");
    }
    for entry in fs::read_dir(data.path()).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        if name.starts_with("outbox") {
            continue; // it plays the phone
        }
        let bytes = fs::read(&path).unwrap();
        for secret in &secrets {
            assert!(!holds(&bytes, secret), "{name} holds {secret}");
        }
    }
}

/// Whether `secret` stands in `bytes`. Six digits turn up by chance inside longer runs, such as ids in
/// hexadecimal, and as microseconds at the end of a time; a number or a token does not.
pub(crate) fn holds(bytes: &[u8], secret: &str) -> bool {
    let text = String::from_utf8_lossy(bytes);
    let bytes = text.as_bytes();
    text.match_indices(secret).any(|(at, _)| {
        let before = at.checked_sub(1).and_then(|before| bytes.get(before));
        let after = bytes.get(at + secret.len());
        let in_run = [before, after]
            .into_iter()
            .flatten()
            .any(u8::is_ascii_hexdigit);
        let in_time = (before, after) == (Some(&b'.'), Some(&b'Z'));
        secret.len() > 6 || !(in_run || in_time)
    })
}

#[test]
fn the_search_finds_a_code_and_no_digits_that_look_like_one() {
    for held in ["code 123456", "123456", ":123456,", "5.123456 Z"] {
        assert!(holds(held.as_bytes(), "123456"), "{held}");
    }
    for chance in ["0123456", "a123456", "12:00:00.123456Z", "12345"] {
        assert!(!holds(chance.as_bytes(), "123456"), "{chance}");
    }
    assert!(holds(b"x13800000001y", "13800000001"));
}
