use std::net::SocketAddr;

use axum::Router;
use axum::routing::get;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::*;
use crate::connection::OpenConnections;
use crate::connection::Refusals;
use crate::http::Site;

/// Serves a site that has a defect at `/defect`: its address.
async fn with_a_defect() -> SocketAddr {
    let defect = get(async || -> &'static str { panic!("a defect of this test") });
    let routes = Router::new()
        .route("/", get(async || "well"))
        .route("/defect", defect);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let api = Door {
        listener,
        answers: Answers {
            site: Site::of_the_world(routes, false),
            refusals: Refusals::bare(),
            idle: Duration::from_secs(75),
            open: OpenConnections::default(),
        },
        proxies: Networks::loopback(),
        opening: Opening::default(),
    };
    let doors = Doors {
        api,
        monitor: None,
        console: None,
    };
    let signals = Signals::listen().unwrap();
    tokio::spawn(serve(
        doors,
        TaskTracker::new(),
        CancellationToken::new(),
        Duration::ZERO,
        signals,
    ));
    address
}

/// What a connection hears at `path`: nothing where it ends without an answer.
async fn hears(connection: &mut TcpStream, path: &str) -> String {
    let request = format!("GET {path} HTTP/1.1\r\nhost: localhost\r\n\r\n");
    connection.write_all(request.as_bytes()).await.unwrap();
    let mut answer = [0; 1024];
    let read = connection.read(&mut answer).await.unwrap_or_default();
    String::from_utf8_lossy(&answer[..read]).into_owned()
}

// shows: I5
#[tokio::test]
async fn a_panic_in_a_handler_ends_its_own_request_only() {
    let address = with_a_defect().await;
    let mut other = TcpStream::connect(address).await.unwrap();
    assert!(hears(&mut other, "/").await.ends_with("well"));
    for _ in 0..3 {
        let mut unlucky = TcpStream::connect(address).await.unwrap();
        assert_eq!(hears(&mut unlucky, "/defect").await, "");
    }
    assert!(
        hears(&mut other, "/").await.ends_with("well"),
        "a connection of before"
    );
    let mut new = TcpStream::connect(address).await.unwrap();
    assert!(
        hears(&mut new, "/").await.ends_with("well"),
        "a new connection"
    );
}
