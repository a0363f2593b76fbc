//! The server's side of HTTP in tests: takes requests whole, counts them, and answers as it is told.

use std::collections::VecDeque;
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio_rustls::TlsAcceptor;

/// What is done once a request was read, in turn over all connections. After the last: an answer of 200.
#[derive(Debug, Clone)]
pub(crate) enum Act {
    /// These bytes are written; the connection stays.
    Say(Vec<u8>),
    /// These bytes are written, and no more will be.
    SayAndClose(Vec<u8>),
    /// The connection is reset.
    Reset,
    /// Nothing, for ever.
    Stall,
}

/// What a listener notices.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Seen {
    /// A connection.
    Connection,
    /// A request, whole.
    Request(String),
    /// The other side has closed a connection.
    Closed,
}

/// A listener on this machine.
pub(crate) struct Listener {
    pub(crate) address: SocketAddr,
    seen: UnboundedReceiver<Seen>,
}

/// An answer with a body, after which the connection stays.
pub(crate) fn answer(status: u16, body: &str) -> Act {
    let length = body.len();
    let text = format!("HTTP/1.1 {status} So\r\ncontent-length: {length}\r\n\r\n{body}");
    Act::Say(text.into_bytes())
}

impl Listener {
    pub(crate) async fn start(acts: impl IntoIterator<Item = Act>) -> Self {
        Self::over(acts, None).await
    }

    /// One that speaks TLS first, or whatever `tls` makes of a connection.
    pub(crate) async fn over(
        acts: impl IntoIterator<Item = Act>,
        tls: Option<TlsAcceptor>,
    ) -> Self {
        let acts: VecDeque<_> = acts.into_iter().collect();
        let acts = Arc::new(Mutex::new(acts));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (sender, seen) = unbounded_channel();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let _ = sender.send(Seen::Connection);
                let (acts, sender, tls) = (Arc::clone(&acts), sender.clone(), tls.clone());
                tokio::spawn(async move {
                    // Errors are the other side's: it is the one under test.
                    let _ = match tls {
                        None => serve_plain(stream, &acts, &sender).await,
                        Some(tls) => match tls.accept(stream).await {
                            Ok(mut stream) => serve(&mut stream, &acts, &sender).await.map(drop),
                            Err(error) => Err(error),
                        },
                    };
                });
            }
        });
        Self { address, seen }
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// Waits until a request has come, and answers it.
    pub(crate) async fn request(&mut self) -> String {
        loop {
            if let Seen::Request(request) = self.seen.recv().await.unwrap() {
                return request;
            }
        }
    }

    /// Waits until it has noticed `wanted`.
    pub(crate) async fn until(&mut self, wanted: &Seen) {
        while self.seen.recv().await.as_ref() != Some(wanted) {}
    }

    /// What was noticed since somebody asked.
    pub(crate) fn seen(&mut self) -> Vec<Seen> {
        std::iter::from_fn(|| self.seen.try_recv().ok()).collect()
    }
}

type Acts = Mutex<VecDeque<Act>>;

async fn serve_plain(
    mut stream: TcpStream,
    acts: &Acts,
    sender: &UnboundedSender<Seen>,
) -> io::Result<()> {
    if serve(&mut stream, acts, sender).await? {
        stream.set_zero_linger()?;
    }
    Ok(())
}

/// Serves a connection to its end; whether it is to be reset then.
async fn serve<S: AsyncRead + AsyncWrite + Unpin>(
    stream: &mut S,
    acts: &Acts,
    sender: &UnboundedSender<Seen>,
) -> io::Result<bool> {
    while let Some(request) = read(stream).await? {
        let _ = sender.send(Seen::Request(request));
        let act = acts.lock().unwrap().pop_front();
        match act.unwrap_or_else(|| answer(200, "{}")) {
            Act::Say(bytes) => stream.write_all(&bytes).await?,
            Act::SayAndClose(bytes) => {
                stream.write_all(&bytes).await?;
                stream.shutdown().await?;
            }
            Act::Reset => return Ok(true),
            Act::Stall => std::future::pending().await,
        }
        stream.flush().await?;
    }
    let _ = sender.send(Seen::Closed);
    Ok(false)
}

/// Reads one request with its body; `None` at the end of the connection.
async fn read<S: AsyncRead + Unpin>(stream: &mut S) -> io::Result<Option<String>> {
    let mut bytes = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&bytes);
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head
                .lines()
                .find_map(|line| line.strip_prefix("content-length: "));
            let length = length.map_or(0, |length| length.parse().unwrap());
            if body.len() >= length {
                return Ok(Some(text.into_owned()));
            }
        }
        let mut more = [0; 4096];
        let count = stream.read(&mut more).await?;
        if count == 0 {
            return Ok(None);
        }
        bytes.extend_from_slice(&more[..count]);
    }
}
