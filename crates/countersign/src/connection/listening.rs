//! The socket that listens, and the options that its connections inherit.

use std::io;
use std::net::SocketAddr;

use tokio::net::{TcpListener, TcpSocket};

/// How many connections may wait to be accepted, as far as the system allows. SDKs make one per send, and
/// one that finds the queue full tries again after a second: tokio's own 128 are less than a burst.
const BACKLOG: u32 = 4096;

/// The bytes that the system keeps of answers that a caller has not read yet, per connection. Linux keeps twice as much;
/// left alone, it keeps megabytes. Half of this is one segment of a loopback connection: a caller on the same machine then
/// acknowledges each by itself, after 40 ms, and reads 1.6 MB a second.
const SEND_BUFFER: u32 = 64 * 1024;

/// The bytes that the system keeps of requests that the service has not read yet, in the same way.
const RECEIVE_BUFFER: u32 = 32 * 1024;

/// Listens on `address`.
///
/// # Errors
/// When it cannot be had.
pub fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = match address {
        SocketAddr::V4(_) => TcpSocket::new_v4()?,
        SocketAddr::V6(_) => TcpSocket::new_v6()?,
    };
    // Elsewhere than on Windows this means: at once after a predecessor. There: beside it.
    #[cfg(not(windows))]
    socket.set_reuseaddr(true)?;
    socket.set_send_buffer_size(SEND_BUFFER)?;
    socket.set_recv_buffer_size(RECEIVE_BUFFER)?;
    end_unread(&socket)?;
    socket.bind(address)?;
    socket.listen(BACKLOG)
}

/// Lets the system end a connection whose caller does not read, also after the service has written the whole answer, or
/// closed the connection.
#[cfg(target_os = "linux")]
fn end_unread(socket: &TcpSocket) -> io::Result<()> {
    let millis = u32::try_from(super::UNREAD.as_millis()).unwrap_or(u32::MAX);
    Ok(rustix::net::sockopt::set_tcp_user_timeout(socket, millis)?)
}

/// Other systems have no such option.
#[cfg(not(target_os = "linux"))]
fn end_unread(_: &TcpSocket) -> io::Result<()> {
    Ok(())
}
