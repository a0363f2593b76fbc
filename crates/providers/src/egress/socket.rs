//! A TCP connection that counts the bytes that are handed to it, and shows from outside whether something waits to be read.
//!
//! The count is below TLS, and proves what no error of an HTTP library does: where nothing was written since a request began, the
//! request has certainly not left.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use rustix::net::{RecvFlags, sockopt};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpStream, ToSocketAddrs};

/// When the system asks whether the other side is still there: after this silence, this often, so many times.
const SILENCE: Duration = Duration::from_secs(15);
const EACH: Duration = Duration::from_secs(5);
const TIMES: u32 = 3;

/// How long bytes may wait for the other side to confirm them, in milliseconds.
#[cfg(target_os = "linux")]
const UNCONFIRMED: u32 = 5_000;

/// The connection itself, which whoever speaks on it has.
#[derive(Debug)]
pub(super) struct Socket(Arc<Watched>);

/// What can be seen of a connection without speaking on it.
#[derive(Debug, Clone)]
pub(super) struct Watch(Arc<Watched>);

/// What waits to be read on a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sight {
    /// Nothing, and it is open.
    Silent,
    Bytes,
    /// Nothing more will come.
    Ended,
}

#[derive(Debug)]
struct Watched {
    stream: TcpStream,
    written: AtomicU64,
}

impl Socket {
    /// Connects to an address.
    ///
    /// # Errors
    /// [`io::Error`] when nobody accepts the connection.
    pub(super) async fn connect(address: impl ToSocketAddrs) -> io::Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        keep_alive(&stream)?;
        Ok(Self(Arc::new(Watched {
            stream,
            written: AtomicU64::new(0),
        })))
    }

    pub(super) fn watch(&self) -> Watch {
        Watch(Arc::clone(&self.0))
    }
}

/// Lets the system notice that the other side has gone without a word, as behind a router that forgets idle connections.
fn keep_alive(stream: &TcpStream) -> io::Result<()> {
    sockopt::set_socket_keepalive(stream, true)?;
    sockopt::set_tcp_keepidle(stream, SILENCE)?;
    sockopt::set_tcp_keepintvl(stream, EACH)?;
    sockopt::set_tcp_keepcnt(stream, TIMES)?;
    #[cfg(target_os = "linux")]
    sockopt::set_tcp_user_timeout(stream, UNCONFIRMED)?;
    Ok(())
}

impl Watch {
    /// Returns how many bytes were handed to the system so far.
    pub(super) fn written(&self) -> u64 {
        self.0.written.load(Ordering::Acquire)
    }

    /// Looks at what waits to be read, and leaves it there.
    pub(super) fn look(&self) -> Sight {
        let flags = RecvFlags::PEEK | RecvFlags::DONTWAIT;
        match rustix::net::recv(&self.0.stream, &mut [0_u8; 1], flags) {
            Err(rustix::io::Errno::AGAIN) => Sight::Silent,
            Ok((1.., _)) => Sight::Bytes,
            _ => Sight::Ended,
        }
    }
}

impl AsyncRead for Socket {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        loop {
            ready!(self.0.stream.poll_read_ready(cx))?;
            match self.0.stream.try_read_buf(buf) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                read => return Poll::Ready(read.map(drop)),
            }
        }
    }
}

impl AsyncWrite for Socket {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.poll_write_vectored(cx, &[IoSlice::new(buf)])
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        loop {
            ready!(self.0.stream.poll_write_ready(cx))?;
            match self.0.stream.try_write_vectored(bufs) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(error) => return Poll::Ready(Err(error)),
                Ok(count) => {
                    self.0.written.fetch_add(count as u64, Ordering::AcqRel);
                    return Poll::Ready(Ok(count));
                }
            }
        }
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        let ended = rustix::net::shutdown(&self.0.stream, rustix::net::Shutdown::Write);
        Poll::Ready(ended.map_err(io::Error::from))
    }
}
