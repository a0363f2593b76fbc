//! Which web pages may call.

use reqwest::{Method, Response, StatusCode};

use crate::server::{Server, folder, number};

const SHOP: &str = "https://shop.example";

/// A server whose application `shop` has the origin [`SHOP`].
async fn with_shop(data: &std::path::Path) -> Server {
    let server = Server::start(data, &["--quiet"]).await;
    let token = format!("Bearer {}", server.token());
    let body = format!(r#"{{"appName":"Shop","appId":"shop","allowedOrigins":["{SHOP}"]}}"#);
    server
        .post("create-application", &[("authorization", &token)], body)
        .await;
    server
}

async fn preflight(server: &Server, origin: &str) -> Response {
    let request = server
        .client()
        .request(Method::OPTIONS, format!("{}/api/v3/send-sms", server.url));
    let request = request
        .header("origin", origin)
        .header("access-control-request-method", "POST");
    request
        .header(
            "access-control-request-headers",
            "content-type,x-authing-app-id",
        )
        .send()
        .await
        .unwrap()
}

async fn send(server: &Server, origin: &str, app: &str, n: usize) -> Response {
    let body = format!(
        r#"{{"channel":"CHANNEL_LOGIN","phoneNumber":"{}"}}"#,
        number(n)
    );
    server
        .post(
            "send-sms",
            &[("origin", origin), ("x-authing-app-id", app)],
            body,
        )
        .await
}

fn header(answer: &Response, name: &str) -> Option<String> {
    answer
        .headers()
        .get(name)
        .map(|value| value.to_str().unwrap().to_owned())
}

#[tokio::test]
async fn a_page_of_the_application_may_call_with_credentials() {
    let data = folder();
    let server = with_shop(data.path()).await;
    let answer = preflight(&server, SHOP).await;
    assert_eq!(answer.status(), StatusCode::OK);
    assert_eq!(
        header(&answer, "access-control-allow-origin").as_deref(),
        Some(SHOP)
    );
    assert_eq!(
        header(&answer, "access-control-allow-credentials").as_deref(),
        Some("true")
    );
    let headers = header(&answer, "access-control-allow-headers").unwrap();
    for name in [
        "content-type",
        "authorization",
        "x-authing-app-id",
        "x-authing-userpool-id",
        "x-authing-lang",
        "x-authing-sdk-version",
        "x-authing-request-from",
        "x-authing-app-tenant-id",
        "x-authing-device-id",
    ] {
        assert!(
            headers.split(',').any(|allowed| allowed == name),
            "{name} in {headers}"
        );
    }
    assert!(
        header(&answer, "access-control-allow-methods")
            .unwrap()
            .contains("POST")
    );

    let first = send(&server, SHOP, "shop", 1).await;
    let second = send(&server, SHOP, "shop", 1).await;
    for answer in [first, second] {
        assert_eq!(
            header(&answer, "access-control-allow-origin").as_deref(),
            Some(SHOP)
        );
        assert_eq!(
            header(&answer, "access-control-allow-credentials").as_deref(),
            Some("true")
        );
        assert!(header(&answer, "vary").unwrap().contains("origin"));
        assert_eq!(
            header(&answer, "access-control-expose-headers").as_deref(),
            Some("retry-after")
        );
    }
}

#[tokio::test]
async fn an_unknown_origin_is_never_reflected() {
    let data = folder();
    let server = with_shop(data.path()).await;
    for origin in [
        "https://evil.example",
        "null",
        "https://shop.example.evil.com",
        "http://shop.example",
        "https://shop.example:8443",
    ] {
        assert_eq!(
            header(
                &preflight(&server, origin).await,
                "access-control-allow-origin"
            ),
            None,
            "{origin}"
        );
        let answer = send(&server, origin, "shop", 2).await;
        assert_eq!(
            header(&answer, "access-control-allow-origin"),
            None,
            "{origin}"
        );
    }
    // Another application's page may not call as this one.
    assert_eq!(
        header(
            &send(&server, SHOP, "dev-app", 3).await,
            "access-control-allow-origin"
        ),
        None
    );
    // Development pages of this machine may call as the development application, whatever their port.
    for origin in ["http://localhost:5173", "http://127.0.0.1:3000"] {
        let answer = send(&server, origin, "dev-app", 4).await;
        assert_eq!(
            header(&answer, "access-control-allow-origin").as_deref(),
            Some(origin)
        );
    }
    assert_eq!(
        header(
            &send(&server, "http://localhost:5173", "shop", 5).await,
            "access-control-allow-origin"
        ),
        None
    );
}

#[tokio::test]
async fn other_origins_take_the_place_of_those_before_at_once() {
    let data = folder();
    let server = with_shop(data.path()).await;
    let token = format!("Bearer {}", server.token());
    let moved = "https://store.example";
    let body = format!(r#"{{"appId":"shop","allowedOrigins":["{moved}"]}}"#);
    server
        .post("update-application", &[("authorization", &token)], body)
        .await;
    for (origin, named) in [(SHOP, None), (moved, Some(moved))] {
        let answers = [
            preflight(&server, origin).await,
            send(&server, origin, "shop", 6).await,
        ];
        for answer in answers {
            let allowed = header(&answer, "access-control-allow-origin");
            assert_eq!(allowed.as_deref(), named);
        }
    }
}

#[tokio::test]
async fn no_page_of_another_origin_manages() {
    let data = folder();
    let server = with_shop(data.path()).await;
    let token = format!("Bearer {}", server.token());
    let url = format!("{}/api/v3/list-messages", server.url);
    let asked = server
        .client()
        .get(&url)
        .header("origin", SHOP)
        .header("authorization", &token);
    let preflight = server
        .client()
        .request(Method::OPTIONS, &url)
        .header("origin", SHOP)
        .header("access-control-request-method", "GET")
        .header("access-control-request-headers", "authorization");
    for request in [asked, preflight] {
        let answer = request.send().await.unwrap();
        assert_eq!(header(&answer, "access-control-allow-origin"), None);
    }
}
