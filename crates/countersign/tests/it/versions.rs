//! Operators change a setting only if it is still as they have seen it.

use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::actors::Operator;
use crate::server::{Server, folder};

/// The bodies that set one thing of each kind, in an order in which each finds what it names.
fn bodies() -> [(&'static str, Value); 4] {
    [
        (
            "set-sms-provider",
            json!({
                "name": "aliyun", "kind": "alibaba-cloud", "settings": {"access_key_id": "LTAI5t"},
                "secrets": {"access_key_secret": "a-secret-of-alibaba-cloud"},
            }),
        ),
        (
            "set-sms-route",
            json!({"country": "CN", "providers": [{"name": "aliyun"}]}),
        ),
        (
            "set-sms-template",
            json!({
                "provider": "aliyun",
                "vendorTemplate": {"id": "SMS_154950909", "variables": ["code={code}"]},
            }),
        ),
        (
            "update-application",
            json!({"appId": "dev-app", "appName": "Shop"}),
        ),
    ]
}

/// Sets `body` if it has this version; the version after it, or the status code of a refusal.
async fn set(operator: &Operator, name: &str, body: &Value, if_version: Value) -> Result<u64, u64> {
    let mut body = body.clone();
    body["ifVersion"] = if_version;
    let answer = operator.post(name, body).await;
    match answer.codes() {
        (200, None) => Ok(answer.data()["version"].as_u64().unwrap()),
        (status, _) => Err(status),
    }
}

#[tokio::test]
async fn an_operator_with_an_old_version_changes_nothing() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    let operator = server.operator();
    for (name, body) in bodies() {
        let first = set(&operator, name, &body, Value::Null).await.unwrap();
        let same = set(&operator, name, &body, json!(first)).await;
        let second = same.unwrap();
        assert!(second > first, "{name}: {second} after {first}");
        for old in [json!(0), json!(first), json!(second + 1)] {
            let refused = set(&operator, name, &body, old.clone()).await;
            assert_eq!(refused, Err(409), "{name} {old}");
        }
        let again = set(&operator, name, &body, json!(second)).await;
        assert!(again.unwrap() > second, "{name}: the version had stayed");
    }
}

#[tokio::test]
async fn an_operator_creates_only_what_does_not_exist() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    let operator = server.operator();
    for (name, body) in &bodies()[..3] {
        assert_eq!(set(&operator, name, body, json!(9)).await, Err(409));
        let created = set(&operator, name, body, json!(0)).await;
        assert!(created.is_ok(), "{name}: {created:?}");
        assert_eq!(set(&operator, name, body, json!(0)).await, Err(409));
    }
    let unknown = json!({"appId": "none", "appName": "None"});
    let refused = set(&operator, "update-application", &unknown, json!(0)).await;
    assert_eq!(refused, Err(404));
}

#[tokio::test]
async fn of_operators_that_change_the_same_version_at_once_one_wins() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    let operator = server.operator();
    let [(name, body), ..] = bodies();
    let seen = set(&operator, name, &body, json!(0)).await.unwrap();
    let attempt = || set(&operator, name, &body, json!(seen));
    let (a, b, c, d) = tokio::join!(attempt(), attempt(), attempt(), attempt());
    let mut results = [a, b, c, d];
    results.sort_unstable();
    assert!(results[0].is_ok(), "{results:?}");
    assert_eq!(results[1..], [Err(409), Err(409), Err(409)]);
}

#[tokio::test]
async fn a_refused_operator_is_told_the_version_now() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    let operator = server.operator();
    let [(name, mut body), ..] = bodies();
    body["ifVersion"] = json!(7);
    assert_snapshot!(operator.post(name, body.clone()).await, @r#"
    HTTP 200
    {
      "statusCode": 409,
      "message": "It was changed meanwhile: its version is 0 now (0: it does not exist). Read it again before you change it.",
      "requestId": "[request id]"
    }
    "#);
    body["ifVersion"] = json!("7");
    assert_snapshot!(operator.post(name, body).await.message(), @"ifVersion must be a whole number, 0 or more.");
}

#[tokio::test]
async fn the_lists_show_the_version_that_a_change_has_to_name() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    let operator = server.operator();
    for (name, body) in bodies() {
        set(&operator, name, &body, Value::Null).await.unwrap();
    }
    let lists = [
        "list-sms-providers",
        "list-sms-routes",
        "list-sms-templates",
        "list-applications",
    ];
    for ((name, body), list) in bodies().iter().zip(lists) {
        let shown = operator.list(list).await[0]["version"].clone();
        let changed = set(&operator, name, body, shown).await;
        assert!(changed.is_ok(), "{list}: {changed:?}");
    }
}
