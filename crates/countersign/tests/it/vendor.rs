//! A vendor outside the process, which counts messages and misbehaves on demand.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// The time within which messages arrive at the latest.
const PATIENCE: Duration = Duration::from_secs(60);

/// The manner in which the vendor treats a message that it has read.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Manner {
    /// Answers this status, with this body.
    Answer(u16, &'static str),
    /// Answers 200 with this content type, and this body.
    Bytes(&'static str, &'static [u8]),
    /// Answers 200, with the body that the function makes of the message.
    Echo(fn(&Value) -> String),
    /// Sends the caller elsewhere with this status: to another path of its own.
    Redirect(u16),
    /// Answers 200 and keeps the connection open; resets it after a second request.
    KeepAlive,
    /// Answers 200, and never ends the body that it promised.
    HalfBody,
    /// Answers something that is not HTTP.
    Garbage,
    /// Resets the connection.
    Reset,
    /// Says nothing, ever.
    Silence,
    /// Accepts with the id `v-1`, once [`Vendor::release`] was called.
    WhenReleased,
}

pub(crate) struct Vendor {
    pub(crate) url: String,
    seen: Arc<Mutex<Vec<Value>>>,
    arrivals: watch::Receiver<usize>,
    release: watch::Sender<bool>,
}

impl Vendor {
    pub(crate) async fn start(manner: Manner) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/sms", listener.local_addr().unwrap());
        let seen = Arc::new(Mutex::new(Vec::new()));
        let (arrived, arrivals) = watch::channel(0);
        let (release, released) = watch::channel(false);
        let log = Arc::clone(&seen);
        tokio::spawn(async move {
            while let Ok((connection, _)) = listener.accept().await {
                let (log, arrived, released) =
                    (Arc::clone(&log), arrived.clone(), released.clone());
                tokio::spawn(async move {
                    let mut connection = connection;
                    let Some(message) = read(&mut connection).await else {
                        return;
                    };
                    log.lock().unwrap().push(message.clone());
                    arrived.send_modify(|count| *count += 1);
                    behave(manner, &message, connection, released).await;
                });
            }
        });
        Self {
            url,
            seen,
            arrivals,
            release,
        }
    }

    /// `--provider` for a server that is to use this vendor.
    pub(crate) fn provider(&self) -> String {
        format!("http:{}", self.url)
    }

    pub(crate) fn messages(&self) -> Vec<Value> {
        self.seen.lock().unwrap().clone()
    }

    /// The count of messages of each number.
    pub(crate) fn by_number(&self) -> HashMap<String, usize> {
        let mut count = HashMap::new();
        for message in self.messages() {
            *count
                .entry(message["to"].as_str().unwrap().to_owned())
                .or_default() += 1;
        }
        count
    }

    /// Waits until `count` messages have arrived.
    ///
    /// # Panics
    /// When they have not within a minute: a send of the test was answered by an error.
    pub(crate) async fn arrived(&self, count: usize) {
        let mut arrivals = self.arrivals.clone();
        let waited = tokio::time::timeout(PATIENCE, arrivals.wait_for(|arrived| *arrived >= count));
        if !matches!(waited.await, Ok(Ok(_))) {
            let arrived = *self.arrivals.borrow();
            unreachable!("{arrived} of {count} messages arrived");
        }
    }

    pub(crate) fn release(&self) {
        self.release.send_replace(true);
    }
}

async fn behave(
    manner: Manner,
    message: &Value,
    mut connection: TcpStream,
    mut released: watch::Receiver<bool>,
) {
    match manner {
        Manner::Answer(status, body) => answer(&mut connection, status, body).await,
        Manner::Bytes(content_type, body) => {
            let head = format!(
                "HTTP/1.1 200 X\r\ncontent-type: {content_type}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
                body.len()
            );
            let _ = connection
                .write_all(&[head.as_bytes(), body].concat())
                .await;
        }
        Manner::Echo(body) => answer(&mut connection, 200, &body(message)).await,
        Manner::Redirect(status) => {
            let head = format!(
                "HTTP/1.1 {status} X\r\nlocation: /elsewhere\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
            );
            let _ = connection.write_all(head.as_bytes()).await;
        }
        Manner::KeepAlive => {
            let _ = connection
                .write_all(b"HTTP/1.1 200 X\r\ncontent-length: 0\r\n\r\n")
                .await;
            let mut second = [0; 1];
            let _ = connection.read_exact(&mut second).await;
        }
        Manner::HalfBody => {
            let _ = connection
                .write_all(b"HTTP/1.1 200 X\r\ncontent-length: 99\r\n\r\n{")
                .await;
            let mut rest = Vec::new();
            let _ = connection.read_to_end(&mut rest).await;
        }
        Manner::Garbage => {
            let _ = connection
                .write_all(b"\x00\xffnot http at all\r\n\r\n")
                .await;
        }
        Manner::Reset => {
            // Lingering for no time makes the close a reset.
            socket2::SockRef::from(&connection)
                .set_linger(Some(std::time::Duration::ZERO))
                .unwrap();
        }
        Manner::Silence => {
            let mut rest = Vec::new();
            let _ = connection.read_to_end(&mut rest).await;
        }
        Manner::WhenReleased => {
            released.wait_for(|released| *released).await.unwrap();
            answer(&mut connection, 200, r#"{"id":"v-1"}"#).await;
        }
    }
}

async fn answer(connection: &mut TcpStream, status: u16, body: &str) {
    let head = format!(
        "HTTP/1.1 {status} X\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
        body.len()
    );
    let _ = connection
        .write_all(format!("{head}{body}").as_bytes())
        .await;
}

/// The body of one HTTP request, as JSON or else as text; `None` if the other side went away first.
async fn read(connection: &mut TcpStream) -> Option<Value> {
    let mut bytes = Vec::new();
    loop {
        if connection.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
        let text = String::from_utf8_lossy(&bytes);
        let Some((head, body)) = text.split_once("\r\n\r\n") else {
            continue;
        };
        let head = head.to_ascii_lowercase();
        let length: usize = head
            .split("content-length: ")
            .nth(1)?
            .lines()
            .next()?
            .trim()
            .parse()
            .ok()?;
        if body.len() >= length {
            let json = serde_json::from_str(body).ok();
            return Some(json.unwrap_or_else(|| Value::String(body.to_owned())));
        }
    }
}
