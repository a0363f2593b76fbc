//! Callers that are slow, or that send too much.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::server::{Server, folder, number};

/// Sends `request` and then nothing: everything that the server answers until it hangs up.
async fn said_to(server: &Server, request: &str) -> String {
    let mut caller = TcpStream::connect(server.address()).await.unwrap();
    caller.write_all(request.as_bytes()).await.unwrap();
    let mut said = String::new();
    let hung_up = tokio::time::timeout(Duration::from_secs(20), caller.read_to_string(&mut said));
    hung_up.await.expect("the server hangs up").unwrap();
    said
}

// shows: H4
#[tokio::test]
async fn a_caller_that_sends_half_a_request_is_disconnected() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    let head = "POST /api/v3/send-sms HTTP/1.1\r\nhost: localhost\r\nx-authing-app-id: dev-app\r\nconnection: close\r\n";
    let half_head = said_to(&server, head);
    let request = format!("{head}content-length: 60\r\n\r\n{{");
    let half_body = said_to(&server, &request);
    let (half_head, half_body) = tokio::join!(half_head, half_body);
    assert!(
        half_head.is_empty() || half_head.starts_with("HTTP/1.1 408"),
        "{half_head}"
    );
    assert!(half_body.contains("\"statusCode\":408"), "{half_body}");
    assert_eq!(
        server.public().login(&number(1)).await,
        200,
        "others are not disturbed"
    );
}

/// Checks that a refusal by the HTTP layer is the envelope.
fn check_refusal(answer: &str, status: u64) {
    assert!(
        answer.starts_with(&format!("HTTP/1.1 {status} ")),
        "{answer}"
    );
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    assert!(
        head.contains(&format!("content-length: {}\r\n", body.len())),
        "{answer}"
    );
    let envelope: serde_json::Value = serde_json::from_str(body).expect(answer);
    assert_eq!(envelope["statusCode"], status, "{answer}");
    for member in ["message", "requestId"] {
        assert!(envelope[member].is_string(), "{answer}");
    }
}

// shows: found-W8, H5
#[tokio::test]
async fn a_request_with_too_large_a_head_is_refused() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    let fields: String = (0..80).map(|n| format!("x-{n}: 1\r\n")).collect();
    let many = said_to(
        &server,
        &format!("GET /api/v3/x HTTP/1.1\r\nhost: localhost\r\n{fields}\r\n"),
    )
    .await;
    check_refusal(&many, 431);
    let long = said_to(
        &server,
        &format!(
            "GET /api/v3/x HTTP/1.1\r\nhost: localhost\r\nx: {}",
            "x".repeat(20_000)
        ),
    )
    .await;
    check_refusal(&long, 431);
    let not_http = said_to(&server, "GET /api/v3/x HTTP/1.1\r\nhost localhost\r\n\r\n").await;
    check_refusal(&not_http, 400);
    let page = said_to(&server, "GET /docs/ HTTP/1.1\r\nhost localhost\r\n\r\n").await;
    assert!(
        page.starts_with("HTTP/1.1 400") && page.ends_with("\r\n\r\n"),
        "{page}"
    );
    assert_eq!(server.public().login(&number(1)).await, 200);
}

// shows: H5
#[tokio::test]
async fn a_caller_with_a_far_too_large_body_is_told_the_reason() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    for size in [17_000, 500_000] {
        let body = format!(
            r#"{{"channel":"CHANNEL_LOGIN","phoneNumber":"1","x":"{}"}}"#,
            "x".repeat(size)
        );
        let answer = server
            .post("send-sms", &[("x-authing-app-id", "dev-app")], body)
            .await;
        assert_eq!(answer.codes(), (413, None), "{size}");
    }
}

#[tokio::test]
async fn a_caller_that_closes_its_sending_side_still_gets_the_answer() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    let mut caller = TcpStream::connect(server.address()).await.unwrap();
    let body = format!(
        r#"{{"channel":"CHANNEL_LOGIN","phoneNumber":"{}"}}"#,
        number(1)
    );
    let head = "POST /api/v3/send-sms HTTP/1.1\r\nhost: localhost\r\nx-authing-app-id: dev-app\r\n";
    let request = format!("{head}content-length: {}\r\n\r\n{body}", body.len());
    caller.write_all(request.as_bytes()).await.unwrap();
    caller.shutdown().await.unwrap();
    let mut said = String::new();
    caller.read_to_string(&mut said).await.unwrap();
    assert!(said.contains("\"statusCode\":200"), "{said}");
}
