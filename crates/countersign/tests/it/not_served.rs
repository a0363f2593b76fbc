//! Paths that are not served, and paths that are read as they are meant.

use insta::assert_snapshot;
use reqwest::Method;
use serde_json::json;

use crate::answer::Answer;
use crate::server::{Server, folder, number};

/// `method path` without any proof, in English.
async fn ask(server: &Server, method: Method, path: &str) -> Answer {
    let request = server
        .client()
        .request(method, format!("{}{path}", server.url));
    let request = request.header("x-authing-lang", "en-US");
    Answer::read(request.send().await.unwrap()).await
}

// shows: found-W8
#[tokio::test]
async fn an_unknown_api_path_is_refused_in_one_short_sentence() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    assert_snapshot!(ask(&server, Method::GET, "/api/v3/signin").await, @r#"
    HTTP 200
    {
      "statusCode": 501,
      "message": "GET /api/v3/signin is not served here: see /openapi.json.",
      "requestId": "[request id]"
    }
    "#);
    for (method, path) in [
        (Method::GET, "/api/v3/send-sms"),
        (Method::PUT, "/api/v3/send-sms"),
        (Method::DELETE, "/api/v3/list-applications"),
        (Method::PATCH, "/api/v3/get-country-list"),
        (Method::GET, "/api/v3"),
        (Method::GET, "/api/v2/send-sms"),
        (Method::POST, "/api"),
    ] {
        let answer = ask(&server, method.clone(), path).await;
        assert_eq!(answer.http, 200, "{method} {path}");
        assert_eq!(answer.codes(), (501, None), "{method} {path}");
        let says = format!("{method} {path} is not served here: see /openapi.json.");
        assert_eq!(answer.message(), says);
    }
    let long = format!("/api/v3/{}", "x".repeat(8_000));
    let says = ask(&server, Method::GET, &long).await.message().to_owned();
    assert!(says.len() < 200, "{says}");
    let head = ask(&server, Method::HEAD, "/api/v3/send-sms").await;
    assert_eq!(head.http, 200);
    assert_eq!(head.header("content-type"), Some("application/json"));
}

// shows: found-W8, A15
#[tokio::test]
async fn a_path_with_slashes_too_many_is_read_as_meant() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    for (n, path) in [
        "//api/v3/send-sms",
        "/api/v3/send-sms/",
        "/api//v3///send-sms//",
    ]
    .iter()
    .enumerate()
    {
        let body = json!({"channel": "CHANNEL_LOGIN", "phoneNumber": number(n)});
        let request = server.client().post(format!("{}{path}", server.url));
        let request = request.header("x-authing-app-id", "dev-app").json(&body);
        let sent = Answer::read(request.send().await.unwrap()).await;
        assert_eq!(sent.status(), 200, "{path} {sent}");
        let arrived = server
            .get(&format!("/dev/outbox/?phoneNumber=+86{}", number(n)))
            .await;
        assert!(arrived.body.contains("CHANNEL_LOGIN"), "{path} {arrived}");
    }
    let bearer = format!("Bearer {}", server.token());
    for path in [
        "//api/v3/list-messages?limit=1",
        "/api/v3/list-messages/?limit=1",
    ] {
        let request = server.client().get(format!("{}{path}", server.url));
        let listed = request.header("authorization", &bearer).send().await;
        let listed = Answer::read(listed.unwrap()).await;
        assert_eq!(listed.status(), 200, "{path} {listed}");
        let unproved = ask(&server, Method::GET, path).await;
        assert_eq!(unproved.status(), 401, "{path} {unproved}");
    }
    for path in [
        "//",
        "//oidc/.well-known/jwks.json",
        "/dev-app//oidc/.well-known/jwks.json/",
        "/openapi.json/",
        "//docs//",
        "/docs//swagger-ui.css",
    ] {
        assert_eq!(server.get(path).await.http, 200, "{path}");
    }
}

#[tokio::test]
async fn a_path_outside_the_api_is_refused_in_http() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    assert_eq!(server.get("/elsewhere").await.http, 404);
    assert_eq!(server.get("/apis").await.http, 404);
}
