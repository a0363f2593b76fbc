//! The headers by which browsers protect their users.

use reqwest::Method;

use crate::answer::Answer;
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
