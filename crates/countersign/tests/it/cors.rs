//! Which web pages may call.

use insta::assert_snapshot;
use reqwest::Method;
use reqwest::header::HeaderName;
use serde_json::json;

use crate::answer::Answer;
use crate::server::{Server, folder, number};

const SHOP: &str = "https://shop.example";

/// A server whose application `shop` has the origin [`SHOP`].
async fn with_shop(data: &std::path::Path) -> Server {
    let server = Server::start(data, &["--quiet"]).await;
    let shop = json!({"appName": "Shop", "appId": "shop", "allowedOrigins": [SHOP]});
    server.operator().set("create-application", shop).await;
    server
}

async fn preflight(server: &Server, origin: &str) -> Answer {
    let request = server
        .client()
        .request(Method::OPTIONS, format!("{}/api/v3/send-sms", server.url));
    let request = request
        .header("origin", origin)
        .header("access-control-request-method", "POST");
    let request = request.header(
        "access-control-request-headers",
        "content-type,x-authing-app-id",
    );
    Answer::read(request.send().await.unwrap()).await
}

async fn send(server: &Server, origin: &str, app: &str, n: usize) -> Answer {
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

/// The headers of an answer by which a browser and a cache decide about pages of other origins.
fn cors(answer: &Answer) -> String {
    let mut headers: Vec<_> = answer
        .headers
        .keys()
        .map(HeaderName::as_str)
        .filter(|name| name.starts_with("access-control-") || *name == "vary")
        .map(|name| format!("{name}: {}", answer.header(name).unwrap()))
        .collect();
    headers.sort_unstable();
    headers.join("\n")
}

// shows: found-H4
#[tokio::test]
async fn a_page_of_the_application_may_call_with_credentials() {
    let data = folder();
    let server = with_shop(data.path()).await;
    let allowed = preflight(&server, SHOP).await;
    assert_eq!(allowed.http, 200);
    assert_snapshot!(cors(&allowed), @"
    access-control-allow-credentials: true
    access-control-allow-headers: content-type,authorization,x-authing-app-id,x-authing-userpool-id,x-authing-lang,x-authing-sdk-version,x-authing-request-from,x-authing-app-tenant-id,x-authing-device-id,idempotency-key,traceparent,tracestate,baggage,sentry-trace,x-request-id,x-requested-with
    access-control-allow-methods: GET,POST
    access-control-allow-origin: https://shop.example
    access-control-max-age: 600
    vary: origin
    ");
    let sent = send(&server, SHOP, "shop", 1).await;
    assert_eq!(sent.status(), 200);
    assert_snapshot!(cors(&sent), @"
    access-control-allow-credentials: true
    access-control-allow-origin: https://shop.example
    access-control-expose-headers: retry-after
    vary: origin
    ");
    let refused = send(&server, SHOP, "shop", 1).await;
    assert_eq!(refused.status(), 429);
    assert_eq!(cors(&refused), cors(&sent));
}

#[tokio::test]
async fn a_page_of_an_unknown_origin_gets_no_cors_header() {
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
            preflight(&server, origin)
                .await
                .header("access-control-allow-origin"),
            None,
            "{origin}"
        );
        let answer = send(&server, origin, "shop", 2).await;
        assert_eq!(
            answer.header("access-control-allow-origin"),
            None,
            "{origin}"
        );
    }
    // Another application's page may not call as this one.
    assert_eq!(
        send(&server, SHOP, "dev-app", 3)
            .await
            .header("access-control-allow-origin"),
        None
    );
    // Development pages of this machine may call as the development application, whatever their port.
    for origin in ["http://localhost:5173", "http://127.0.0.1:3000"] {
        let answer = send(&server, origin, "dev-app", 4).await;
        assert_eq!(answer.header("access-control-allow-origin"), Some(origin));
    }
    assert_eq!(
        send(&server, "http://localhost:5173", "shop", 5)
            .await
            .header("access-control-allow-origin"),
        None
    );
}

#[tokio::test]
async fn an_operator_that_changes_origins_lets_only_the_new_ones_call() {
    let data = folder();
    let server = with_shop(data.path()).await;
    let moved = "https://store.example";
    let body = json!({"appId": "shop", "allowedOrigins": [moved]});
    server.operator().set("update-application", body).await;
    for (origin, named) in [(SHOP, None), (moved, Some(moved))] {
        let answers = [
            preflight(&server, origin).await,
            send(&server, origin, "shop", 6).await,
        ];
        for answer in answers {
            assert_eq!(answer.header("access-control-allow-origin"), named);
        }
    }
}

#[tokio::test]
async fn a_page_of_another_origin_cannot_manage() {
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
        let answer = Answer::read(request.send().await.unwrap()).await;
        assert_eq!(answer.header("access-control-allow-origin"), None);
    }
}

#[tokio::test]
async fn the_console_has_no_cors_header() {
    let data = folder();
    let server = with_shop(data.path()).await;
    let url = format!("{}/console", server.url);
    for method in [Method::GET, Method::OPTIONS] {
        let request = server
            .client()
            .request(method.clone(), &url)
            .header("origin", SHOP)
            .header("access-control-request-method", "GET");
        let answer = Answer::read(request.send().await.unwrap()).await;
        assert_eq!(cors(&answer), "", "{method}");
    }
}

#[tokio::test]
async fn a_call_of_a_server_gets_no_cors_header() {
    let data = folder();
    let server = with_shop(data.path()).await;
    let sent = server.public().send_sms("CHANNEL_LOGIN", &number(7)).await;
    assert_eq!(sent.status(), 200);
    assert_eq!(cors(&sent), "");
}

// shows: found-H3
#[tokio::test]
async fn a_page_of_an_app_with_a_scheme_of_its_own_may_call() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    let origins = [
        "capacitor://localhost",
        "ionic://localhost",
        "tauri://localhost",
        "com.example.shop://main",
    ];
    let app = json!({"appName": "App", "appId": "app", "allowedOrigins": origins});
    server.operator().set("create-application", app).await;
    for (n, origin) in origins.into_iter().enumerate() {
        let named = Some(origin);
        let allowed = preflight(&server, origin).await;
        assert_eq!(allowed.header("access-control-allow-origin"), named);
        let sent = send(&server, origin, "app", n).await;
        assert_eq!(sent.status(), 200, "{sent}");
        assert_eq!(sent.header("access-control-allow-origin"), named);
    }
    for origin in [
        "capacitor://evil",
        "capacitor://localhost:1",
        "app://localhost",
    ] {
        let refused = send(&server, origin, "app", 9).await;
        assert_eq!(refused.header("access-control-allow-origin"), None);
    }
}

// shows: found-H5
#[tokio::test]
async fn a_page_reads_the_error_of_a_call_that_names_no_application() {
    let data = folder();
    let server = with_shop(data.path()).await;
    let refused = server.post("send-sms", &[("origin", SHOP)], "{}").await;
    assert_eq!(refused.codes(), (400, Some(2101)), "{refused}");
    assert_eq!(refused.header("access-control-allow-origin"), Some(SHOP));
    // The codes of the development phone are for the pages of this service only.
    let request = server.client().get(format!("{}/dev/outbox", server.url));
    let phone = request.header("origin", SHOP).send().await.unwrap();
    assert!(!phone.headers().contains_key("access-control-allow-origin"));
}

// shows: found-H5
#[tokio::test]
async fn any_page_reads_the_answers_that_are_for_everyone() {
    let data = folder();
    let server = with_shop(data.path()).await;
    for name in ["get-country-list", "system"] {
        let url = format!("{}/api/v3/{name}", server.url);
        for origin in ["https://anyone.example", SHOP, "null"] {
            let asked = server.client().get(&url).header("origin", origin);
            let preflight = server
                .client()
                .request(Method::OPTIONS, &url)
                .header("origin", origin)
                .header("access-control-request-method", "GET")
                .header("access-control-request-headers", "x-authing-app-id");
            for request in [asked, preflight] {
                let answer = Answer::read(request.send().await.unwrap()).await;
                assert_eq!(answer.http, 200);
                let named = answer.header("access-control-allow-origin");
                assert_eq!(named, Some(origin), "{name}");
            }
        }
    }
}
