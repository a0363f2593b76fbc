//! Connections that a handler can break: reset, or written to past HTTP.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, ready};

use axum::extract::connect_info::Connected;
use axum::serve::{IncomingStream, Listener};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};

/// A listener whose connections a handler can break.
pub(crate) struct BreakableListener(pub(crate) TcpListener);

impl Listener for BreakableListener {
    type Io = Connection;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Connection, SocketAddr) {
        let (stream, peer) = Listener::accept(&mut self.0).await;
        // Without it answers are only slower.
        let _ = stream.set_nodelay(true);
        let line = Line::default();
        (Connection { stream, line }, peer)
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.0.local_addr()
    }
}

/// A handle on the connection of a request, by which its handler breaks the connection. An answer after that is not
/// sent.
#[derive(Clone, Default)]
pub(crate) struct Line(Arc<Mutex<Option<Break>>>);

/// How a connection ends.
struct Break {
    /// The bytes that are still to be written.
    last_words: Vec<u8>,
    /// By a reset.
    reset: bool,
}

impl Line {
    /// Resets the connection instead of an answer.
    pub(crate) fn reset(&self) {
        self.end(Vec::new(), true);
    }

    /// Writes any bytes and closes the connection.
    pub(crate) fn write_and_close(&self, bytes: Vec<u8>) {
        self.end(bytes, false);
    }

    fn end(&self, last_words: Vec<u8>, reset: bool) {
        *self.lock() = Some(Break { last_words, reset });
    }

    fn lock(&self) -> MutexGuard<'_, Option<Break>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Connected<IncomingStream<'_, BreakableListener>> for Line {
    fn connect_info(stream: IncomingStream<'_, BreakableListener>) -> Self {
        stream.io().line.clone()
    }
}

/// A connection, until its line is broken.
pub(crate) struct Connection {
    stream: TcpStream,
    line: Line,
}

impl AsyncRead for Connection {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for Connection {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let line = self.line.clone();
        let mut broken = line.lock();
        let Some(end) = broken.as_mut() else {
            return Pin::new(&mut self.stream).poll_write(context, bytes);
        };
        while !end.last_words.is_empty() {
            let written = ready!(Pin::new(&mut self.stream).poll_write(context, &end.last_words))?;
            end.last_words.drain(..written);
        }
        if end.reset {
            // Lingering for no time makes the close a reset.
            self.stream.set_zero_linger()?;
        }
        // With this the connection is dropped, and so closed.
        Poll::Ready(Err(io::ErrorKind::ConnectionAborted.into()))
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
