//! `send-sms`: a success, and every refusal that a request itself earns.

use insta::assert_snapshot;
use serde_json::json;

use crate::answer::Answer;
use crate::server::{Server, folder, number};

const APP: (&str, &str) = ("x-authing-app-id", "dev-app");

#[tokio::test]
async fn the_public_sends_a_code_and_gets_the_documented_answer() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    let body = json!({"channel": "CHANNEL_LOGIN", "phoneNumber": "18800008888", "phoneCountryCode": "+86"});
    let answer = server.public().post("send-sms", body).await;
    assert_snapshot!(answer, @r#"
    HTTP 200
    {
      "statusCode": 200,
      "message": "Operation successful",
      "requestId": "[request id]"
    }
    "#);
    let chinese = server.public().in_language("zh-CN");
    let answer = chinese.send_sms("CHANNEL_REGISTER", "18800008888").await;
    assert_snapshot!(answer, @r#"
    HTTP 200
    {
      "statusCode": 200,
      "message": "操作成功",
      "requestId": "[request id]"
    }
    "#);
}

/// Sends exactly this body in English and without a language, which means Chinese. Both answers have the same codes.
async fn refusal(server: &Server, headers: &[(&str, &str)], body: &str) -> String {
    let english = [headers, &[("x-authing-lang", "en-US")]].concat();
    let english = server.post("send-sms", &english, body.to_owned()).await;
    let chinese = server.post("send-sms", headers, body.to_owned()).await;
    assert_eq!(english.codes(), chinese.codes());
    let has_wait = |answer: &Answer| answer.header("retry-after").is_some();
    assert_eq!(has_wait(&english), has_wait(&chinese));
    let chinese = chinese.to_string();
    let mut members = chinese.lines().map(str::trim);
    let sentence = members.find_map(|member| member.strip_prefix("\"message\": "));
    format!(
        "{english}\nzh-CN: {}",
        sentence.unwrap_or_default().trim_end_matches(',')
    )
}

fn login(number: &str) -> String {
    json!({"channel": "CHANNEL_LOGIN", "phoneNumber": number}).to_string()
}

#[tokio::test]
async fn a_send_without_a_known_application_is_refused() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    let unnamed = refusal(&server, &[], &login(&number(1))).await;
    assert_snapshot!(unnamed, @r#"
    HTTP 200
    {
      "statusCode": 400,
      "message": "The header x-authing-app-id is missing: it must name the application.",
      "apiCode": 2101,
      "requestId": "[request id]"
    }
    zh-CN: "缺少请求头 x-authing-app-id：必须指明应用。"
    "#);
    let blank = [("x-authing-app-id", " ")];
    assert_eq!(refusal(&server, &blank, &login(&number(1))).await, unnamed);

    let unknown = [("x-authing-app-id", "nobody")];
    let unknown = refusal(&server, &unknown, &login(&number(1))).await;
    assert_snapshot!(unknown, @r#"
    HTTP 200
    {
      "statusCode": 404,
      "message": "There is no application with this x-authing-app-id or appId.",
      "apiCode": 2011,
      "requestId": "[request id]"
    }
    zh-CN: "x-authing-app-id 或 appId 对应的应用不存在。"
    "#);
    let impossible = [("x-authing-app-id", "a b")];
    let impossible = refusal(&server, &impossible, &login(&number(1))).await;
    assert_eq!(impossible, unknown);
    assert!(server.operator().messages().await.is_empty());
}

// shows: B14
#[tokio::test]
async fn a_malformed_send_is_refused_by_the_name_of_its_field() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    let answer = refusal(&server, &[APP], "{").await;
    assert_snapshot!(answer, @r#"
    HTTP 200
    {
      "statusCode": 400,
      "message": "The body must be a JSON object; it stops being JSON at line 1, column 1.",
      "requestId": "[request id]"
    }
    zh-CN: "请求体 必须是 JSON 对象；第 1 行第 1 列处不是合法的 JSON。"
    "#);
    let answer = refusal(&server, &[APP], r#"{"phoneNumber":"18800008888"}"#).await;
    assert_snapshot!(answer, @r#"
    HTTP 200
    {
      "statusCode": 400,
      "message": "channel is required.",
      "requestId": "[request id]"
    }
    zh-CN: "channel 为必填项。"
    "#);
    let unknown = r#"{"channel":"CHANNEL_NONE","phoneNumber":"18800008888"}"#;
    assert_snapshot!(refusal(&server, &[APP], unknown).await, @r#"
    HTTP 200
    {
      "statusCode": 400,
      "message": "channel must be one of CHANNEL_LOGIN, CHANNEL_REGISTER, CHANNEL_RESET_PASSWORD, CHANNEL_BIND_PHONE, CHANNEL_UNBIND_PHONE, CHANNEL_BIND_MFA, CHANNEL_VERIFY_MFA, CHANNEL_UNBIND_MFA, CHANNEL_COMPLETE_PHONE, CHANNEL_IDENTITY_VERIFICATION, CHANNEL_DELETE_ACCOUNT.",
      "requestId": "[request id]"
    }
    zh-CN: "channel 必须是以下之一：CHANNEL_LOGIN、CHANNEL_REGISTER、CHANNEL_RESET_PASSWORD、CHANNEL_BIND_PHONE、CHANNEL_UNBIND_PHONE、CHANNEL_BIND_MFA、CHANNEL_VERIFY_MFA、CHANNEL_UNBIND_MFA、CHANNEL_COMPLETE_PHONE、CHANNEL_IDENTITY_VERIFICATION、CHANNEL_DELETE_ACCOUNT。"
    "#);
    let answer = refusal(&server, &[APP], r#"{"channel":"CHANNEL_LOGIN"}"#).await;
    assert_snapshot!(answer, @r#"
    HTTP 200
    {
      "statusCode": 400,
      "message": "phoneNumber is required.",
      "requestId": "[request id]"
    }
    zh-CN: "phoneNumber 为必填项。"
    "#);
    let number = r#"{"channel":"CHANNEL_LOGIN","phoneNumber":18800008888}"#;
    assert_snapshot!(refusal(&server, &[APP], number).await, @r#"
    HTTP 200
    {
      "statusCode": 400,
      "message": "phoneNumber must be a string.",
      "requestId": "[request id]"
    }
    zh-CN: "phoneNumber 必须是字符串。"
    "#);
    let twice = r#"{"channel":"CHANNEL_LOGIN","phoneNumber":"1","channel":"CHANNEL_LOGIN"}"#;
    assert_snapshot!(refusal(&server, &[APP], twice).await, @r#"
    HTTP 200
    {
      "statusCode": 400,
      "message": "channel is given more than once.",
      "requestId": "[request id]"
    }
    zh-CN: "channel 重复出现。"
    "#);
    let large = format!(
        r#"{{"channel":"CHANNEL_LOGIN","phoneNumber":"1","x":"{}"}}"#,
        "x".repeat(17_000)
    );
    assert_snapshot!(refusal(&server, &[APP], &large).await, @r#"
    HTTP 200
    {
      "statusCode": 413,
      "message": "The body is larger than 16 KiB.",
      "requestId": "[request id]"
    }
    zh-CN: "请求体超过 16 KiB。"
    "#);
    assert!(server.operator().messages().await.is_empty());
}

#[tokio::test]
async fn a_send_to_no_mobile_number_is_refused() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    let answer = refusal(&server, &[APP], &login("12345")).await;
    assert_snapshot!(answer, @r#"
    HTTP 200
    {
      "statusCode": 400,
      "message": "phoneNumber is not a valid number of its country.",
      "apiCode": 2028,
      "requestId": "[request id]"
    }
    zh-CN: "phoneNumber 不是所属国家或地区的有效号码。"
    "#);
    let answer = refusal(&server, &[APP], &login("01085295252")).await;
    assert_snapshot!(answer, @r#"
    HTTP 200
    {
      "statusCode": 400,
      "message": "phoneNumber is not a mobile number.",
      "apiCode": 2028,
      "requestId": "[request id]"
    }
    zh-CN: "phoneNumber 不是手机号。"
    "#);
    let answer = refusal(&server, &[APP], &login("1880000888O")).await;
    assert_snapshot!(answer, @r#"
    HTTP 200
    {
      "statusCode": 400,
      "message": "phoneNumber may have digits, spaces, - . ( ) and one leading + only, and not U+004F.",
      "apiCode": 2028,
      "requestId": "[request id]"
    }
    zh-CN: "phoneNumber 只能包含数字、空格、- . ( ) 和一个开头的 +，不能包含 U+004F。"
    "#);
    let other_country =
        r#"{"channel":"CHANNEL_LOGIN","phoneNumber":"+14155550132","phoneCountryCode":"+86"}"#;
    assert_snapshot!(refusal(&server, &[APP], other_country).await, @r#"
    HTTP 200
    {
      "statusCode": 400,
      "message": "phoneNumber names another country than phoneCountryCode.",
      "apiCode": 2028,
      "requestId": "[request id]"
    }
    zh-CN: "phoneNumber 与 phoneCountryCode 指向不同的国家或地区。"
    "#);
    assert!(server.operator().messages().await.is_empty());
}

#[tokio::test]
async fn a_second_send_within_the_minute_is_refused() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    assert_eq!(server.public().login(&number(1)).await, 200);
    let answer = refusal(&server, &[APP], &login(&number(1))).await;
    assert_snapshot!(answer, @r#"
    HTTP 200
    retry-after: [1 to 60]
    {
      "statusCode": 429,
      "message": "A code was sent a moment ago. Try again in [retry-after] seconds.",
      "requestId": "[request id]"
    }
    zh-CN: "验证码刚刚发送过，请在 [retry-after] 秒后重试。"
    "#);
    let messages = server.operator().messages().await;
    assert_eq!(messages.len(), 1, "a refused send is no message");
}

#[tokio::test]
async fn a_send_goes_to_every_country_that_is_served_and_to_no_other() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet", "--countries", "CN,US"]).await;
    let body =
        json!({"channel": "CHANNEL_LOGIN", "phoneNumber": "4155550132", "phoneCountryCode": "+1"});
    let answer = server.public().post("send-sms", body).await;
    assert_eq!(answer.status(), 200, "{answer}");
    let outbox = server.outbox("+14155550132").await;
    assert_eq!(outbox.len(), 1);
    let text = outbox[0]["text"].as_str().unwrap();
    assert!(text.contains("is your code to sign in"), "{text}");

    let answer = refusal(&server, &[APP], &login("+447400123456")).await;
    assert_snapshot!(answer, @r#"
    HTTP 200
    {
      "statusCode": 422,
      "message": "No international SMS service is configured for the country of this number (GB).",
      "apiCode": 2990001,
      "requestId": "[request id]"
    }
    zh-CN: "未配置该号码所属国家或地区（GB）的国际短信服务。"
    "#);
    assert_eq!(server.operator().messages().await.len(), 1);
}
