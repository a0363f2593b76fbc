//! Requests for another machine, and pages of other sites, at everything that everybody knows the secrets of.

use insta::assert_snapshot;
use reqwest::{Client, Method, StatusCode};
use serde_json::json;

use crate::actors::Visitor;
use crate::answer::Answer;
use crate::sandbox::Sandbox;
use crate::server::{Server, folder, number};

const MISDIRECTED: StatusCode = StatusCode::MISDIRECTED_REQUEST;

/// Headers by which a request names another machine.
const ELSEWHERE: [(&str, &str); 22] = [
    ("host", "evil.example"),
    ("host", "localhost.evil.example:8480"),
    ("host", "127.0.0.1.evil.example"),
    ("host", "evillocalhost"),
    ("host", ".localhost"),
    ("host", "192.168.0.7:8480"),
    ("host", "0.0.0.0"),
    ("host", "[::2]"),
    ("host", "2130706433"),
    ("x-forwarded-host", "shop.example"),
    ("x-forwarded-host", "localhost, shop.example"),
    ("forwarded", "host=shop.example"),
    ("forwarded", "for=127.0.0.1;host=\"shop.example:443\""),
    ("forwarded", "host=localhost, Host=shop.example"),
    ("forwarded", "for=203.0.113.9"),
    ("forwarded", "nonsense"),
    ("x-forwarded-for", "203.0.113.9"),
    ("x-forwarded-for", "127.0.0.1, 203.0.113.9"),
    ("x-forwarded-for", "203.0.113.9, 127.0.0.1"),
    ("x-forwarded-for", "[2001:db8::1]:4711"),
    ("x-forwarded-for", "unknown"),
    ("x-forwarded-for", "10.0.0.1:80"),
];

/// Headers of requests that a caller on this machine sends, also through a proxy on this machine.
const HERE: [(&str, &str); 15] = [
    ("host", "localhost:8480"),
    ("host", "LOCALHOST"),
    ("host", "127.0.0.1"),
    ("host", "[::1]:8480"),
    ("host", "shop.localhost:3000"),
    ("x-forwarded-host", "localhost:3000"),
    ("x-forwarded-host", ""),
    ("forwarded", "for=127.0.0.1;host=localhost;proto=http"),
    ("forwarded", "for=\"[::1]:4711\", by=_proxy"),
    ("x-forwarded-for", "127.0.0.1"),
    ("x-forwarded-for", "::1, 127.0.0.1:4711"),
    ("x-forwarded-for", "::ffff:127.0.0.1"),
    ("x-forwarded-proto", "https"),
    ("x-real-ip", "203.0.113.9"),
    ("via", "1.1 proxy.example"),
];

/// `GET url` with this header.
async fn get(client: &Client, url: &str, header: (&str, &str)) -> Answer {
    let request = client.get(url).header(header.0, header.1);
    Answer::read(request.send().await.unwrap()).await
}

// shows: found-H6, found-W11
#[tokio::test]
async fn a_request_for_another_machine_is_refused_at_every_path_of_dev() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    let ask = async |path: &str, header| {
        get(server.client(), &format!("{}{path}", server.url), header).await
    };
    for header in ELSEWHERE {
        for path in [
            "/dev/outbox",
            "/",
            "/docs/",
            "/openapi.json",
            "/oidc/.well-known/jwks.json",
            "/console",
            "/elsewhere",
            "/receipts/x",
        ] {
            let answer = ask(path, header).await;
            assert_eq!(answer.http, MISDIRECTED, "{path} {header:?}");
        }
        let answer = ask("/api/v3/system", header).await;
        assert_eq!(answer.http, MISDIRECTED, "{header:?}");
        assert_eq!(answer.codes(), (421, None), "{header:?}");
    }
    for header in HERE {
        let answer = ask("/dev/outbox", header).await;
        assert_eq!(answer.http, 200, "{header:?}");
    }
    let refused = [("x-authing-lang", "en-US"), ELSEWHERE[0]];
    let refused = server.post("send-sms", &refused, "{}").await;
    assert_snapshot!(refused, @r#"
    HTTP 421
    {
      "statusCode": 421,
      "message": "This service is for development and answers on this machine only: under localhost or 127.0.0.1, and through no proxy for others.",
      "requestId": "[request id]"
    }
    "#);
}

/// Asks for a code as dev-app with these headers.
async fn send(server: &Server, headers: &[(&str, &str)], n: usize) -> Answer {
    let body = json!({"channel": "CHANNEL_LOGIN", "phoneNumber": number(n)}).to_string();
    let headers = [headers, &[("x-authing-lang", "en-US")]].concat();
    server.post("send-sms", &headers, body).await
}

// shows: found-H6
#[tokio::test]
async fn a_page_of_another_site_sends_nothing_unless_the_application_allows_its_origin() {
    const SHOP: &str = "https://shop.example";
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    let shop = json!({"appName": "Shop", "appId": "shop", "allowedOrigins": [SHOP]});
    server.operator().set("create-application", shop).await;
    let (dev, shop) = (
        ("x-authing-app-id", "dev-app"),
        ("x-authing-app-id", "shop"),
    );
    let cross = ("sec-fetch-site", "cross-site");
    let refused = send(&server, &[dev, ("origin", "https://evil.example")], 0).await;
    assert_snapshot!(refused, @r#"
    HTTP 403
    {
      "statusCode": 403,
      "message": "A page of another origin may change nothing here: the application that the request names does not allow its origin.",
      "requestId": "[request id]"
    }
    "#);
    for headers in [
        &[dev, ("origin", "null")][..],
        &[dev, ("origin", SHOP)],
        &[dev, cross],
        &[dev, cross, ("origin", &server.url)],
        &[shop, cross, ("origin", "http://evil.localhost")],
    ] {
        // The development application allows all of this machine's origins.
        let is_of_dev = headers.contains(&("origin", &server.url));
        let expected = if is_of_dev { 200 } else { 403 };
        assert_eq!(
            send(&server, headers, 1).await.status(),
            expected,
            "{headers:?}"
        );
    }
    for (n, headers) in [
        &[shop, cross, ("origin", SHOP)][..],
        &[shop, ("origin", SHOP)],
        &[
            dev,
            ("sec-fetch-site", "same-site"),
            ("origin", "http://localhost:5173"),
        ],
        &[
            shop,
            ("sec-fetch-site", "same-origin"),
            ("origin", &server.url),
        ],
        &[dev, ("sec-fetch-site", "none")],
        &[dev],
    ]
    .into_iter()
    .enumerate()
    {
        let sent = send(&server, headers, 10 + n).await;
        assert_eq!(sent.status(), 200, "{headers:?}: {sent}");
    }
    assert_eq!(server.outbox("").await.len(), 7, "nothing else was sent");
}

// shows: found-H6
#[tokio::test]
async fn a_page_of_another_site_reaches_neither_sandbox_nor_demo() {
    let data = folder();
    let _server = Server::start(data.path(), &["--quiet"]).await;
    let (sandbox, demo) = (
        Sandbox::start().await,
        crate::demo::Demo::beside(data.path()).await,
    );
    let client = crate::server::client();
    for header in ELSEWHERE {
        for url in [
            format!("{}/sandbox/messages", sandbox.url),
            format!("{}/", demo.url),
        ] {
            let answer = get(&client, &url, header).await;
            assert_eq!(answer.http, MISDIRECTED, "{url} {header:?}");
        }
    }
    let order = json!({"vendor": "http", "url": "http://127.0.0.1:1/", "reports": "normal"});
    let asked = |headers: &[(&str, &str)]| {
        let mut request = client.request(Method::POST, format!("{}/sandbox/reports", sandbox.url));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        request.body(order.to_string()).send()
    };
    let json = ("content-type", "application/json");
    for (headers, expected) in [
        (&[json, ("origin", "https://evil.example")][..], 403),
        (&[json, ("sec-fetch-site", "cross-site")], 403),
        (&[("content-type", "text/plain")], 415),
        (&[], 415),
        (&[json], 200),
    ] {
        let answer = asked(headers).await.unwrap();
        assert_eq!(answer.status(), expected, "{headers:?}");
    }
    let form = "number=13800000000";
    let headers = [("origin", "https://evil.example")];
    let page = Visitor::of(&demo.url)
        .submit_from(&headers, "/code", form)
        .await;
    assert_eq!(page.status, 403);
}
