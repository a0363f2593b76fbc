//! The headers by which browsers protect their users.

use reqwest::Method;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::answer::Answer;
use crate::deployment::Deployment;
use crate::sandbox::Sandbox;
use crate::server::{Server, client, folder};

/// Checks that no browser guesses the kind of this answer, runs anything in it that it does not allow, or frames it.
fn check(answer: &Answer, of: &str) {
    assert_eq!(
        answer.header("x-content-type-options"),
        Some("nosniff"),
        "{of}"
    );
    let policies = answer.headers.get_all("content-security-policy").iter();
    let policies: Vec<_> = policies.map(|policy| policy.to_str().unwrap()).collect();
    assert_eq!(policies.len(), 1, "{of}: {policies:?}");
    for part in ["default-src 'none'", "frame-ancestors 'none'"] {
        assert!(policies[0].contains(part), "{of}: {policies:?}");
    }
}

/// Checks the headers of a service too: no page of another origin keeps hold of its window, and none learns its address.
fn check_service(answer: &Answer, of: &str) {
    check(answer, of);
    for (name, value) in SERVICE {
        assert_eq!(answer.header(name), Some(value), "{of}");
    }
}

/// The headers of a service and their values.
const SERVICE: [(&str, &str); 2] = [
    ("referrer-policy", "no-referrer"),
    ("cross-origin-opener-policy", "same-origin"),
];

/// The header that keeps browsers from plain HTTP, and its value.
const STRICT: (&str, &str) = ("strict-transport-security", "max-age=31536000");

// shows: G4
#[tokio::test]
async fn every_answer_of_a_service_in_production_has_the_headers_of_safety() {
    let deployment = Deployment::new();
    let server = deployment.serve(&[]).await;
    for (method, path) in [
        (Method::GET, "/"),
        (Method::GET, "/docs"),
        (Method::GET, "/openapi.json"),
        (Method::GET, "/oidc/.well-known/jwks.json"),
        (Method::GET, "/none/oidc/.well-known/jwks.json"),
        (Method::GET, "/console"),
        (Method::GET, "/owner/proof"),
        (Method::POST, "/receipts/none"),
        (Method::OPTIONS, "/api/v3/send-sms"),
        (Method::GET, "/api/v3/system"),
        (Method::POST, "/api/v3/send-sms"),
        (Method::GET, "/api/v3/list-messages"),
        (Method::GET, "/api/v3/none"),
    ] {
        let url = format!("{}{path}", server.url);
        let answer = server.client().request(method, url).send().await.unwrap();
        let answer = Answer::read(answer).await;
        check_service(&answer, path);
        assert_eq!(answer.header(STRICT.0), Some(STRICT.1), "{path}");
        if path.starts_with("/api/") {
            let is_kept = answer.http == 200 && answer.body.starts_with('{');
            let cached = answer.header("cache-control");
            assert!(!is_kept || cached == Some("no-store"), "{path}: {cached:?}");
        }
    }
    // Heads that never reach a handler.
    for head in [
        "GET /api/v3/system HTTP/1.1\r\n:\r\n\r\n",
        "nonsense\r\n\r\n",
    ] {
        let mut caller = TcpStream::connect(server.address()).await.unwrap();
        caller.write_all(head.as_bytes()).await.unwrap();
        let mut said = String::new();
        caller.read_to_string(&mut said).await.unwrap();
        assert!(said.starts_with("HTTP/1.1 400 "), "{said}");
        for (name, value) in SERVICE.into_iter().chain([STRICT]) {
            assert!(said.contains(&format!("{name}: {value}\r\n")), "{said}");
        }
    }
}

// shows: found-H10, G4
#[tokio::test]
async fn every_answer_has_the_headers_of_safety() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    for (method, path) in [
        (Method::GET, "/"),
        (Method::GET, "/dev/outbox"),
        (Method::GET, "/dev/assets/base.css"),
        (Method::GET, "/docs"),
        (Method::GET, "/docs/"),
        (Method::GET, "/docs/swagger-ui-bundle.js"),
        (Method::GET, "/docs/none"),
        (Method::GET, "/openapi.json"),
        (Method::GET, "/oidc/.well-known/jwks.json"),
        (Method::GET, "/none/oidc/.well-known/jwks.json"),
        (Method::GET, "/console"),
        (Method::GET, "/elsewhere"),
        (Method::POST, "/receipts/none"),
        (Method::DELETE, "/dev/outbox"),
        (Method::GET, "/api/v3/system"),
        (Method::GET, "/api/v3/get-country-list"),
        (Method::POST, "/api/v3/send-sms"),
        (Method::GET, "/api/v3/list-messages"),
        (Method::GET, "/api/v3/none"),
    ] {
        let request = server
            .client()
            .request(method, format!("{}{path}", server.url));
        let misdirected = request.try_clone().unwrap().header("host", "evil.example");
        for request in [request, misdirected] {
            let answer = Answer::read(request.send().await.unwrap()).await;
            check(&answer, path);
            // Pages of this service tell each other where they are.
            let referrer = answer.header("referrer-policy");
            assert!(
                matches!(referrer, Some("no-referrer" | "same-origin")),
                "{path}"
            );
            assert_eq!(answer.header(STRICT.0), None, "plain HTTP: {path}");
        }
    }
}

// shows: found-H10
#[tokio::test]
async fn every_answer_of_the_sandbox_has_the_headers_of_safety() {
    let sandbox = Sandbox::start().await;
    for path in ["/sandbox/messages", "/sandbox/none", "/none"] {
        let answer = client().get(format!("{}{path}", sandbox.url)).send().await;
        check(&Answer::read(answer.unwrap()).await, path);
    }
}
