//! Codes that fill themselves in: the last lines of messages, for web pages and Android apps.

use serde_json::{Value, json};

use crate::server::{Server, folder, number};

const HASH: &str = "FA+9qCX9VSu";
const ABROAD: &str = "+14155550132";

/// Asks the operator's door, in English.
async fn ask(server: &Server, name: &str, body: Value) -> Value {
    let token = format!("Bearer {}", server.token());
    let headers = [
        ("authorization", token.as_str()),
        ("x-authing-lang", "en-US"),
    ];
    let answer = server.post(name, &headers, body.to_string()).await;
    answer.json().await.unwrap()
}

/// The same, where it succeeds.
async fn done(server: &Server, name: &str, body: Value) -> Value {
    let answer = ask(server, name, body).await;
    assert_eq!(answer["statusCode"], 200, "{answer}");
    answer["data"].clone()
}

async fn apps(server: &Server) -> Vec<Value> {
    let url = format!("{}/api/v3/list-applications", server.url);
    let request = server.client().get(url).bearer_auth(server.token());
    let answer: Value = request.send().await.unwrap().json().await.unwrap();
    answer["data"].as_array().unwrap().clone()
}

async fn shop(server: &Server) -> Option<Value> {
    let mut apps = apps(server).await.into_iter();
    apps.find(|app| app["appId"] == "shop")
}

/// Sends as `app` and answers the text and the code that arrived.
async fn arrives(server: &Server, app: &str, channel: &str, to: &str) -> (String, String) {
    let body = json!({"channel": channel, "phoneNumber": to}).to_string();
    let headers = [("x-authing-app-id", app)];
    let sent = server.post("send-sms", &headers, body).await;
    let sent: Value = sent.json().await.unwrap();
    assert_eq!(sent["statusCode"], 200, "{sent}");
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
async fn a_message_for_a_web_page_ends_in_host_and_code() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    let body = json!({"appName": "示例商城", "appId": "shop", "webHost": "Shop.Example"});
    done(&server, "create-application", body).await;
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
async fn a_message_for_an_android_app_ends_in_its_hash_unless_a_web_page_reads_it_too() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    let body = json!({"appName": "Shop", "appId": "shop", "androidAppHash": HASH});
    done(&server, "create-application", body).await;
    for to in [number(1), ABROAD.to_owned()] {
        let (text, _) = arrives(&server, "shop", "CHANNEL_LOGIN", &to).await;
        assert!(text.ends_with(&format!("\n{HASH}")), "{text}");
        assert!(text.len() <= 140, "{text}");
        one_segment(&text);
    }
    let body = json!({"appId": "shop", "webHost": "shop.example"});
    done(&server, "update-application", body).await;
    let (text, code) = arrives(&server, "shop", "CHANNEL_REGISTER", ABROAD).await;
    let end = format!("\n{HASH}\n@shop.example #{code}");
    assert!(text.ends_with(&end), "{text}");
    assert_eq!(text.matches('#').count(), 1);
    assert!(text.len() <= 140, "{text}");
}

#[tokio::test]
async fn what_would_not_fit_or_is_no_host_or_hash_is_refused_and_nothing_is_saved() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    let long = "a-very-long-name-of-a-host-which-nobody-would-ever-type.shop.example";
    for (field, value, says) in [
        (
            "webHost",
            "https://shop.example",
            "webHost must be a domain name",
        ),
        (
            "webHost",
            "shop.example:8443",
            "webHost must be a domain name",
        ),
        ("webHost", "127.0.0.1", "webHost must be a domain name"),
        ("webHost", "shop", "webHost must be a domain name"),
        (
            "androidAppHash",
            "FA+9qCX9VS",
            "androidAppHash must have exactly 11",
        ),
        (
            "androidAppHash",
            "FA-9qCX9VSu",
            "androidAppHash must have exactly 11",
        ),
        (
            "webHost",
            long,
            "webHost makes the text for CHANNEL_LOGIN in zh-CN too long for one SMS: at its shortest it would take 100 of 70 places.",
        ),
    ] {
        let body = json!({"appName": "Shop", "appId": "shop", field: value});
        let answer = ask(&server, "create-application", body).await;
        assert_eq!(answer["statusCode"], 400, "{answer}");
        assert!(
            answer["message"].as_str().unwrap().starts_with(says),
            "{answer}"
        );
    }
    assert_eq!(shop(&server).await, None);

    let body = json!({"appName": "Shop", "appId": "shop", "webHost": "shop.example"});
    done(&server, "create-application", body).await;
    let before = shop(&server).await;
    for (body, status, says) in [
        (
            json!({"appId": "shop", "webHost": long, "appName": "Other"}),
            400,
            "webHost makes",
        ),
        (
            json!({"appId": "shop", "appName": "一二三四五六七八九十一二三四五六七八九十", "androidAppHash": HASH}),
            400,
            "androidAppHash makes",
        ),
        (json!({"appId": "shop", "appName": ""}), 400, "appName must"),
        (
            json!({"appId": "shop", "appName": "Other", "webHost": "x"}),
            400,
            "webHost must",
        ),
        (
            json!({"appId": "shop", "allowedOrigins": ["x"]}),
            400,
            "allowedOrigins must",
        ),
        (
            json!({"appId": "nobody", "appName": "Other"}),
            404,
            "There is no application",
        ),
        (json!({"appId": "a b"}), 400, "appId must"),
        (json!({"appName": "Other"}), 400, "appId is required"),
    ] {
        let answer = ask(&server, "update-application", body).await;
        assert_eq!(answer["statusCode"], status, "{answer}");
        assert!(
            answer["message"].as_str().unwrap().starts_with(says),
            "{answer}"
        );
    }
    assert_eq!(shop(&server).await, before);
    let stranger = server.post("update-application", &[], r#"{"appId":"shop"}"#);
    let stranger: Value = stranger.await.json().await.unwrap();
    assert_eq!(stranger["statusCode"], 401);
}

#[tokio::test]
async fn an_application_is_changed_and_stays_so_over_a_kill() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    let origins = json!(["https://shop.example"]);
    let body = json!({"appName": "Shop", "appId": "shop", "allowedOrigins": origins});
    let secret = done(&server, "create-application", body).await["appSecret"].clone();
    let mut expected = shop(&server).await.unwrap();
    assert_eq!(expected.get("webHost"), None);

    for change in [
        json!({"webHost": "shop.example", "androidAppHash": HASH}),
        json!({"appName": "Store", "webHost": null}),
        json!({"allowedOrigins": []}),
        json!({"androidAppHash": ""}),
    ] {
        let mut body = change.clone();
        body["appId"] = json!("shop");
        let answer = done(&server, "update-application", body).await;
        for (field, value) in change.as_object().unwrap() {
            match value {
                Value::Null => {}
                Value::String(text) if text.is_empty() => {
                    expected.as_object_mut().unwrap().remove(field);
                }
                value => expected[field] = value.clone(),
            }
        }
        assert_eq!(answer, expected);
    }
    server.kill().await;

    let server = Server::start(data.path(), &["--quiet"]).await;
    assert_eq!(shop(&server).await, Some(expected));
    let (text, code) = arrives(&server, "shop", "CHANNEL_LOGIN", ABROAD).await;
    assert_eq!(
        text,
        format!(
            "[Store] {code} is your code to sign in. It expires in 5 minutes. Never share it.\n@shop.example #{code}"
        )
    );
    let body = json!({"appId": "shop", "appSecret": secret});
    let checked = done(&server, "check-app-id-secret", body).await;
    assert_eq!(checked["valid"], true, "the secret is what it was");
    done(
        &server,
        "update-application",
        json!({"appId": "shop", "webHost": ""}),
    )
    .await;
    let (text, _) = arrives(&server, "shop", "CHANNEL_REGISTER", ABROAD).await;
    assert!(!text.contains('@'), "{text}");
}
