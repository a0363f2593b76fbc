//! Callers that ask and do not read the answers.
//!
//! The kernel's table of sockets says what the server still holds for them, also after it has closed a connection.

use std::time::Duration;

use serde_json::json;
use socket2::{Domain, Socket, Type};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::Instant;

use crate::server::{Server, folder, number};

/// How long a caller that does not read may keep anything of the server.
const HELD: Duration = Duration::from_secs(20);

/// The time between two looks at what the server holds.
const POLL: Duration = Duration::from_millis(250);

/// A connection to the server that takes only a few kilobytes before one of the two sides reads.
async fn connect(server: &Server) -> TcpStream {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
    socket.set_recv_buffer_size(4 * 1024).unwrap();
    socket.set_send_buffer_size(16 * 1024).unwrap();
    let address: std::net::SocketAddr = server.address().parse().unwrap();
    socket.connect(&address.into()).unwrap();
    socket.set_nonblocking(true).unwrap();
    TcpStream::from_std(socket.into()).unwrap()
}

/// A caller that asks for `path` this many times at once and does not read.
async fn ask(server: &Server, path: &str, times: usize) -> TcpStream {
    let mut caller = connect(server).await;
    let request = format!("GET {path} HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n");
    caller
        .write_all(request.repeat(times).as_bytes())
        .await
        .unwrap();
    caller
}

/// The server's ends of connections: how many there are, and the bytes in their send buffers.
fn held(server: &Server) -> (usize, u64) {
    let port: u16 = server
        .address()
        .rsplit_once(':')
        .unwrap()
        .1
        .parse()
        .unwrap();
    let local = format!(":{port:04X}");
    let table = std::fs::read_to_string("/proc/net/tcp").unwrap();
    let sockets = table.lines().skip(1).filter_map(|line| {
        let columns: Vec<_> = line.split_whitespace().collect();
        // Neither the socket that listens nor one that only remembers its end.
        let is_open = !["0A", "06"].contains(&columns[3]);
        let unsent = columns[4].split_once(':').unwrap().0;
        let unsent = u64::from_str_radix(unsent, 16).unwrap();
        (is_open && columns[1].ends_with(&local)).then_some(unsent)
    });
    sockets.fold((0, 0), |(count, bytes), unsent| (count + 1, bytes + unsent))
}

// shows: found-H7, H4
#[cfg(target_os = "linux")]
#[tokio::test]
async fn three_hundred_callers_that_do_not_read_hold_nothing_after_twenty_seconds() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    let mut callers = Vec::new();
    for n in 0..300 {
        // A file of megabytes, a document that fits into the buffers, and answers of the API.
        let (path, times) = match n % 3 {
            0 => ("/docs/swagger-ui-bundle.js", 3),
            1 => ("/openapi.json", 3),
            _ => ("/api/v3/get-country-list", 20),
        };
        callers.push(ask(&server, path, times).await);
    }
    let began = Instant::now();
    let (count, bytes) = held(&server);
    assert!(count >= 300, "all {count} are connected");
    assert!(bytes < 300 * 128 * 1024, "{bytes} bytes wait in the kernel");
    // Another caller is served meanwhile, on connections that end with their answers.
    let headers = [("x-authing-app-id", "dev-app"), ("connection", "close")];
    let mut sends = 0;
    while held(&server).0 > 0 {
        assert!(began.elapsed() < HELD, "{:?} are held", held(&server));
        let body = json!({"channel": "CHANNEL_LOGIN", "phoneNumber": number(sends)});
        let sent = server.post("send-sms", &headers, body.to_string()).await;
        assert_eq!(sent.status(), 200, "{sent}");
        sends += 1;
        tokio::time::sleep(POLL).await;
    }
    assert!(sends > 1, "{sends} sends");
    drop(callers);
}

// shows: found-H7
#[tokio::test]
async fn a_caller_that_asks_without_end_and_does_not_read_is_not_read_from() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    let mut caller = connect(&server).await;
    let request = "HEAD /openapi.json HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n".repeat(100);
    let asking = async {
        let mut asked = 0;
        loop {
            match caller.write_all(request.as_bytes()).await {
                Ok(()) => asked += request.len(),
                Err(_) => return asked,
            }
        }
    };
    let asked = tokio::time::timeout(HELD, asking).await;
    let asked = asked.expect("the server ends the connection");
    assert!(asked < 512 * 1024, "{asked} bytes of requests went in");
}

// shows: found-H7
#[tokio::test]
async fn a_caller_that_reads_slowly_gets_the_whole_answer() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    let mut caller = connect(&server).await;
    let request =
        "GET /docs/swagger-ui-bundle.js HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\n\r\n";
    caller.write_all(request.as_bytes()).await.unwrap();
    let (began, mut read, mut piece) = (Instant::now(), Vec::new(), vec![0; 64 * 1024]);
    // As fast as 50 kB/s at first, for longer than a caller that reads nothing may stay.
    while began.elapsed() < Duration::from_secs(12) {
        let read_now = caller.read(&mut piece[..5_000]).await.unwrap();
        assert!(read_now > 0, "ended after {} bytes", read.len());
        read.extend_from_slice(&piece[..read_now]);
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    caller.read_to_end(&mut read).await.unwrap();
    let whole = server.get("/docs/swagger-ui-bundle.js").await;
    let length: usize = whole.header("content-length").unwrap().parse().unwrap();
    let head = read.windows(4).position(|end| end == b"\r\n\r\n").unwrap();
    assert_eq!(read.len() - head - 4, length);
}
