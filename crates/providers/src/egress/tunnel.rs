//! Connections through the operator's proxy. The proxy is asked for a tunnel to an address, never to a name: names are
//! resolved here, so that [`Reach`](super::Reach) judges the address that is dialled, as it does without a proxy.

use std::io;
use std::net::SocketAddr;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use super::proxy::Proxy;
use super::socket::Socket;
use super::{ExchangeError, USER_AGENT};

/// The most bytes of the proxy's answer to `CONNECT`.
const MOST_OF_HEAD: usize = 8 * 1024;

/// A connection through the proxy to `address`.
pub(super) async fn through(proxy: &Proxy, address: SocketAddr) -> Result<Socket, ExchangeError> {
    let dialled = Socket::connect(&proxy.authority).await;
    let mut stream = dialled.map_err(|_| ExchangeError::NotConnected("proxy: no connection"))?;
    let mut head =
        format!("CONNECT {address} HTTP/1.1\r\nhost: {address}\r\nuser-agent: {USER_AGENT}\r\n");
    if let Some(authorization) = &proxy.authorization {
        head += &format!("proxy-authorization: {authorization}\r\n");
    }
    head += "\r\n";
    let broke = |_| ExchangeError::NotConnected("proxy: no answer");
    stream.write_all(head.as_bytes()).await.map_err(broke)?;
    match status(&mut stream).await.map_err(broke)? {
        200..=299 => Ok(stream),
        407 => Err(ExchangeError::NotConnected(
            "proxy: it wants another password",
        )),
        403 => Err(ExchangeError::NotConnected(
            "proxy: it refuses this address",
        )),
        _ => Err(ExchangeError::NotConnected("proxy: it made no tunnel")),
    }
}

/// Reads the head of the proxy's answer, and not a byte more: its status.
async fn status(stream: &mut Socket) -> io::Result<u16> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        if head.len() >= MOST_OF_HEAD {
            return Err(io::ErrorKind::InvalidData.into());
        }
        head.push(stream.read_u8().await?);
    }
    let line = head
        .strip_prefix(b"HTTP/1.")
        .and_then(|rest| rest.get(2..5));
    let digits = line.and_then(|digits| std::str::from_utf8(digits).ok()?.parse().ok());
    digits.ok_or_else(|| io::ErrorKind::InvalidData.into())
}
