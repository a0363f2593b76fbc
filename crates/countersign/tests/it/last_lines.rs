//! Codes that fill themselves in: the last lines of messages, for web pages and Android apps.

use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::actors::{Operator, Public};
use crate::server::{Server, folder, number};

const HASH: &str = "FA+9qCX9VSu";
const ABROAD: &str = "+14155550132";

/// The application `shop` as the operator sees it.
async fn shop(operator: &Operator) -> Option<Value> {
    let mut apps = operator.list("list-applications").await.into_iter();
    apps.find(|app| app["appId"] == "shop")
}

/// Sends a code as `app`: the text and the code that arrive.
async fn arrives(server: &Server, app: &str, channel: &str, to: &str) -> (String, String) {
    let sent = Public::of(server, app).send_sms(channel, to).await;
    assert_eq!(sent.status(), 200, "{sent}");
    let at = if to.starts_with('+') {
        to.to_owned()
    } else {
        format!("+86{to}")
    };
    let message = server.outbox(&at).await.swap_remove(0);
    let text = |field: &str| message[field].as_str().unwrap().to_owned();
    (text("text"), text("passCode"))
}

#[track_caller]
fn one_segment(text: &str) {
    let fits = if text.is_ascii() {
        // Brackets are of the extension table.
        text.chars().count() + text.matches(['[', ']']).count() <= 160
    } else {
        text.encode_utf16().count() <= 70
    };
    assert!(fits, "{text}");
}

#[tokio::test]
async fn a_message_of_an_application_with_a_web_host_ends_in_host_and_code() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    let body = json!({"appName": "示例商城", "appId": "shop", "webHost": "Shop.Example"});
    server.operator().set("create-application", body).await;
    let channels = ["CHANNEL_LOGIN", "CHANNEL_UNBIND_MFA"];
    for (channel, to) in channels.iter().flat_map(|channel| {
        let mine = number(1);
        [(channel, mine), (channel, ABROAD.to_owned())]
    }) {
        let (text, code) = arrives(&server, "shop", channel, &to).await;
        let (words, last) = text.split_once('\n').unwrap();
        assert_eq!(last, format!("@shop.example #{code}"));
        assert!(
            words.contains("示例商城") && words.contains(&code),
            "{words}"
        );
        one_segment(&text);
    }
    let (text, code) = arrives(&server, "dev-app", "CHANNEL_LOGIN", &number(1)).await;
    assert_eq!(
        text,
        format!("【Countersign】{code} 是您的登录验证码，5 分钟内有效，请勿告诉他人。")
    );
}

#[tokio::test]
async fn a_message_of_an_application_with_an_android_hash_ends_in_it_or_in_host_and_code() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    let body = json!({"appName": "Shop", "appId": "shop", "androidAppHash": HASH});
    server.operator().set("create-application", body).await;
    for to in [number(1), ABROAD.to_owned()] {
        let (text, _) = arrives(&server, "shop", "CHANNEL_LOGIN", &to).await;
        assert!(text.ends_with(&format!("\n{HASH}")), "{text}");
        assert!(text.len() <= 140, "{text}");
        one_segment(&text);
    }
    let body = json!({"appId": "shop", "webHost": "shop.example"});
    server.operator().set("update-application", body).await;
    let (text, code) = arrives(&server, "shop", "CHANNEL_REGISTER", ABROAD).await;
    let end = format!("\n{HASH}\n@shop.example #{code}");
    assert!(text.ends_with(&end), "{text}");
    assert_eq!(text.matches('#').count(), 1);
    assert!(text.len() <= 140, "{text}");
}

const LONG: &str = "a-very-long-name-of-a-host-which-nobody-would-ever-type.shop.example";

#[tokio::test]
async fn an_application_whose_last_lines_cannot_be_is_not_created() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    let operator = server.operator();
    let mut sentences = Vec::new();
    for (field, value) in [
        ("webHost", "https://shop.example"),
        ("webHost", "shop.example:8443"),
        ("webHost", "127.0.0.1"),
        ("webHost", "shop"),
        ("androidAppHash", "FA+9qCX9VS"),
        ("androidAppHash", "FA-9qCX9VSu"),
        ("webHost", LONG),
    ] {
        let body = json!({"appName": "Shop", "appId": "shop", field: value});
        let answer = operator.post("create-application", body).await;
        assert_eq!(answer.codes(), (400, None), "{value}: {answer}");
        sentences.push(answer.message().to_owned());
    }
    assert_snapshot!(sentences.join("\n"), @"
    webHost must be a domain name such as shop.example, without scheme and port.
    webHost must be a domain name such as shop.example, without scheme and port.
    webHost must be a domain name such as shop.example, without scheme and port.
    webHost must be a domain name such as shop.example, without scheme and port.
    androidAppHash must have exactly 11 characters of A-Z a-z 0-9 + /.
    androidAppHash must have exactly 11 characters of A-Z a-z 0-9 + /.
    webHost makes the text for CHANNEL_LOGIN in zh-CN too long for one SMS: at its shortest it would take 100 of 70 places.
    ");
    assert_eq!(shop(&operator).await, None);
}

#[tokio::test]
async fn a_change_that_cannot_be_leaves_the_application_as_it_was() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    let operator = server.operator();
    let body = json!({"appName": "Shop", "appId": "shop", "webHost": "shop.example"});
    operator.set("create-application", body).await;
    let before = shop(&operator).await;
    let mut answers = Vec::new();
    for body in [
        json!({"appId": "shop", "webHost": LONG, "appName": "Other"}),
        json!({"appId": "shop", "appName": "一二三四五六七八九十一二三四五六七八九十", "androidAppHash": HASH}),
        json!({"appId": "shop", "appName": ""}),
        json!({"appId": "shop", "appName": "Other", "webHost": "x"}),
        json!({"appId": "shop", "allowedOrigins": ["x"]}),
        json!({"appId": "nobody", "appName": "Other"}),
        json!({"appId": "a b"}),
        json!({"appName": "Other"}),
    ] {
        let answer = operator.post("update-application", body).await;
        answers.push(format!("{} {}", answer.status(), answer.message()));
    }
    assert_snapshot!(answers.join("\n"), @"
    400 webHost makes the text for CHANNEL_LOGIN in zh-CN too long for one SMS: at its shortest it would take 101 of 70 places.
    400 androidAppHash makes the text for CHANNEL_LOGIN in zh-CN too long for one SMS: at its shortest it would take 72 of 70 places.
    400 appName must have 1 to 64 printable characters.
    400 webHost must be a domain name such as shop.example, without scheme and port.
    400 allowedOrigins must be origins such as https://shop.example or http://localhost:3000, 20 at most.
    404 There is no application with this x-authing-app-id or appId.
    400 appId must have 1 to 64 characters of A-Z a-z 0-9 - _.
    400 appId is required.
    ");
    let stranger = server.post("update-application", &[], r#"{"appId":"shop"}"#);
    assert_eq!(stranger.await.codes(), (401, None));
    assert_eq!(shop(&operator).await, before);
}

#[tokio::test]
async fn the_operator_changes_an_application_and_a_kill_keeps_the_change() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    let origins = json!(["https://shop.example"]);
    let body = json!({"appName": "Shop", "appId": "shop", "allowedOrigins": origins});
    let secret = server.operator().set("create-application", body).await["appSecret"].clone();
    let mut expected = shop(&server.operator()).await.unwrap();
    assert_eq!(expected.get("webHost"), None);

    for change in [
        json!({"webHost": "shop.example", "androidAppHash": HASH}),
        json!({"appName": "Store", "webHost": null}),
        json!({"allowedOrigins": []}),
        json!({"androidAppHash": ""}),
    ] {
        let mut body = change.clone();
        body["appId"] = json!("shop");
        let answer = server.operator().set("update-application", body).await;
        for (field, value) in change.as_object().unwrap() {
            match value {
                Value::Null => {}
                Value::String(text) if text.is_empty() => {
                    expected.as_object_mut().unwrap().remove(field);
                }
                value => expected[field] = value.clone(),
            }
        }
        // Each change makes a newer version.
        assert!(answer["version"].as_u64() > expected["version"].as_u64());
        expected["version"] = answer["version"].clone();
        assert_eq!(answer, expected);
    }
    server.kill().await;

    let server = Server::start(data.path(), &["--quiet"]).await;
    assert_eq!(shop(&server.operator()).await, Some(expected));
    let (text, code) = arrives(&server, "shop", "CHANNEL_LOGIN", ABROAD).await;
    assert_eq!(
        text,
        format!(
            "[Store] {code} is your code to sign in. It expires in 5 minutes. Never share it.\n@shop.example #{code}"
        )
    );
    let body = json!({"appId": "shop", "appSecret": secret});
    let checked = server.operator().set("check-app-id-secret", body).await;
    assert_eq!(checked["valid"], true, "the secret is what it was");
    let body = json!({"appId": "shop", "webHost": ""});
    server.operator().set("update-application", body).await;
    let (text, _) = arrives(&server, "shop", "CHANNEL_REGISTER", ABROAD).await;
    assert!(!text.contains('@'), "{text}");
}
