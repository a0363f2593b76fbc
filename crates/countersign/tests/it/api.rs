//! The envelope and its codes.

use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::server::{Server, folder, number};

const APP: (&str, &str) = ("x-authing-app-id", "dev-app");
const EN: (&str, &str) = ("x-authing-lang", "en-US");

/// HTTP status, `Retry-After` and body of an answer.
async fn ask(
    server: &Server,
    name: &str,
    headers: &[(&str, &str)],
    body: &str,
) -> (Option<String>, Value) {
    let answer = server.post(name, headers, body.to_owned()).await;
    assert_eq!(answer.status(), StatusCode::OK, "every outcome is HTTP 200");
    assert_eq!(answer.headers()["content-type"], "application/json");
    let retry_after = answer
        .headers()
        .get("retry-after")
        .map(|value| value.to_str().unwrap().to_owned());
    let body: Value = answer.json().await.unwrap();
    let id = body["requestId"]
        .as_str()
        .expect("a requestId in every answer");
    assert_eq!(id.len(), 36, "{id}");
    assert!(
        body["message"]
            .as_str()
            .is_some_and(|message| !message.is_empty())
    );
    (retry_after, body)
}

#[tokio::test]
async fn a_success_is_the_documented_sample() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    let body = json!({"channel": "CHANNEL_LOGIN", "phoneNumber": "18800008888", "phoneCountryCode": "+86"});
    let (_, mut zh) = ask(&server, "send-sms", &[APP], &body.to_string()).await;
    zh.as_object_mut().unwrap().remove("requestId");
    assert_eq!(zh, json!({"statusCode": 200, "message": "操作成功"}));
    let body = json!({"channel": "CHANNEL_REGISTER", "phoneNumber": "18800008888"});
    let (_, mut en) = ask(&server, "send-sms", &[APP, EN], &body.to_string()).await;
    en.as_object_mut().unwrap().remove("requestId");
    assert_eq!(
        en,
        json!({"statusCode": 200, "message": "Operation successful"})
    );
}

/// Headers, body; `statusCode`, `apiCode`, and what the English message says.
type Case<'a> = (&'a [(&'a str, &'a str)], &'a str, u64, Value, &'a str);

#[tokio::test]
async fn every_refusal_has_its_codes_and_a_sentence_in_two_languages() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet", "--countries", "CN,US"]).await;
    let body = |number: &str| format!(r#"{{"channel":"CHANNEL_LOGIN","phoneNumber":"{number}"}}"#);
    let good = body(&number(1));
    let oversize = format!(
        r#"{{"channel":"CHANNEL_LOGIN","phoneNumber":"1","x":"{}"}}"#,
        "x".repeat(17_000)
    );
    ask(&server, "send-sms", &[APP], &good).await;
    let no_app: &[_] = &[];
    let cases: &[Case<'_>] = &[
        (no_app, &good, 400, json!(2101), "x-authing-app-id"),
        (
            &[("x-authing-app-id", " ")],
            &good,
            400,
            json!(2101),
            "x-authing-app-id",
        ),
        (
            &[("x-authing-app-id", "nobody")],
            &good,
            404,
            json!(2011),
            "no application",
        ),
        (
            &[("x-authing-app-id", "a b")],
            &good,
            404,
            json!(2011),
            "no application",
        ),
        (&[APP], "{", 400, Value::Null, "JSON"),
        (
            &[APP],
            r#"{"phoneNumber":"18800008888"}"#,
            400,
            Value::Null,
            "channel is required",
        ),
        (
            &[APP],
            r#"{"channel":"CHANNEL_NONE","phoneNumber":"18800008888"}"#,
            400,
            Value::Null,
            "CHANNEL_DELETE_ACCOUNT",
        ),
        (
            &[APP],
            r#"{"channel":"CHANNEL_LOGIN"}"#,
            400,
            Value::Null,
            "phoneNumber is required",
        ),
        (&[APP], &oversize, 413, Value::Null, "16 KiB"),
        (
            &[APP],
            &body("12345"),
            400,
            json!(2028),
            "not a valid number",
        ),
        (
            &[APP],
            &body("01085295252"),
            400,
            json!(2028),
            "not a mobile number",
        ),
        (&[APP], &body("1880000888O"), 400, json!(2028), "digits"),
        (
            &[APP],
            &body("+447400123456"),
            422,
            json!(2_990_001),
            "No international SMS service",
        ),
        (&[APP], &good, 429, Value::Null, "Try again in"),
    ];
    for (headers, body, status, api_code, says) in cases {
        let (retry_after, zh) = ask(&server, "send-sms", headers, body).await;
        let mut in_english = headers.to_vec();
        in_english.push(EN);
        let (_, en) = ask(&server, "send-sms", &in_english, body).await;
        let shown: String = body.chars().take(60).collect();
        for answer in [&zh, &en] {
            assert_eq!(answer["statusCode"], *status, "{shown}: {answer}");
            assert_eq!(answer["apiCode"], *api_code, "{shown}: {answer}");
        }
        assert!(
            en["message"].as_str().unwrap().contains(says),
            "{shown}: {en}"
        );
        assert!(!zh["message"].as_str().unwrap().is_ascii(), "{shown}: {zh}");
        assert_eq!(retry_after.is_some(), *status == 429, "{shown}");
        if let Some(seconds) = retry_after {
            assert!(
                (1..=60).contains(&seconds.parse::<u32>().unwrap()),
                "{seconds}"
            );
        }
    }
    assert_eq!(
        server.messages().await.len(),
        1,
        "nothing refused became a message"
    );
}

#[tokio::test]
async fn a_number_of_another_country_is_sent_there() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet", "--countries", "CN,US"]).await;
    let body = r#"{"channel":"CHANNEL_LOGIN","phoneNumber":"4155550132","phoneCountryCode":"+1"}"#;
    assert_eq!(
        ask(&server, "send-sms", &[APP], body).await.1["statusCode"],
        200
    );
    let body =
        r#"{"channel":"CHANNEL_LOGIN","phoneNumber":"+14155550132","phoneCountryCode":"+86"}"#;
    assert_eq!(
        ask(&server, "send-sms", &[APP], body).await.1["apiCode"],
        2028
    );
    let outbox = server.outbox("+14155550132").await;
    assert_eq!(outbox.len(), 1);
    assert!(
        outbox[0]["text"]
            .as_str()
            .unwrap()
            .contains("is your code to sign in")
    );
}

#[tokio::test]
async fn the_go_sdk_can_check_its_secret() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    let check = async |id: &str, secret: &str| {
        let body = json!({"appId": id, "appSecret": secret}).to_string();
        ask(&server, "check-app-id-secret", &[EN], &body).await.1
    };
    let right = check("dev-app", "dev-app-secret").await;
    assert_eq!(right["statusCode"], 200);
    assert_eq!(right["data"], json!({"valid": true}));
    let wrong = check("dev-app", "other").await;
    assert_eq!(wrong["statusCode"], 200);
    assert_eq!(wrong["data"]["valid"], false);
    assert_eq!(
        wrong["data"],
        check("nobody", "other").await["data"],
        "nobody learns which is wrong"
    );
}

#[tokio::test]
async fn whatever_else_is_under_api_v3_says_what_is_served() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    for path in [
        "/api/v3/signin",
        "/api/v3/send-sms",
        "/api/v3",
        "/api/v3/",
        "/api/v3/send-sms/",
    ] {
        let answer = server.get(path).await;
        assert_eq!(answer.status(), StatusCode::OK, "{path}");
        let answer: Value = answer.json().await.unwrap();
        assert_eq!(answer["statusCode"], 501, "{path}");
        let says = answer["message"].as_str().unwrap();
        assert!(
            says.contains("POST /api/v3/send-sms") && says.contains(path),
            "{says}"
        );
    }
    assert_eq!(
        server.get("/elsewhere").await.status(),
        StatusCode::NOT_FOUND
    );
    let console = server.get("/console").await;
    assert_eq!(console.status(), StatusCode::NOT_IMPLEMENTED);
    assert_eq!(
        console.text().await.unwrap(),
        "The console is not built yet.\n"
    );
}

#[tokio::test]
async fn management_needs_the_token_of_the_data_folder() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    let token = server.token();
    for shown in [
        None,
        Some("Bearer x".to_owned()),
        Some(format!("Basic {token}")),
        Some(token.clone()),
    ] {
        for name in ["list-applications", "list-messages", "list-signing-keys"] {
            let mut request = server.client().get(format!("{}/api/v3/{name}", server.url));
            if let Some(shown) = &shown {
                request = request.header("authorization", shown);
            }
            let answer: Value = request.send().await.unwrap().json().await.unwrap();
            assert_eq!(answer["statusCode"], 401, "{name} {shown:?}");
            assert_eq!(answer.get("data"), None);
        }
    }
    let bearer = format!("bearer {token}");
    let headers: &[_] = &[("authorization", bearer.as_str()), EN];
    for (body, status, says) in [
        (r#"{"appName":"Shop","appId":"shop"}"#, 200, "successful"),
        (
            r#"{"appName":"Shop","appId":"shop"}"#,
            409,
            "exists already",
        ),
        (r#"{"appName":"evil.com"}"#, 400, "appName"),
        (r#"{"appName":"Shop","appId":"a b"}"#, 400, "appId"),
        (r#"{}"#, 400, "appName is required"),
    ] {
        let (_, answer) = ask(&server, "create-application", headers, body).await;
        assert_eq!(answer["statusCode"], status, "{answer}");
        assert!(
            answer["message"].as_str().unwrap().contains(says),
            "{answer}"
        );
    }
    for bad in [
        "limit=0",
        "limit=1001",
        "limit=x",
        "before=x",
        "messageId=1",
        "requestId=",
        "decidedBefore=yesterday",
    ] {
        let url = format!("{}/api/v3/list-messages?{bad}", server.url);
        let answer: Value = server
            .client()
            .get(url)
            .bearer_auth(&token)
            .send()
            .await
            .unwrap()
            .json()
            .await
            .unwrap();
        assert_eq!(answer["statusCode"], 400, "{bad}: {answer}");
    }
}

#[tokio::test]
async fn messages_are_found_by_number_by_request_and_by_time() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    let bearer = format!("bearer {}", server.token());
    let headers: &[_] = &[("authorization", bearer.as_str()), EN];
    for (channel, n) in [
        ("CHANNEL_LOGIN", 1),
        ("CHANNEL_LOGIN", 2),
        ("CHANNEL_BIND_MFA", 1),
    ] {
        assert_eq!(server.send(channel, &number(n)).await.status_code, 200);
    }
    let all = server.messages().await;
    let ids = |answer: &Value| -> Vec<String> {
        let found = answer["data"].as_array().unwrap().iter();
        found
            .map(|message| message["messageId"].as_str().unwrap().to_owned())
            .collect()
    };
    let expected = |places: &[usize]| -> Vec<_> {
        places.iter().map(|n| all[*n].message_id.clone()).collect()
    };

    for (before, places) in [
        ("", &[0, 2][..]),
        (&all[0].message_id, &[2]),
        (&all[2].message_id, &[]),
    ] {
        let body = format!(r#"{{"phoneNumber":"{}","before":"{before}"}}"#, number(1));
        let (_, answer) = ask(&server, "find-messages", headers, &body).await;
        assert_eq!(ids(&answer), expected(places), "{before}");
    }
    let (_, nobody) = ask(
        &server,
        "find-messages",
        &[EN],
        r#"{"phoneNumber":"18800008888"}"#,
    )
    .await;
    assert_eq!(nobody["statusCode"], 401);

    let decided = all[0].decided_at.clone();
    for (query, places) in [
        (format!("requestId={}", all[1].request_id), &[1][..]),
        (format!("messageId={}", all[2].message_id), &[2]),
        (format!("requestId={}", all[1].message_id), &[]),
        ("decidedBefore=2020-01-01T00:00:00Z".to_owned(), &[]),
        (
            "decidedBefore=2999-01-01T08:00:00%2B08:00".to_owned(),
            &[0, 1, 2],
        ),
    ] {
        let url = format!("{}/api/v3/list-messages?{query}", server.url);
        let asked = server.client().get(url).header("authorization", &bearer);
        let answer: Value = asked.send().await.unwrap().json().await.unwrap();
        assert_eq!(ids(&answer), expected(places), "{query}");
    }
    let url = format!(
        "{}/api/v3/list-messages?decidedBefore={decided}",
        server.url
    );
    let asked = server.client().get(url).header("authorization", &bearer);
    let answer: Value = asked.send().await.unwrap().json().await.unwrap();
    assert!(
        !ids(&answer).contains(&all[0].message_id),
        "not before itself"
    );
}
