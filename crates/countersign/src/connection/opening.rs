//! The beginning of a connection, before its first request: the header of a proxy, and the handshake of TLS.

use std::io;
use std::net::IpAddr;

use countersign_core::network::Networks;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;

use super::places::Place;
use super::socket::Socket;
use super::{HEAD, proxy_header};

/// How the connections of a door begin.
#[derive(Clone, Default)]
pub struct Opening {
    /// The proxies whose connections may begin with a header of the PROXY protocol. A connection without one is the proxy's
    /// own, such as a health check, or one of a command line on its machine.
    pub heralds: Networks,
    /// Speaks TLS; `None` for a door in clear.
    pub tls: Option<TlsAcceptor>,
}

impl std::fmt::Debug for Opening {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Opening")
            .field("heralds", &self.heralds)
            .field("tls", &self.tls.is_some())
            .finish()
    }
}

impl Opening {
    /// Makes a connection from `peer` ready for requests. Returns the address at its other end too: the one in the
    /// header, where a proxy begins with a header, whose caller then has the place.
    ///
    /// # Errors
    /// When header or handshake are wrong, or both together take longer than the head of a request may; when the caller
    /// has no place left.
    pub(super) async fn open(
        &self,
        connection: TcpStream,
        peer: IpAddr,
        place: &Place,
    ) -> io::Result<(Socket, IpAddr)> {
        if self.tls.is_none() && !self.heralds.contain(peer) {
            return Ok((Socket::Plain(connection), peer));
        }
        timeout(HEAD, self.begin(connection, peer, place)).await?
    }

    async fn begin(
        &self,
        mut connection: TcpStream,
        peer: IpAddr,
        place: &Place,
    ) -> io::Result<(Socket, IpAddr)> {
        let source = self.source(&mut connection, peer).await?;
        if source != peer && !place.is_taken_by(source) {
            return Err(io::Error::other("a connection too many of one caller"));
        }
        let socket = match &self.tls {
            Some(tls) => Socket::Tls(Box::new(tls.accept(connection).await?)),
            None => Socket::Plain(connection),
        };
        Ok((socket, source))
    }

    async fn source(&self, connection: &mut TcpStream, peer: IpAddr) -> io::Result<IpAddr> {
        let is_announced = self.heralds.contain(peer) && proxy_header::begins(connection).await?;
        let named = match is_announced {
            true => proxy_header::read(connection).await?,
            false => None,
        };
        Ok(named.unwrap_or(peer))
    }
}
