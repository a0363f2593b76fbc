//! The bytes of one connection. A caller that does not read its answer is not read from, and loses the connection after
//! [`UNREAD`]; a caller that begins a head and does not end it loses the connection after [`HEAD`].

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::{Sleep, sleep};

use super::usage::Usage;
use super::{HEAD, UNREAD};

/// A connection that ends with [`io::ErrorKind::TimedOut`] when its caller is too slow.
#[derive(Debug)]
pub(crate) struct Stream {
    socket: TcpStream,
    /// The end of the wait for a caller that does not read; `None` while it reads.
    unread: Option<Pin<Box<Sleep>>>,
    /// The end of the wait for the rest of a head; `None` while no head has begun.
    head: Option<Pin<Box<Sleep>>>,
    /// The number of requests before the newest bytes that arrived.
    requests_before: Option<u64>,
    usage: Arc<Usage>,
}

impl Stream {
    pub(crate) fn new(socket: TcpStream, usage: Arc<Usage>) -> Self {
        Self {
            socket,
            unread: None,
            head: None,
            requests_before: None,
            usage,
        }
    }

    /// Waits for bytes that are not there yet, or ends the connection.
    fn wait(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.usage.is_under_way() {
            return Poll::Pending;
        }
        self.usage.rests();
        if self.requests_before == Some(self.usage.requests()) {
            let head = self.head.get_or_insert_with(|| Box::pin(sleep(HEAD)));
            ready!(head.as_mut().poll(context));
            return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
        }
        self.head = None;
        Poll::Pending
    }

    /// Passes the result of a write on, or ends the connection.
    fn written(
        &mut self,
        written: Poll<io::Result<usize>>,
        context: &mut Context<'_>,
    ) -> Poll<io::Result<usize>> {
        if written.is_ready() {
            self.unread = None;
            return written;
        }
        let unread = self.unread.get_or_insert_with(|| Box::pin(sleep(UNREAD)));
        ready!(unread.as_mut().poll(context));
        // Without this the system would keep the rest of the answer, in the hope that the caller reads it.
        self.socket.set_zero_linger()?;
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }
}

impl AsyncRead for Stream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        // Requests wait in the system's buffer until the answers before them are read. The write that waits wakes the
        // task, and the task reads then.
        if self.unread.is_some() {
            return Poll::Pending;
        }
        match Pin::new(&mut self.socket).poll_read(context, buffer) {
            Poll::Pending => self.wait(context),
            Poll::Ready(read) => {
                if self.usage.is_under_way() {
                    return Poll::Ready(read);
                }
                let requests = Some(self.usage.requests());
                if self.requests_before != requests {
                    (self.requests_before, self.head) = (requests, None);
                }
                Poll::Ready(read)
            }
        }
    }
}

impl AsyncWrite for Stream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.socket).poll_write(context, bytes);
        self.written(written, context)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        pieces: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.socket).poll_write_vectored(context, pieces);
        self.written(written, context)
    }

    fn is_write_vectored(&self) -> bool {
        self.socket.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_shutdown(context)
    }
}
