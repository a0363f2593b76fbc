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
          "createdAt": "[time]",
          "version": 2
        },
        {
          "appId": "shop",
          "appName": "Shop",
          "allowedOrigins": ["https://shop.example"],
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
    assert_snapshot!(create(json!({"appName": "evil.com"})).await, @r#"
    HTTP 200
    {
      "statusCode": 400,
      "message": "appName must have 1 to 20 letters, digits, spaces and - _ ' &, and no run of five digits.",
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
      "message": "Operation successful",
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
