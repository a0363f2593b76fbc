//! Requests of arbitrary bytes.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::Value;

use crate::server::{Server, folder};

/// Sends `request` and reads what comes until the server hangs up.
fn exchange(address: &str, request: &[u8]) -> Vec<u8> {
    let mut connection = TcpStream::connect(address).unwrap();
    connection
        .set_read_timeout(Some(Duration::from_secs(20)))
        .unwrap();
    // The server may refuse before it has read everything.
    let _ = connection.write_all(request);
    let mut answer = Vec::new();
    let _ = connection.read_to_end(&mut answer);
    answer
}

/// Checks that the answer is an envelope without an internal failure, or a refusal in HTTP.
fn check(answer: &[u8]) -> Result<(), TestCaseError> {
    let text = String::from_utf8_lossy(answer);
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
    if head.starts_with("HTTP/1.1 400") || head.starts_with("HTTP/1.1 431") {
        return Ok(());
    }
    // An origin of arbitrary bytes is foreign.
    let is_taken = head.starts_with("HTTP/1.1 200") || head.starts_with("HTTP/1.1 403");
    prop_assert!(is_taken, "{text}");
    let envelope: Value = serde_json::from_str(body)
        .map_err(|error| TestCaseError::fail(format!("{error}: {text}")))?;
    let status = envelope["statusCode"].as_u64().unwrap_or_default();
    prop_assert!((200..500).contains(&status) || status == 501, "{text}");
    prop_assert!(
        envelope["requestId"].is_string() && envelope["message"].is_string(),
        "{text}"
    );
    Ok(())
}

/// Bodies from random bytes to nearly valid ones.
fn bodies() -> impl Strategy<Value = Vec<u8>> {
    let pieces = prop::sample::select(vec![
        "{",
        "}",
        "[",
        "]",
        ":",
        ",",
        "\"",
        "\\",
        "\\u0000",
        "\\ud800",
        "null",
        "true",
        "1e999",
        "-0",
        " ",
        "\"channel\"",
        "\"CHANNEL_LOGIN\"",
        "\"phoneNumber\"",
        "\"phoneCountryCode\"",
        "\"18800008888\"",
        "\"+86\"",
        "\"channel\":\"CHANNEL_LOGIN\"",
        "\"phoneNumber\":\"18800008888\"",
        "\u{feff}",
        "１",
        "\u{202e}",
    ]);
    prop_oneof![
        prop::collection::vec(any::<u8>(), 0..300),
        prop::collection::vec(pieces, 0..40).prop_map(|pieces| pieces.concat().into_bytes()),
        "\\PC{0,40}".prop_map(|number| {
            serde_json::json!({"channel": "CHANNEL_LOGIN", "phoneNumber": number}).to_string().into_bytes()
        }),
        ("\\PC{0,10}", "[0-9+ ()-]{0,20}").prop_map(|(code, number)| {
            serde_json::json!({"channel": "CHANNEL_BIND_MFA", "phoneNumber": number, "phoneCountryCode": code})
                .to_string()
                .into_bytes()
        }),
    ]
}

/// Header values, any bytes but line ends.
fn values() -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(
        any::<u8>().prop_filter("ends the line", |b| !matches!(b, b'\r' | b'\n' | 0)),
        0..60,
    )
}

#[test]
fn a_request_of_any_bytes_is_answered_without_an_internal_failure() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let data = folder();
    let server = runtime.block_on(Server::start(data.path(), &["--quiet"]));
    let address = server.url.strip_prefix("http://").unwrap().to_owned();
    let names = prop::sample::select(vec![
        "x-authing-app-id",
        "x-authing-lang",
        "accept-language",
        "content-type",
        "authorization",
        "origin",
        "x-any",
    ]);
    let headers = prop::collection::vec((names, values()), 0..6);
    let paths = prop::sample::select(vec![
        "send-sms",
        "check-app-id-secret",
        "create-application",
        "%2e%2e/x",
        "list-messages?limit=%00",
    ]);
    let mut runner = TestRunner::new(Config {
        cases: 600,
        failure_persistence: None,
        ..Config::default()
    });
    let tested = runner.run(
        &(paths, headers, bodies(), any::<bool>()),
        |(path, headers, body, ours)| {
            let mut request =
                format!("POST /api/v3/{path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n")
                    .into_bytes();
            if ours {
                request.extend(b"x-authing-app-id: dev-app\r\n");
            }
            for (name, value) in headers {
                request.extend([name.as_bytes(), b": ", &value, b"\r\n"].concat());
            }
            request.extend(format!("content-length: {}\r\n\r\n", body.len()).into_bytes());
            request.extend(body);
            check(&exchange(&address, &request))
        },
    );
    tested.unwrap();
    let stopped = runtime.block_on(server.stop());
    assert!(stopped.status.success());
    assert!(!stopped.stderr.contains("panicked"), "{}", stopped.stderr);
}
