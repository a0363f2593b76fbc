//! The operator sets up providers, routes, templates and access keys.

use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::sandbox::Sandbox;
use crate::server::{Server, folder};

/// An account of Alibaba Cloud with the name `aliyun`.
fn aliyun() -> Value {
    json!({
        "name": "aliyun", "kind": "alibaba-cloud", "settings": {"access_key_id": "LTAI5t"},
        "secrets": {"access_key_secret": "a-secret-of-alibaba-cloud"},
    })
}

/// `aliyun` with one member changed; `path` names a member, or a member within one.
fn aliyun_with(path: &str, value: Value) -> Value {
    let mut account = aliyun();
    match path.split_once('.') {
        Some((outer, inner)) => account[outer][inner] = value,
        None => account[path] = value,
    }
    account
}

#[tokio::test]
async fn the_operator_sets_up_a_provider_and_is_shown_no_secret_of_it() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    let operator = server.operator();
    let shown = operator.post("set-sms-provider", aliyun()).await;
    assert_snapshot!(shown, @r#"
    HTTP 200
    {
      "statusCode": 200,
      "message": "Operation successful",
      "requestId": "[request id]",
      "data": {
        "name": "aliyun",
        "kind": "alibaba-cloud",
        "settings": {"access_key_id": "LTAI5t"},
        "secrets": {"access_key_secret": "...loud"},
        "receiptsPath": "/receipts/[32 hex digits]",
        "receiptsUrl": "http://127.0.0.1:[port]/receipts/[32 hex digits]",
        "createdAt": "[time]",
        "version": 4,
        "health": {"circuit": "closed", "calls": 0, "failed": 0, "inFlight": 0}
      }
    }
    "#);
    assert_snapshot!(operator.get("list-sms-providers").await, @r#"
    HTTP 200
    {
      "statusCode": 200,
      "message": "Operation successful",
      "requestId": "[request id]",
      "data": [
        {
          "name": "aliyun",
          "kind": "alibaba-cloud",
          "settings": {"access_key_id": "LTAI5t"},
          "secrets": {"access_key_secret": "...loud"},
          "receiptsPath": "/receipts/[32 hex digits]",
          "receiptsUrl": "http://127.0.0.1:[port]/receipts/[32 hex digits]",
          "createdAt": "[time]",
          "version": 4,
          "health": {"circuit": "closed", "calls": 0, "failed": 0, "inFlight": 0}
        }
      ]
    }
    "#);
}

#[tokio::test]
async fn an_account_that_cannot_be_is_refused_by_the_name_of_its_field() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    let operator = server.operator();
    let mut sentences = Vec::new();
    for (path, value) in [
        ("name", Value::Null),
        ("name", json!("a b")),
        ("kind", json!("pigeon")),
        ("settings", json!([])),
        ("settings", json!({})),
        ("settings.access_key_id", json!(1)),
        ("settings.pigeon", json!("x")),
        ("settings.endpoint", json!("ftp://vendor.example")),
        ("secrets", json!({})),
        ("secrets.pigeon", json!("x")),
    ] {
        let account = aliyun_with(path, value.clone());
        let answer = operator.post("set-sms-provider", account).await;
        assert_eq!(answer.codes(), (400, None), "{path} {value}: {answer}");
        sentences.push(answer.message().to_owned());
    }
    assert_snapshot!(sentences.join("\n"), @r#"
    name is required.
    name: the name of a provider has 1 to 32 characters of a-z 0-9 -, and begins with a letter.
    kind: "pigeon" is none of alibaba-cloud, alibaba-cloud-international, tencent-cloud, chuanglan, chuanglan-international, http.
    settings must be a JSON object.
    settings.access_key_id: missing.
    settings.access_key_id: invalid type: integer `1`, expected a string.
    settings.pigeon: this kind has no such setting.
    settings.endpoint: not a URL such as https://vendor.example/path.
    secrets.access_key_secret: missing.
    secrets.pigeon: this kind has no such secret.
    "#);
    assert!(operator.list("list-sms-providers").await.is_empty());
}

#[tokio::test]
async fn the_operator_sets_up_a_route_and_cannot_delete_the_provider_that_it_names() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    let operator = server.operator();
    operator.set("set-sms-provider", aliyun()).await;
    let route = json!({"country": "CN", "providers": [{"name": "aliyun"}]});
    let shown = operator.post("set-sms-route", route.clone()).await;
    assert_snapshot!(shown, @r#"
    HTTP 200
    {
      "statusCode": 200,
      "message": "Operation successful",
      "requestId": "[request id]",
      "data": {
        "country": "CN",
        "providers": [{"name": "aliyun", "weight": 1}],
        "order": "listed",
        "onUnknown": "keep",
        "version": 5
      }
    }
    "#);
    assert_snapshot!(operator.get("list-sms-routes").await, @r#"
    HTTP 200
    {
      "statusCode": 200,
      "message": "Operation successful",
      "requestId": "[request id]",
      "data": [
        {
          "country": "CN",
          "providers": [{"name": "aliyun", "weight": 1}],
          "order": "listed",
          "onUnknown": "keep",
          "version": 5
        }
      ]
    }
    "#);

    let aliyun = json!({"name": "aliyun"});
    let used = operator.post("delete-sms-provider", aliyun.clone()).await;
    assert_snapshot!(used, @r#"
    HTTP 200
    {
      "statusCode": 409,
      "message": "It cannot be deleted, because it is in use by the route of every application to CN.",
      "requestId": "[request id]"
    }
    "#);
    operator
        .set("delete-sms-route", json!({"country": "CN"}))
        .await;
    operator.set("delete-sms-provider", aliyun.clone()).await;
    let gone = operator.post("delete-sms-provider", aliyun).await;
    assert_snapshot!(gone, @r#"
    HTTP 200
    {
      "statusCode": 404,
      "message": "There is no such setting: provider aliyun.",
      "requestId": "[request id]"
    }
    "#);
    let unknown = operator.post("set-sms-route", route).await;
    assert_snapshot!(unknown, @r#"
    HTTP 200
    {
      "statusCode": 400,
      "message": "providers.name: there is no provider aliyun.",
      "requestId": "[request id]"
    }
    "#);
}

#[tokio::test]
async fn the_operator_sets_up_a_text_that_passes_the_rules_of_texts() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    let operator = server.operator();
    let template = json!({
        "channel": "CHANNEL_LOGIN", "language": "zh-CN",
        "text": "【{app}】{code} 是您的验证码，{minutes} 分钟内有效，请勿告诉他人。",
    });
    let shown = operator.post("set-sms-template", template.clone()).await;
    assert_snapshot!(shown, @r#"
    HTTP 200
    {
      "statusCode": 200,
      "message": "Operation successful",
      "requestId": "[request id]",
      "data": {"findings": [], "version": 4}
    }
    "#);
    assert_snapshot!(operator.get("list-sms-templates").await, @r#"
    HTTP 200
    {
      "statusCode": 200,
      "message": "Operation successful",
      "requestId": "[request id]",
      "data": [
        {
          "channel": "CHANNEL_LOGIN",
          "language": "zh-CN",
          "text": "【{app}】{code} 是您的验证码，{minutes} 分钟内有效，请勿告诉他人。",
          "version": 4
        }
      ]
    }
    "#);

    let mut with_link = template.clone();
    with_link["text"] = json!("【{app}】{code} https://evil.example");
    let linted = operator.post("lint-sms-template", with_link).await;
    assert_snapshot!(linted, @r#"
    HTTP 200
    {
      "statusCode": 200,
      "message": "Operation successful",
      "requestId": "[request id]",
      "data": {
        "findings": [
          {"severity": "error", "rule": "link", "message": "https://evil.example: reads as a link"},
          {
            "severity": "warning",
            "rule": "costly_character",
            "message": "would have 160 places in GSM-7 without 【 (U+3010), 】 (U+3011), instead of 70 in UCS-2"
          },
          {
            "severity": "warning",
            "rule": "no_lifetime",
            "message": "has neither {minutes} nor {seconds}: it does not say how long a code is good"
          }
        ]
      }
    }
    "#);
    let mut without_code = template;
    without_code["text"] = json!("【{app}】你好");
    let refused = operator.post("set-sms-template", without_code).await;
    assert_snapshot!(refused, @r#"
    HTTP 200
    {
      "statusCode": 400,
      "message": "text: a text needs {code}.",
      "requestId": "[request id]"
    }
    "#);
}

#[tokio::test]
async fn the_operator_writes_a_plus_into_a_form_as_an_escape_and_is_told_so() {
    let (data, sandbox) = (folder(), Sandbox::start().await);
    let server = Server::start(data.path(), &["--quiet"]).await;
    let operator = server.operator();
    let account = |body: &str| {
        json!({
            "name": "acme", "kind": "http",
            "settings": {
                "url": format!("{}/http/send", sandbox.url), "format": "form", "body": body,
                "signature": "standard-webhooks", "success": {"statuses": [202]},
            },
            "secrets": {"webhook_secret": "whsec_c2FuZGJveC13ZWJob29rLXNpZ25pbmcta2V5LTAwMDE="},
        })
    };
    let space = account("to=+86{to_digits}&text={text}");
    assert_snapshot!(operator.post("set-sms-provider", space).await, @r#"
    HTTP 200
    {
      "statusCode": 400,
      "message": "settings.body: a + stands for a space here: write %2B for a plus and %20 for a space.",
      "requestId": "[request id]"
    }
    "#);
    let percent = account("to={to}&text=100%{code}");
    assert_snapshot!(operator.post("set-sms-provider", percent).await, @r#"
    HTTP 200
    {
      "statusCode": 400,
      "message": "settings.body: a % begins an escape such as %2B: write %25 for a percent sign.",
      "requestId": "[request id]"
    }
    "#);

    let escaped = account("to=%2B{to_digits}&text={text}");
    operator.set("set-sms-provider", escaped).await;
    let test = json!({"name": "acme", "appId": "dev-app", "phoneNumber": "18800008888"});
    let tested = operator.set("test-sms-provider", test).await;
    assert_eq!(tested["attempts"][0]["outcome"], "accepted", "{tested}");
    assert_eq!(sandbox.messages("http", "+8618800008888").await.len(), 1);
}

#[tokio::test]
async fn the_operator_that_sets_a_text_without_a_language_is_told_which_texts_it_hides() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    let operator = server.operator();
    let english =
        json!({"language": "en-US", "text": "[{app}] {code}, good for {minutes} minutes."});
    let english = operator.set("set-sms-template", english).await;
    assert_eq!(english["findings"], json!([]));
    let mut chinese = json!({
        "channel": "CHANNEL_LOGIN", "text": "【{app}】{code} 是您的验证码，{minutes} 分钟内有效。",
    });
    let linted = operator.set("lint-sms-template", chinese.clone()).await;
    let saved = operator.post("set-sms-template", chinese.clone()).await;
    assert_eq!(saved.data()["findings"], linted["findings"]);
    assert_snapshot!(saved, @r#"
    HTTP 200
    {
      "statusCode": 200,
      "message": "Operation successful",
      "requestId": "[request id]",
      "data": {
        "findings": [
          {
            "severity": "warning",
            "rule": "no_language",
            "message": "has no language, so it hides the built-in texts for CHANNEL_LOGIN in zh-CN, zh-TW and ja-JP, and the text in en-US: name the language that it is in, such as `--language zh-CN`"
          }
        ],
        "version": 5
      }
    }
    "#);
    // Indeed: a message to the United States is Chinese now.
    let sent = server.public().login("+14155550132").await;
    assert_eq!(sent, 200);
    let arrived = server.outbox("+14155550132").await;
    assert!(
        arrived[0]["text"].as_str().unwrap().starts_with('【'),
        "{arrived:?}"
    );

    chinese["language"] = json!("zh-CN");
    let named = operator.set("lint-sms-template", chinese).await;
    assert_eq!(named["findings"], json!([]));
}

#[tokio::test]
async fn the_operator_that_tests_an_account_with_a_wrong_secret_is_told_the_reason() {
    let (data, sandbox) = (folder(), Sandbox::start().await);
    let server = Server::start(data.path(), &["--quiet"]).await;
    let operator = server.operator();
    // The sandbox knows the account, but not this secret of it.
    let mut account = aliyun_with("settings.endpoint", json!(sandbox.url));
    account["settings"]["access_key_id"] = json!("sandbox-access-key-id");
    operator.set("set-sms-provider", account).await;
    let template = json!({"provider": "aliyun", "vendorTemplate": {
        "id": "SMS_1", "signature": "示例", "variables": ["code={code}"],
    }});
    operator.set("set-sms-template", template).await;
    let test = json!({"name": "aliyun", "appId": "dev-app", "phoneNumber": "18800008888"});
    let tested = operator.post("test-sms-provider", test).await;
    assert_snapshot!(tested, @r#"
    HTTP 200
    {
      "statusCode": 200,
      "message": "Operation successful",
      "requestId": "[request id]",
      "data": {
        "messageId": "[message id]",
        "requestId": "[request id]",
        "appId": "dev-app",
        "channel": "CHANNEL_IDENTITY_VERIFICATION",
        "to": "+86188****8888",
        "decidedAt": "[time]",
        "verdicts": [
          {"rule": "minute", "allowed": true, "enforced": true, "mode": "enforce"},
          {"rule": "channel-hour", "allowed": true, "enforced": false, "mode": "monitor"},
          {"rule": "channel-waits", "allowed": true, "enforced": false, "mode": "monitor"},
          {"rule": "app-number-hour", "allowed": true, "enforced": false, "mode": "monitor"},
          {"rule": "app-number-day", "allowed": true, "enforced": false, "mode": "monitor"},
          {"rule": "number-minute", "allowed": true, "enforced": false, "mode": "monitor"},
          {"rule": "number-hour", "allowed": true, "enforced": false, "mode": "monitor"},
          {"rule": "number-day", "allowed": true, "enforced": false, "mode": "monitor"},
          {"rule": "block-numbers", "allowed": true, "enforced": false, "mode": "monitor"},
          {"rule": "prefix-home-hour", "allowed": true, "enforced": false, "mode": "monitor"},
          {"rule": "app-burst", "allowed": true, "enforced": false, "mode": "monitor"},
          {"rule": "app-day", "allowed": true, "enforced": false, "mode": "monitor"},
          {"rule": "deployment-day", "allowed": true, "enforced": false, "mode": "monitor"}
        ],
        "attempts": [
          {
            "provider": "aliyun",
            "startedAt": "[time]",
            "endedAt": "[time]",
            "outcome": "config_error",
            "detail": "SignatureDoesNotMatch: the signature is not the one that was computed here"
          }
        ],
        "receipts": [],
        "gaveBack": true,
        "checks": [],
        "code": "void"
      }
    }
    "#);
}

#[tokio::test]
async fn the_operator_creates_and_deletes_an_access_key() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    let operator = server.operator();
    let created = operator.post("create-access-key", json!({})).await;
    assert_snapshot!(created, @r#"
    HTTP 200
    {
      "statusCode": 200,
      "message": "Operation successful",
      "requestId": "[request id]",
      "data": {
        "accessKeyId": "[24 hex digits]",
        "accessKeySecret": "[64 hex digits]",
        "createdAt": "[time]"
      }
    }
    "#);
    let (id, secret) = (created.text("accessKeyId"), created.text("accessKeySecret"));
    let listed = operator.list("list-access-keys").await;
    let listed = listed.iter().find(|key| key["accessKeyId"] == id);
    let hint = secret.get(secret.len() - 4..);
    assert_eq!(listed.unwrap()["secretHint"].as_str(), hint);
    assert!(listed.unwrap().get("accessKeySecret").is_none());
    let key = json!({"accessKeyId": created.text("accessKeyId")});
    operator.set("delete-access-key", key.clone()).await;
    let gone = operator.post("delete-access-key", key).await;
    assert_snapshot!(gone, @r#"
    HTTP 200
    {
      "statusCode": 404,
      "message": "There is no access key with this accessKeyId.",
      "requestId": "[request id]"
    }
    "#);
}
