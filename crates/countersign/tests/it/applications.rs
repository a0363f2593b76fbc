//! The operator creates applications, and an application's secret is checked.

use insta::assert_snapshot;
use serde_json::json;

use crate::server::{Server, folder};

#[tokio::test]
async fn the_operator_creates_an_application_and_is_shown_its_secret_once() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    let operator = server.operator();
    let shop =
        json!({"appName": "Shop", "appId": "shop", "allowedOrigins": ["https://shop.example"]});
    let created = operator.post("create-application", shop).await;
    assert_snapshot!(created, @r#"
    HTTP 200
    {
      "statusCode": 200,
      "message": "Operation successful",
      "requestId": "[request id]",
      "data": {"appId": "shop", "appName": "Shop", "appSecret": "[32 hex digits]", "version": 4}
    }
    "#);
    assert_snapshot!(operator.get("list-applications").await, @r#"
    HTTP 200
    {
      "statusCode": 200,
      "message": "Operation successful",
      "requestId": "[request id]",
      "data": [
        {
          "appId": "dev-app",
          "appName": "Countersign",
          "allowedOrigins": ["http://localhost:*", "http://127.0.0.1:*"],
          "messageLanguage": "number",
          "createdAt": "[time]",
          "version": 2
        },
        {
          "appId": "shop",
          "appName": "Shop",
          "allowedOrigins": ["https://shop.example"],
          "messageLanguage": "number",
          "createdAt": "[time]",
          "version": 4
        }
      ]
    }
    "#);
}

#[tokio::test]
async fn an_application_that_cannot_be_created_is_refused_with_the_reason() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    let operator = server.operator();
    let create = async |body| operator.post("create-application", body).await;
    operator.create_application("shop", "Shop").await;
    let answer = create(json!({"appName": "Shop", "appId": "shop"})).await;
    assert_snapshot!(answer, @r#"
    HTTP 200
    {
      "statusCode": 409,
      "message": "An application with this appId exists already.",
      "requestId": "[request id]"
    }
    "#);
    assert_snapshot!(create(json!({"appName": "a\u{3164}b"})).await, @r#"
    HTTP 200
    {
      "statusCode": 400,
      "message": "appName must have 1 to 64 printable characters.",
      "requestId": "[request id]"
    }
    "#);
    let answer = create(json!({"appName": "Shop", "appId": "a b"})).await;
    assert_snapshot!(answer, @r#"
    HTTP 200
    {
      "statusCode": 400,
      "message": "appId must have 1 to 64 characters of A-Z a-z 0-9 - _.",
      "requestId": "[request id]"
    }
    "#);
    assert_snapshot!(create(json!({})).await, @r#"
    HTTP 200
    {
      "statusCode": 400,
      "message": "appName is required.",
      "requestId": "[request id]"
    }
    "#);
    assert_eq!(operator.list("list-applications").await.len(), 2);
}

#[tokio::test]
async fn a_go_client_checks_the_secret_of_its_application() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    let check = async |id: &str, secret: &str| {
        let body = json!({"appId": id, "appSecret": secret}).to_string();
        let headers = [("x-authing-lang", "en-US")];
        server.post("check-app-id-secret", &headers, body).await
    };
    let right = check("dev-app", "dev-app-secret").await;
    assert_snapshot!(right, @r#"
    HTTP 200
    {
      "statusCode": 200,
      "message": "Operation successful",
      "requestId": "[request id]",
      "data": {"valid": true}
    }
    "#);
    let wrong = check("dev-app", "other").await;
    assert_snapshot!(wrong, @r#"
    HTTP 200
    {
      "statusCode": 200,
      "message": "appId or appSecret is wrong.",
      "requestId": "[request id]",
      "data": {"valid": false, "message": "appId or appSecret is wrong."}
    }
    "#);
    let unknown = check("nobody", "other").await;
    assert_eq!(unknown.to_string(), wrong.to_string());
}

#[tokio::test]
async fn a_caller_without_the_operators_token_creates_no_application() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    let new = json!({"appName": "Shop"});
    let answer = server.public().post("create-application", new).await;
    assert_snapshot!(answer, @r#"
    HTTP 200
    {
      "statusCode": 401,
      "message": "The credentials are missing or wrong.",
      "requestId": "[request id]"
    }
    "#);
    assert_eq!(server.operator().list("list-applications").await.len(), 1);
}

// shows: found-T6
#[tokio::test]
async fn a_number_without_a_country_is_read_in_the_default_country_of_its_application() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    let operator = server.operator();
    let shop = operator.create_application("shop", "Shop").await;
    let update = async |country: &str| {
        let body = json!({"appId": "shop", "defaultCountry": country});
        operator.post("update-application", body).await
    };
    assert_eq!(update("DE").await.data()["defaultCountry"], "DE");
    let german = "0151 23456789";
    assert_eq!(shop.public.login(german).await, 200);
    let arrived = &server.outbox("").await[0];
    assert_eq!(arrived["to"], "+4915123456789");
    let code = arrived["passCode"].as_str().unwrap();
    let seen = shop.public.pre_check_code("CHANNEL_LOGIN", german, code);
    assert!(seen.await.is_valid());
    assert!(shop.server.accepts(german, code).await);
    // A number or a code that names another country is read there, and other applications read as before.
    assert_eq!(shop.public.login("+8615123456789").await, 200);
    assert_eq!(server.outbox("").await[0]["to"], "+8615123456789");
    assert_eq!(server.public().login(german).await, 200);
    assert_eq!(server.outbox("").await[0]["to"], "+8615123456789");
    for unknown in ["de", "AQ", "Germany", "+49"] {
        assert_eq!(
            update(unknown).await.message(),
            "defaultCountry must be a country with phone numbers by its two-letter code, such as CN."
        );
    }
    let removed = update("").await;
    assert!(removed.data()["defaultCountry"].is_null(), "{removed}");
    assert_eq!(shop.public.login("13800138000").await, 200);
}

// The terminal blocks a thread, and another one reads the server's log meanwhile.
#[tokio::test(flavor = "multi_thread")]
async fn the_terminal_sets_the_default_country_which_survives_a_restart() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    let terminal = server.terminal();
    terminal.ok(&[
        "app",
        "create",
        "--name",
        "Laden",
        "--id",
        "laden",
        "--default-country",
        "DE",
    ]);
    let set = terminal.ok(&["app", "set", "dev-app", "--default-country", "JM"]);
    assert!(set.contains("country       JM"), "{set}");
    server.stop().await;
    let server = Server::start(data.path(), &["--quiet"]).await;
    let listed = server.terminal().ok(&["app", "list"]);
    let countries: Vec<_> = listed
        .lines()
        .map(|line| {
            line.split_whitespace()
                .nth(if line.starts_with("APP") { 3 } else { 2 })
        })
        .collect();
    assert_eq!(
        countries,
        [Some("COUNTRY"), Some("JM"), Some("DE")],
        "{listed}"
    );
    assert_eq!(server.public().login("876 555 1234").await, 200);
    assert_eq!(server.outbox("").await[0]["to"], "+18765551234");
}

/// The text of the newest message, without its code.
async fn newest_text(server: &Server) -> String {
    let arrived = &server.outbox("").await[0];
    let code = arrived["passCode"].as_str().unwrap();
    arrived["text"].as_str().unwrap().replace(code, "CODE")
}

// shows: E5, found-T7
#[tokio::test]
async fn an_application_of_any_printable_name_signs_messages_with_a_safe_one_or_none() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    let operator = server.operator();
    let notice =
        "Messages carry no name, since appName does not obey the rules of texts: set smsName.";
    for (n, (name, signature)) in [
        ("O’Neil", "【O’Neil】"),
        ("24/7", "【24/7】"),
        ("北京银行（中国）", "【北京银行（中国）】"),
        ("Shop.io", ""),
        ("evil․com", ""),
        ("аpple", ""),
        ("1 2 3 4 5 6", ""),
        ("Schöner Wohnen und Leben GmbH", ""),
    ]
    .into_iter()
    .enumerate()
    {
        let (id, phone) = (format!("app{n}"), crate::server::number(n));
        let body = json!({"appName": name, "appId": id});
        let created = operator.post("create-application", body).await;
        let expected = if signature.is_empty() {
            json!(notice)
        } else {
            json!(null)
        };
        assert_eq!(created.data()["notice"], expected, "{created}");
        assert_eq!(
            crate::actors::Public::of(&server, &id).login(&phone).await,
            200
        );
        let text = newest_text(&server).await;
        assert_eq!(
            text,
            format!("{signature}CODE 是您的登录验证码，5 分钟内有效，请勿告诉他人。")
        );
    }
    let set = server
        .terminal()
        .ok(&["app", "set", "app3", "--sms-name", "Shop"]);
    assert!(
        set.contains("in messages   Shop") && !set.contains("warning"),
        "{set}"
    );
    let public = crate::actors::Public::of(&server, "app3");
    assert_eq!(public.login(&crate::server::number(100)).await, 200);
    assert!(newest_text(&server).await.starts_with("【Shop】"));
    for bad in [
        "evil.com",
        "ｅｖｉｌ.ｃｏｍ",
        "аpple",
        "12 34 5",
        "a\u{202e}b",
        "a】b",
    ] {
        let body = json!({"appId": "app3", "smsName": bad});
        let refused = operator.post("update-application", body).await;
        assert_eq!(refused.status(), 400, "{bad}: {refused}");
    }
}
