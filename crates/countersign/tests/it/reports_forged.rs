//! Reports that are malformed, forged, or about the message of another provider: they change nothing.

use std::sync::{Arc, Mutex};

use axum::body::Bytes;
use axum::http::{HeaderMap, Method, Uri};
use countersign_api::MessageDto;
use reqwest::{RequestBuilder, StatusCode};
use tokio::net::TcpListener;

use crate::actors::Public;
use crate::products::Product;
use crate::sandbox::{Sandbox, until};
use crate::server::{Server, folder};

/// A report as it came.
#[derive(Clone)]
struct Report {
    method: Method,
    query: String,
    headers: HeaderMap,
    body: String,
}

/// Listens in the server's place and keeps the reports: the address, and the reports.
async fn ear() -> (String, Arc<Mutex<Vec<Report>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let heard = Arc::new(Mutex::new(Vec::new()));
    let kept = Arc::clone(&heard);
    let keep = async move |method: Method, uri: Uri, headers: HeaderMap, body: Bytes| {
        kept.lock().unwrap().push(Report {
            method,
            query: uri.query().unwrap_or_default().to_owned(),
            headers,
            body: String::from_utf8(body.to_vec()).unwrap(),
        });
    };
    let app = axum::Router::new().fallback(keep);
    tokio::spawn(async { axum::serve(listener, app).await });
    (url, heard)
}

/// Sends a message to `to`, and catches the vendor's report of it before the server hears it.
async fn unheard(server: &Server, sandbox: &Sandbox, product: Product, to: &str) -> Report {
    let (url, heard) = ear().await;
    sandbox.reports_to(product.vendor(), &url, "normal").await;
    assert_eq!(Public::of(server, "app").login(to).await, 200);
    until("a report", async || heard.lock().unwrap().pop()).await
}

/// Gives the server a report at `path`: the HTTP status of the answer.
async fn give(server: &Server, path: &str, report: &Report) -> StatusCode {
    let url = format!("{}{path}?{}", server.url, report.query);
    let mut request: RequestBuilder = server.client().request(report.method.clone(), url);
    for name in [
        "content-type",
        "webhook-id",
        "webhook-timestamp",
        "webhook-signature",
    ] {
        if let Some(value) = report.headers.get(name) {
            request = request.header(name, value);
        }
    }
    let answer = request.body(report.body.clone()).send().await;
    answer.unwrap().status()
}

async fn path(server: &Server, name: &str) -> String {
    let shown = server.operator().provider(name).await;
    shown["receiptsPath"].as_str().unwrap().to_owned()
}

/// The one message to `to`.
async fn message(server: &Server, to: &str) -> MessageDto {
    server.operator().timeline(to).await
}

async fn untouched(server: &Server, to: &str) {
    let message = message(server, to).await;
    assert_eq!((message.delivery, message.receipts), (None, vec![]));
    assert_eq!((&*message.code, message.gave_back), ("live", false));
}

#[tokio::test]
async fn a_body_that_is_no_report_is_refused_without_an_echo() {
    let (data, sandbox) = (folder(), Sandbox::start().await);
    let server = Server::start(data.path(), &["--quiet"]).await;
    for (n, product) in Product::ALL.into_iter().enumerate() {
        let name = format!("vendor-{n}");
        let shown = server
            .operator()
            .set_up_provider(&name, product, &sandbox.url, None)
            .await;
        let url = format!("{}{}", server.url, shown["receiptsPath"].as_str().unwrap());
        // A vendor that signs must show its signature first.
        let expected = match product {
            Product::Http => StatusCode::UNAUTHORIZED,
            _ => StatusCode::BAD_REQUEST,
        };
        let client = server.client();
        for body in ["", "\0", "{", "{}", r#"{"to":[],"status":{}}"#, "a=b&c=%zz"] {
            for request in [
                client.post(&url).body(body),
                client.get(&url).query(&[("x", body)]),
            ] {
                let answer = request.send().await.unwrap();
                assert_eq!(answer.status(), expected, "{product:?} {body:?}");
                let answer = answer.text().await.unwrap();
                assert!(!answer.contains("zz"), "an echo: {answer}");
            }
        }
    }
}

#[tokio::test]
async fn a_report_on_another_path_than_the_providers_is_not_found() {
    let (data, sandbox) = (folder(), Sandbox::start().await);
    let server = Server::start(data.path(), &["--quiet"]).await;
    let product = Product::ChuanglanText;
    server
        .operator()
        .set_up_provider("vendor", product, &sandbox.url, None)
        .await;
    server
        .operator()
        .create_application_through("app", &["vendor"])
        .await;
    let to = product.number(1);
    let report = unheard(&server, &sandbox, product, &to).await;
    let path = path(&server, "vendor").await;
    let (shorter, longer) = (&path[..path.len() - 1], format!("{path}0"));
    let upper = path.replace("/receipts/", "/RECEIPTS/");
    for wrong in [
        "/receipts",
        "/receipts/",
        "/receipts/vendor",
        shorter,
        &longer,
        &upper,
    ] {
        let status = give(&server, wrong, &report).await;
        assert_eq!(status, StatusCode::NOT_FOUND, "{wrong}");
    }
    untouched(&server, &to).await;
    assert_eq!(give(&server, &path, &report).await, StatusCode::OK);
    let message = message(&server, &to).await;
    assert_eq!(message.delivery.as_deref(), Some("delivered"));
}

// shows: F5
#[tokio::test]
async fn a_report_of_another_providers_message_or_number_changes_nothing() {
    let (data, sandbox) = (folder(), Sandbox::start().await);
    let server = Server::start(data.path(), &["--quiet"]).await;
    // One vendor names our id of a message, one only its own.
    for (n, product) in [Product::ChuanglanText, Product::Tencent]
        .into_iter()
        .enumerate()
    {
        let (mine, other) = (format!("mine-{n}"), format!("other-{n}"));
        for name in [&mine, &other] {
            server
                .operator()
                .set_up_provider(name, product, &sandbox.url, None)
                .await;
        }
        if n == 0 {
            server
                .operator()
                .create_application_through("app", &[&mine])
                .await;
        } else {
            let route = serde_json::json!({"appId": "app", "providers": [{"name": mine}]});
            server.operator().set("set-sms-route", route).await;
        }
        let (to, stranger) = (product.number(n), product.number(100 + n));
        let report = unheard(&server, &sandbox, product, &to).await;
        let (mine, other) = (path(&server, &mine).await, path(&server, &other).await);
        assert_eq!(give(&server, &other, &report).await, StatusCode::OK);
        untouched(&server, &to).await;

        let (digits, strange) = (&to[3..], &stranger[3..]);
        let mut wrong = report.clone();
        wrong.query = wrong.query.replace(digits, strange);
        wrong.body = wrong.body.replace(digits, strange);
        assert!(wrong.query != report.query || wrong.body != report.body);
        assert_eq!(give(&server, &mine, &wrong).await, StatusCode::OK);
        untouched(&server, &to).await;

        assert_eq!(give(&server, &mine, &report).await, StatusCode::OK);
        let message = message(&server, &to).await;
        assert_eq!(
            message.delivery.as_deref(),
            Some("delivered"),
            "{product:?}"
        );
    }
}

// shows: F5
#[tokio::test]
async fn a_report_whose_signature_or_body_was_altered_is_refused() {
    let (data, sandbox) = (folder(), Sandbox::start().await);
    let server = Server::start(data.path(), &["--quiet"]).await;
    server
        .operator()
        .set_up_provider("vendor", Product::Http, &sandbox.url, None)
        .await;
    server
        .operator()
        .create_application_through("app", &["vendor"])
        .await;
    let to = Product::Http.number(1);
    let report = unheard(&server, &sandbox, Product::Http, &to).await;
    let path = path(&server, "vendor").await;

    let altered = |alter: fn(&mut Report)| {
        let mut report = report.clone();
        alter(&mut report);
        report
    };
    let forged = [
        altered(|report| report.headers.clear()),
        altered(|report| drop(report.headers.remove("webhook-signature"))),
        altered(|report| drop(report.headers.remove("webhook-id"))),
        altered(|report| drop(report.headers.remove("webhook-timestamp"))),
        altered(|report| report.body = report.body.replace("delivered", "failed")),
        altered(|report| report.body.push(' ')),
        altered(|report| drop(report.headers.insert("webhook-id", "x".parse().unwrap()))),
        altered(|report| {
            // Older than five minutes.
            let then: u64 = report.headers["webhook-timestamp"]
                .to_str()
                .unwrap()
                .parse()
                .unwrap();
            let older = (then - 301).to_string().parse().unwrap();
            report.headers.insert("webhook-timestamp", older);
        }),
        altered(|report| {
            let none = "v1,AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
            report
                .headers
                .insert("webhook-signature", none.parse().unwrap());
        }),
    ];
    for (n, report) in forged.iter().enumerate() {
        let status = give(&server, &path, report).await;
        assert_eq!(status, StatusCode::UNAUTHORIZED, "{n}");
    }
    untouched(&server, &to).await;
    for _ in 0..2 {
        assert_eq!(give(&server, &path, &report).await, StatusCode::OK);
    }
    let message = message(&server, &to).await;
    assert_eq!(message.delivery.as_deref(), Some("delivered"));
    assert_eq!(message.receipts.len(), 1);
}

#[tokio::test]
async fn a_report_over_512_kib_is_refused() {
    let (data, sandbox) = (folder(), Sandbox::start().await);
    let server = Server::start(data.path(), &["--quiet"]).await;
    server
        .operator()
        .set_up_provider("vendor", Product::Alibaba, &sandbox.url, None)
        .await;
    let path = path(&server, "vendor").await;
    let mut report = Report {
        method: Method::POST,
        query: String::new(),
        headers: HeaderMap::new(),
        body: "[".to_owned() + &" ".repeat(512 * 1024 - 2) + "]",
    };
    assert_eq!(give(&server, &path, &report).await, StatusCode::OK);
    report.body.push(' ');
    let status = give(&server, &path, &report).await;
    assert_eq!(status, StatusCode::PAYLOAD_TOO_LARGE);
}
