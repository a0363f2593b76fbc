//! The limits that a deployment adds, and the refusals that their callers hear.

use std::path::Path;

use insta::assert_snapshot;
use serde_json::json;
use tokio::task::JoinSet;

use crate::answer::Answer;
use crate::server::{Server, folder, number};

/// `countersign dev` with these settings.
async fn start_with(data: &Path, settings: &str) -> Server {
    let file = data.join("settings.toml");
    std::fs::write(&file, settings).unwrap();
    Server::start(data, &["--quiet", "--config", file.to_str().unwrap()]).await
}

/// An enforced limit of `max` sends with the parts `by` in common.
fn limit(name: &str, by: &str, window_seconds: u32, max: u32) -> String {
    format!(
        "[[limits]]\nname = \"{name}\"\nby = [{by}]\nwindow_seconds = {window_seconds}\nmax = {max}\n\
         mode = \"enforce\"\n"
    )
}

/// The answer to a send, which a limit refuses: its `apiCode`, and its sentences in four languages.
async fn refusal(server: &Server, channel: &str, number: &str) -> String {
    let mut told = String::new();
    for language in ["en-US", "zh-CN", "zh-TW", "ja-JP"] {
        let public = server.public().in_language(language);
        let answer = public.send_sms(channel, number).await;
        let (status, api_code) = answer.codes();
        assert_eq!(status, 429, "{answer}");
        told += &format!("{} {}\n", json!(api_code), answer.message());
    }
    told
}

fn retry_after(answer: &Answer) -> u64 {
    answer.header("retry-after").unwrap().parse().unwrap()
}

// shows: found-W1
#[tokio::test]
async fn a_public_caller_over_a_limit_of_the_number_hears_2990003_and_the_wait_in_hours() {
    let data = folder();
    let server = start_with(data.path(), &limit("day", "\"number\"", 10_800, 1)).await;
    assert_eq!(server.public().login(&number(1)).await, 200);
    assert_snapshot!(refusal(&server, "CHANNEL_REGISTER", &number(1)).await, @"
    2990003 Too many codes were requested for this number. Try again in 3 hours.
    2990003 该号码请求验证码的次数过多，请在 3 小时后重试。
    2990003 此號碼請求驗證碼的次數過多，請於 3 小時後再試。
    2990003 この番号への確認コードの要求が多すぎます。3 時間後にもう一度お試しください。
    ");
    let public = server.public();
    let wait = retry_after(&public.send_sms("CHANNEL_REGISTER", &number(1)).await);
    assert!((10_000..=10_800).contains(&wait), "{wait}");
    assert_eq!(server.public().login(&number(2)).await, 200);
}

// shows: found-W1
#[tokio::test]
async fn a_number_that_never_got_a_code_hears_2990005_of_a_limit_on_everybody() {
    for by in [
        "\"application\"",
        "\"country\"",
        "\"prefix\"",
        "\"block\"",
        "",
    ] {
        let data = folder();
        let server = start_with(data.path(), &limit("all", by, 120, 1)).await;
        assert_eq!(server.public().login("13800138010").await, 200);
        let told = refusal(&server, "CHANNEL_LOGIN", "13800138011").await;
        let expected = "\
            2990005 Too many codes are being requested at the moment. Try again in 2 minutes.\n\
            2990005 当前的验证码请求过多，请在 2 分钟后重试。\n\
            2990005 目前的驗證碼請求過多，請於 2 分鐘後再試。\n\
            2990005 現在、確認コードの要求が多すぎます。2 分後にもう一度お試しください。\n";
        assert_eq!(told, expected, "{by:?}");
    }
}

// shows: found-W1
#[tokio::test]
async fn a_limit_that_admits_none_promises_no_wait() {
    let data = folder();
    let server = start_with(data.path(), &limit("closed", "\"number\"", 86_400, 0)).await;
    assert_snapshot!(refusal(&server, "CHANNEL_LOGIN", &number(1)).await, @"
    2990003 No codes are sent to this number.
    2990003 不向该号码发送验证码。
    2990003 此號碼不會收到驗證碼。
    2990003 この番号には確認コードを送信しません。
    ");
    let answer = server.public().send_sms("CHANNEL_LOGIN", &number(1)).await;
    assert_eq!(retry_after(&answer), 86_400);
}

// shows: found-W1
#[tokio::test]
async fn the_minute_keeps_its_sentence_beside_limits_that_end_earlier_or_only_watch() {
    let data = folder();
    let watched = limit("watched", "\"number\"", 86_400, 0).replace("enforce", "monitor");
    let settings = limit("soon", "\"number\"", 2, 1) + &watched;
    let server = start_with(data.path(), &settings).await;
    assert_eq!(server.public().login(&number(1)).await, 200);
    let answer = server.public().send_sms("CHANNEL_LOGIN", &number(1)).await;
    assert_snapshot!(answer, @r#"
    HTTP 200
    retry-after: [1 to 60]
    {
      "statusCode": 429,
      "message": "A code was sent a moment ago. Try again in [retry-after] seconds.",
      "requestId": "[request id]"
    }
    "#);
}

// shows: B4
#[tokio::test(flavor = "multi_thread")]
async fn of_200_concurrent_sends_to_different_numbers_as_many_go_out_as_a_limit_allows() {
    let data = folder();
    let server = start_with(data.path(), &limit("all", "", 3_600, 7)).await;
    let sdk = server.public().sdk();
    let mut sends = JoinSet::new();
    for n in 0..200 {
        let sdk = sdk.clone();
        sends.spawn(async move { sdk.login(&number(n)).await });
    }
    let answers = sends.join_all().await;
    let count = |status| answers.iter().filter(|answer| **answer == status).count();
    assert_eq!((count(200), count(429)), (7, 193), "{answers:?}");
    assert_eq!(server.outbox("").await.len(), 7);
}
