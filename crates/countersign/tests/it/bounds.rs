//! Requests beyond their bounds, to a service in production.

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::deployment::Deployment;
use crate::server::Server;

/// The most that the memory of the process may grow by, in KiB.
const GROWTH: u64 = 32 * 1024;

const HEAD: &str =
    "POST /api/v3/send-sms HTTP/1.1\r\nhost: localhost\r\nx-authing-app-id: shop\r\n";

/// Sends all of `request`, as far as the service reads it, and returns the beginning of the answer.
async fn answer(server: &Server, request: &str) -> String {
    let mut caller = TcpStream::connect(server.address()).await.unwrap();
    let mut answer = vec![0; 512];
    let (mut reads, mut writes) = caller.split();
    let write = async {
        // The service may end the connection before it has read everything.
        let _ = writes.write_all(request.as_bytes()).await;
        std::future::pending::<()>().await;
    };
    let count = tokio::select! {
        count = reads.read(&mut answer) => count.unwrap_or(0),
        () = write => 0,
    };
    String::from_utf8_lossy(&answer[..count]).into_owned()
}

/// A request with this body and these header lines.
fn request(lines: &str, body: &str) -> String {
    format!("{HEAD}{lines}content-length: {}\r\n\r\n{body}", body.len())
}

/// The memory of the server that is in use, in KiB.
fn memory(server: &Server) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", server.pid())).unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS:"));
    let number = line.unwrap().split_whitespace().nth(1);
    number.unwrap().parse().unwrap()
}

// shows: H5
#[tokio::test]
async fn requests_beyond_their_bounds_are_refused_and_take_no_memory() {
    let deployment = Deployment::new();
    let server = deployment.serve(&[]).await;
    server.operator().create_application("shop", "Shop").await;
    let deep = format!("{}1{}", "{\"a\":".repeat(17), "}".repeat(17));
    let chunk = format!("4000\r\n{}\r\n", "x".repeat(0x4000));
    let chunks = "transfer-encoding: chunked\r\n\r\n";
    let bounds = [
        (request("", &"x".repeat(17_000)), "\"statusCode\":413"),
        (
            format!("{HEAD}{chunks}{}", chunk.repeat(80)),
            "\"statusCode\":413",
        ),
        (
            format!("{HEAD}content-length: 9000000000\r\n\r\n"),
            "\"statusCode\":413",
        ),
        (request("", &deep), "\"statusCode\":400"),
        (
            request("content-encoding: gzip\r\n", "\u{1f}"),
            "\"statusCode\":415",
        ),
        (request(&"x-a: b\r\n".repeat(65), "{}"), "HTTP/1.1 431"),
        (
            request(&format!("x-a: {}\r\n", "b".repeat(17_000)), "{}"),
            "HTTP/1.1 431",
        ),
    ];
    for (request, refusal) in &bounds {
        let answer = answer(&server, request).await;
        assert!(answer.contains(refusal), "{refusal}: {answer}");
    }
    let before = memory(&server);
    for _ in 0..100 {
        for (request, refusal) in &bounds {
            let answer = answer(&server, request).await;
            assert!(answer.contains(refusal), "{refusal}: {answer}");
        }
    }
    let after = memory(&server);
    assert!(after < before + GROWTH, "from {before} KiB to {after} KiB");
}
