//! Each manner of a vendor, and the outcome of the message, the minute and the answer.

use countersign_api::MessageDto;
use insta::assert_snapshot;
use serde_json::Value;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::process::Command;

use crate::actors::Terminal;
use crate::server::{BINARY, Server, folder, number};
use crate::vendor::{Manner, Vendor};

/// Sends one code through a vendor of that manner, and another one at once: the `statusCode` of both, and the timeline
/// of the first message.
async fn through(manner: Manner) -> (u64, u64, MessageDto) {
    let (data, vendor) = (folder(), Vendor::start(manner).await);
    let server = Server::start(data.path(), &["--quiet", "--provider", &vendor.provider()]).await;
    let first = server.public().login(&number(1)).await;
    let message = server.operator().messages().await.remove(0);
    let second = server.public().login(&number(1)).await;
    assert_eq!(
        vendor.messages().len(),
        if second == 429 { 1 } else { 2 },
        "one call per message"
    );
    (first, second, message)
}

fn outcome(message: &MessageDto) -> (&str, &str) {
    (&message.attempts[0].outcome, &message.code)
}

#[tokio::test]
async fn a_message_that_the_vendor_takes_is_accepted() {
    let (first, second, message) =
        through(Manner::Answer(200, r#"{"providerMessageId":"v-1"}"#)).await;
    assert_eq!((first, second), (200, 429));
    assert_eq!(outcome(&message), ("accepted", "live"));
    assert_eq!(
        message.attempts[0].provider_message_id.as_deref(),
        Some("v-1")
    );
    assert_eq!(message.to, "+86138****0001");
}

#[tokio::test]
async fn a_message_answered_with_2xx_is_accepted_with_any_body() {
    for body in ["", "not json", "{}", r#"{"providerMessageId":7}"#] {
        let (first, second, message) = through(Manner::Answer(202, body)).await;
        assert_eq!((first, second), (200, 429), "{body:?}");
        assert_eq!(outcome(&message), ("accepted", "live"), "{body:?}");
    }
}

#[tokio::test]
async fn a_message_answered_with_half_a_body_is_accepted() {
    let (first, second, message) = through(Manner::HalfBody).await;
    assert_eq!((first, second), (200, 429));
    assert_eq!(outcome(&message), ("accepted", "live"));
}

#[tokio::test]
async fn each_message_goes_over_a_connection_of_its_own() {
    let (data, vendor) = (folder(), Vendor::start(Manner::KeepAlive).await);
    let server = Server::start(data.path(), &["--quiet", "--provider", &vendor.provider()]).await;
    for n in 0..5 {
        assert_eq!(server.public().login(&number(n)).await, 200);
    }
    let messages = server.operator().messages().await;
    assert!(
        messages
            .iter()
            .all(|message| outcome(message) == ("accepted", "live")),
        "{messages:?}"
    );
    assert_eq!(vendor.messages().len(), 5);
}

#[tokio::test]
async fn a_message_refused_with_any_4xx_gives_its_minute_back() {
    for (status, kind) in [
        (400, "other"),
        (401, "config_error"),
        (403, "config_error"),
        (404, "config_error"),
        (409, "other"),
        (422, "other"),
        (429, "throttled"),
        (499, "other"),
    ] {
        let (first, second, message) = through(Manner::Answer(status, "")).await;
        assert_eq!((first, second), (602, 602), "{status}");
        assert_eq!(outcome(&message), (kind, "void"), "{status}");
        assert_eq!(message.attempts[0].detail, Some(format!("HTTP {status}")));
        assert!(message.gave_back, "{status}");
    }
}

// shows: found-W4
#[tokio::test]
async fn the_operator_alone_hears_that_credentials_are_wrong() {
    let (data, vendor) = (folder(), Vendor::start(Manner::Answer(401, "")).await);
    let server = Server::start(data.path(), &["--provider", &vendor.provider()]).await;
    let (mut told, mut requests) = (String::new(), Vec::new());
    for (n, language) in ["en-US", "zh-CN", "zh-TW", "ja-JP"].into_iter().enumerate() {
        let public = server.public().in_language(language);
        let answer = public.send_sms("CHANNEL_LOGIN", &number(n)).await;
        assert_eq!(answer.codes(), (602, None));
        told += &format!("{}\n", answer.message());
        requests.push(answer["requestId"].as_str().unwrap().to_owned());
    }
    assert_snapshot!(told, @"
    Nothing was sent. Quote the requestId when you ask for help.
    短信未发送，如需帮助请提供 requestId。
    簡訊未發送，如需協助請提供 requestId。
    SMS は送信されていません。お問い合わせの際は requestId をお知らせください。
    ");
    let shown = Terminal::on(data.path()).ok(&["message", "show", &requests[0]]);
    assert!(shown.contains("config_error, HTTP 401"), "{shown}");
    let logs = server.stop().await.stderr;
    let is_its = |line: &&str| line.contains(&requests[0]) && line.contains("\"answered\"");
    let line: Value = serde_json::from_str(logs.lines().find(is_its).unwrap()).unwrap();
    let named = (&line["outcome"], &line["vendor_code"]);
    assert_eq!(named, (&"config_error".into(), &"HTTP 401".into()));
}

#[tokio::test]
async fn a_message_answered_with_a_bare_500_is_unknown() {
    let (first, second, message) = through(Manner::Answer(500, "")).await;
    assert_eq!((first, second), (200, 429));
    assert_eq!(outcome(&message), ("unknown", "live"));
}

// shows: found-V2
#[tokio::test]
async fn a_message_answered_with_a_redirect_gives_its_minute_back_and_says_that_the_address_has_moved()
 {
    for status in [301, 302, 307, 308] {
        let (first, second, message) = through(Manner::Redirect(status)).await;
        assert_eq!((first, second), (602, 602), "{status}");
        assert_eq!(outcome(&message), ("config_error", "void"), "{status}");
        let detail = format!("HTTP {status}: the address has moved");
        assert_eq!(message.attempts[0].detail, Some(detail));
        assert!(message.gave_back, "{status}");
    }
}

#[tokio::test]
async fn a_message_answered_with_a_redirect_to_its_result_is_unknown() {
    let (first, second, message) = through(Manner::Redirect(303)).await;
    assert_eq!((first, second), (200, 429));
    assert_eq!(outcome(&message), ("unknown", "live"));
}

#[tokio::test]
async fn a_message_answered_with_garbage_is_unknown() {
    let (first, second, message) = through(Manner::Garbage).await;
    assert_eq!((first, second), (200, 429));
    assert_eq!(outcome(&message), ("unknown", "live"));
}

// shows: F2
#[tokio::test]
async fn a_message_answered_with_a_reset_is_unknown() {
    let (first, second, message) = through(Manner::Reset).await;
    assert_eq!((first, second), (200, 429));
    assert_eq!(outcome(&message), ("unknown", "live"));
}

// shows: F2
#[tokio::test]
async fn a_message_without_an_answer_is_unknown_before_an_sdk_gives_up() {
    // `Public` fails without an answer within the ten seconds that the official SDKs wait.
    let (first, second, message) = through(Manner::Silence).await;
    assert_eq!((first, second), (200, 429));
    assert_eq!(outcome(&message), ("unknown", "live"));
}

#[tokio::test]
async fn a_number_without_a_reachable_vendor_gets_its_minute_back_three_times() {
    let data = folder();
    // A port that was free a moment ago, with nobody behind it.
    let port = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let provider = format!("http:http://127.0.0.1:{port}/");
    let server = Server::start(data.path(), &["--quiet", "--provider", &provider]).await;
    let public = server.public();
    let first = public.send_sms("CHANNEL_LOGIN", &number(1)).await;
    assert_snapshot!(first, @r#"
    HTTP 200
    {
      "statusCode": 601,
      "message": "Nothing was sent. Try again in a moment, or quote the requestId when you ask for help.",
      "requestId": "[request id]"
    }
    "#);
    for _ in 0..3 {
        let again = public.send_sms("CHANNEL_LOGIN", &number(1)).await;
        assert_eq!(again.to_string(), first.to_string());
    }
    assert_eq!(
        server.public().login(&number(1)).await,
        429,
        "the fourth failure keeps the minute"
    );
    let messages = server.operator().messages().await;
    let gave_back: Vec<_> = messages
        .iter()
        .rev()
        .map(|message| message.gave_back)
        .collect();
    assert_eq!(gave_back, [true, true, true, false]);
    assert!(
        messages
            .iter()
            .all(|message| outcome(message) == ("unreachable", "void"))
    );
    let register = server
        .public()
        .send_sms("CHANNEL_REGISTER", &number(1))
        .await;
    assert_eq!(
        register.status(),
        601,
        "another channel has a count of its own"
    );
}

#[tokio::test]
async fn a_caller_that_hangs_up_cancels_nothing() {
    let (data, vendor) = (folder(), Vendor::start(Manner::WhenReleased).await);
    let server = Server::start(data.path(), &["--quiet", "--provider", &vendor.provider()]).await;
    let body = format!(
        r#"{{"channel":"CHANNEL_LOGIN","phoneNumber":"{}"}}"#,
        number(1)
    );
    let mut caller = TcpStream::connect(server.address()).await.unwrap();
    let request = format!(
        "POST /api/v3/send-sms HTTP/1.1\r\nhost: localhost\r\nx-authing-app-id: dev-app\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    caller.write_all(request.as_bytes()).await.unwrap();
    vendor.arrived(1).await;
    drop(caller);
    assert_eq!(server.public().login(&number(1)).await, 429);
    vendor.release();
    // A shutdown waits for sends under way: afterwards the outcome is on record.
    assert!(server.stop().await.status.success());
    let server = Server::start(data.path(), &["--quiet", "--provider", "sink"]).await;
    let messages = server.operator().messages().await;
    assert_eq!(messages.len(), 1);
    assert_eq!(outcome(&messages[0]), ("accepted", "live"));
    assert_eq!(server.public().login(&number(1)).await, 429);
}

#[tokio::test]
async fn a_message_goes_past_the_proxies_of_the_environment_and_the_log_names_them() {
    let (data, vendor) = (folder(), Vendor::start(Manner::Answer(200, "{}")).await);
    let proxy = Vendor::start(Manner::Silence).await;
    let address = proxy.url.replace("http://", "http://user:hunter2@");
    let mut command = Command::new(BINARY);
    command
        .env("HTTP_PROXY", &address)
        .env("all_proxy", &address);
    let args = ["--quiet", "--provider", &vendor.provider()];
    let server = Server::run(command, data.path(), "127.0.0.1:0", &args).await;
    assert_eq!(server.public().login(&number(1)).await, 200);
    assert_eq!((vendor.messages().len(), proxy.messages().len()), (1, 0));
    let logs = server.stop().await.stderr;
    let warning = logs
        .lines()
        .find(|line| line.contains("a proxy of the environment"));
    let warning = warning.expect("a warning");
    assert!(
        warning.contains("HTTP_PROXY") && warning.contains("all_proxy"),
        "{warning}"
    );
    assert!(!logs.contains("hunter2"), "the log has a password");
}
