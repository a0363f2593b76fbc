//! Connections that are kept between requests: for how long, and how many.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::process::Command;
use tokio::time::Instant;

use crate::console::live::Stream;
use crate::console::person::Person;
use crate::server::{BINARY, Server, folder, number};

const ASKED: &str = "GET /api/v3/system HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n";

/// A connection that a caller keeps.
struct Kept(TcpStream);

impl Kept {
    async fn open(server: &Server) -> Self {
        Self(TcpStream::connect(server.address()).await.unwrap())
    }

    /// Asks, and reads the head and the body of the answer; `None` where the connection has ended.
    async fn ask(&mut self) -> Option<String> {
        self.0.write_all(ASKED.as_bytes()).await.ok()?;
        let mut answer = vec![0; 4_096];
        match self.0.read(&mut answer).await {
            Ok(read) if read > 0 => Some(String::from_utf8_lossy(&answer[..read]).into_owned()),
            _ => None,
        }
    }

    /// Waits until the server ends the connection, which it must within `patience`: how long that took.
    async fn ended(&mut self, patience: Duration) -> Duration {
        let began = Instant::now();
        let mut more = [0; 1];
        let ended = tokio::time::timeout(patience, self.0.read(&mut more)).await;
        let ended = ended.expect("the server ends the connection");
        assert_eq!(ended.unwrap_or_default(), 0, "nothing more is said");
        began.elapsed()
    }
}

/// `countersign dev` with this many file handles, by the options of `ulimit`.
async fn with_handles(data: &std::path::Path, limit: &str) -> Server {
    let mut shell = Command::new("sh");
    let script = format!("ulimit {limit} && exec \"$0\" \"$@\"");
    shell.args(["-c", &script, BINARY]);
    Server::run(shell, data, "127.0.0.1:0", &["--quiet"]).await
}

// shows: found-H2
#[tokio::test]
async fn a_caller_that_idles_longer_than_a_head_may_take_is_answered_on_the_same_connection() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    let mut caller = Kept::open(&server).await;
    let first = caller.ask().await.unwrap();
    assert!(first.contains("\r\nkeep-alive: timeout=75\r\n"), "{first}");
    tokio::time::sleep(Duration::from_secs(7)).await;
    assert!(caller.ask().await.is_some(), "the connection is kept");
    // A caller that says it ends the connection hears no promise.
    let closing = server.client().get(format!("{}/openapi.json", server.url));
    let closed = closing.header("connection", "close").send().await.unwrap();
    assert!(!closed.headers().contains_key("keep-alive"));
}

// shows: found-H2
#[tokio::test]
async fn an_operator_sets_the_idle_time_of_connections() {
    let data = folder();
    let settings = data.path().join("settings.toml");
    std::fs::write(&settings, "[server]\nidle_seconds = 5\n").unwrap();
    let config = settings.to_str().unwrap();
    let server = Server::start(data.path(), &["--quiet", "--config", config]).await;
    let mut caller = Kept::open(&server).await;
    let first = caller.ask().await.unwrap();
    assert!(first.contains("\r\nkeep-alive: timeout=5\r\n"), "{first}");
    let took = caller.ended(Duration::from_secs(20)).await;
    assert!(took >= Duration::from_millis(4_900), "{took:?}");
}

// shows: H4
#[tokio::test]
async fn a_caller_that_sends_its_second_head_slowly_is_disconnected_before_the_idle_time() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    let mut caller = Kept::open(&server).await;
    caller.ask().await.unwrap();
    caller.0.write_all(b"GET /api/v3/").await.unwrap();
    caller.ended(Duration::from_secs(20)).await;
}

// shows: found-H8
#[tokio::test]
async fn a_new_caller_takes_the_place_of_the_connection_that_has_idled_longest() {
    let data = folder();
    // Soft and hard: no more can be had.
    let server = with_handles(data.path(), "-n 128").await;
    let mut busy = Kept::open(&server).await;
    let half = "POST /api/v3/send-sms HTTP/1.1\r\nhost: 127.0.0.1\r\nx-authing-app-id: dev-app\r\n";
    let body = format!(
        r#"{{"channel":"CHANNEL_LOGIN","phoneNumber":"{}"}}"#,
        number(0)
    );
    let head = format!("{half}content-length: {}\r\n\r\n", body.len());
    busy.0.write_all(head.as_bytes()).await.unwrap();
    let mut kept = Vec::new();
    for _ in 0..115 {
        let mut caller = Kept::open(&server).await;
        assert!(caller.ask().await.is_some());
        kept.push(caller);
    }
    for n in 1..=4 {
        let asked = Instant::now();
        assert_eq!(server.public().login(&number(n)).await, 200);
        assert!(asked.elapsed() < Duration::from_secs(2));
    }
    let newest = kept.last_mut().unwrap();
    assert!(newest.ask().await.is_some(), "the newest is kept");
    assert!(kept[0].ask().await.is_none(), "the oldest made room");
    busy.0.write_all(body.as_bytes()).await.unwrap();
    let mut answer = vec![0; 4_096];
    let read = busy.0.read(&mut answer).await.unwrap();
    let answer = String::from_utf8_lossy(&answer[..read]);
    assert!(answer.contains("\"statusCode\":200"), "{answer}");
}

// shows: found-H8
#[tokio::test]
async fn those_who_look_at_pages_make_room_for_callers() {
    let data = folder();
    let server = with_handles(data.path(), "-n 128").await;
    let mut watched = Vec::new();
    for role in ["owner", "operator", "support", "auditor"].repeat(2) {
        let person = Person::of(&server, role).await;
        for _ in 0..15 {
            watched.push(Stream::open(&person, "messages").await);
        }
    }
    for n in 1..=4 {
        assert_eq!(server.public().login(&number(n)).await, 200);
    }
}

// shows: found-H8
#[tokio::test]
async fn a_soft_limit_of_file_handles_is_raised_to_the_hard_one() {
    let data = folder();
    let server = with_handles(data.path(), "-S -n 128").await;
    let mut kept = Vec::new();
    for _ in 0..115 {
        kept.push(Kept::open(&server).await);
    }
    for caller in &mut kept {
        assert!(caller.ask().await.is_some(), "every connection is kept");
    }
}
