//! The bytes of one connection. A caller that does not read its answer is not read from, and loses the connection after
//! [`UNREAD`]; a caller that begins a head and does not end it loses the connection after [`HEAD`]. A head that is no
//! HTTP is refused in the words of [`Refusals`].

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Sleep, sleep};

use super::refusal::{self, Refusals, Refused};
use super::socket::Socket;
use super::usage::Usage;
use super::{HEAD, UNREAD};

/// A connection that ends with [`io::ErrorKind::TimedOut`] when its caller is too slow.
#[derive(Debug)]
pub(crate) struct Stream {
    socket: Socket,
    /// The end of the wait for a caller that does not read; `None` while it reads.
    unread: Option<Pin<Box<Sleep>>>,
    /// The end of the wait for the rest of a head; `None` while no head has begun.
    head: Option<Pin<Box<Sleep>>>,
    /// The number of requests before the newest bytes that arrived.
    requests_before: Option<u64>,
    /// The kind of request that the head begins, should it be refused.
    refused: Refused,
    refusals: Refusals,
    /// The bytes of a refusal that are still to be written.
    refusal: Option<Vec<u8>>,
    usage: Arc<Usage>,
}

impl Stream {
    pub(super) fn new(socket: Socket, refusals: Refusals, usage: Arc<Usage>) -> Self {
        Self {
            socket,
            unread: None,
            head: None,
            requests_before: None,
            refused: Refused::Other,
            refusals,
            refusal: None,
            usage,
        }
    }

    /// Waits for bytes that are not there yet, or ends the connection.
    fn wait(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.usage.is_under_way() {
            return Poll::Pending;
        }
        self.usage.rests();
        if self.is_within_a_head() {
            let head = self.head.get_or_insert_with(|| Box::pin(sleep(HEAD)));
            ready!(head.as_mut().poll(context));
            return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
        }
        self.head = None;
        Poll::Pending
    }

    /// Whether a head has begun and is not complete.
    fn is_within_a_head(&self) -> bool {
        !self.usage.is_under_way() && self.requests_before == Some(self.usage.requests())
    }

    /// Notes bytes that arrived between two requests.
    fn arrived(&mut self, bytes: &[u8]) {
        if !self.is_within_a_head() {
            self.requests_before = Some(self.usage.requests());
            self.head = None;
            self.refused = refusal::refused(bytes);
        }
    }

    /// Writes a refusal of our own where the HTTP library begins one with `first`; `None` where it does not.
    fn refuse(&mut self, first: &[u8], context: &mut Context<'_>) -> Option<Poll<io::Result<()>>> {
        if self.refusal.is_none() && self.is_within_a_head() {
            self.refusal = self.refusals.instead_of(first, self.refused);
        }
        let mut rest = self.refusal.take()?;
        while !rest.is_empty() {
            let written = Pin::new(&mut self.socket).poll_write(context, &rest);
            match self.in_time(written, context) {
                Poll::Ready(Ok(count)) => drop(rest.drain(..count)),
                Poll::Ready(Err(error)) => return Some(Poll::Ready(Err(error))),
                Poll::Pending => {
                    self.refusal = Some(rest);
                    return Some(Poll::Pending);
                }
            }
        }
        Some(Poll::Ready(Ok(())))
    }

    /// Passes the result of a write on, or ends the connection. Within TLS a flush and the end of the connection write too.
    fn in_time<T>(
        &mut self,
        written: Poll<io::Result<T>>,
        context: &mut Context<'_>,
    ) -> Poll<io::Result<T>> {
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
        let before = buffer.filled().len();
        let read = Pin::new(&mut self.socket).poll_read(context, buffer);
        if read.is_pending() {
            return self.wait(context);
        }
        if !self.usage.is_under_way() {
            self.arrived(buffer.filled().get(before..).unwrap_or_default());
        }
        read
    }
}

impl AsyncWrite for Stream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        if let Some(refused) = self.refuse(bytes, context) {
            return refused.map_ok(|()| bytes.len());
        }
        let written = Pin::new(&mut self.socket).poll_write(context, bytes);
        self.in_time(written, context)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        pieces: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let first = pieces.first().map(|piece| &**piece).unwrap_or_default();
        if let Some(refused) = self.refuse(first, context) {
            return refused.map_ok(|()| pieces.iter().map(|piece| piece.len()).sum());
        }
        let written = Pin::new(&mut self.socket).poll_write_vectored(context, pieces);
        self.in_time(written, context)
    }

    fn is_write_vectored(&self) -> bool {
        self.socket.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let flushed = Pin::new(&mut self.socket).poll_flush(context);
        self.in_time(flushed, context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let shut = Pin::new(&mut self.socket).poll_shutdown(context);
        self.in_time(shut, context)
    }
}
