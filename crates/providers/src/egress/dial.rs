//! Connections to vendors, made within [`CONNECT`]: the addresses of the name that are in reach, TCP or a tunnel through the operator's proxy,
//! and TLS.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;
use reqwest::Url;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::ClientConfig;
use tokio_rustls::rustls::pki_types::ServerName;

use super::proxy::Proxy;
use super::reach::{self, Reach};
use super::resolver::{self, Lookup};
use super::socket::{Socket, Watch};
use super::tunnel;
use super::{CONNECT, ExchangeError, cause};

/// The most addresses of a name that are dialled, and the time after which the next is dialled too.
const ADDRESSES: usize = 4;
const NEXT_ADDRESS: Duration = Duration::from_millis(250);

/// A stream that is spoken HTTP over.
pub(super) trait Io: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Io for T {}

/// Makes connections.
#[derive(Clone)]
pub(super) struct Dialler {
    pub(super) reach: Reach,
    pub(super) lookup: Lookup,
    pub(super) tls: Tls,
    /// The proxy of connections to other machines.
    pub(super) proxy: Option<Proxy>,
}

/// How TLS is spoken, by what is offered within it. Both remember the same servers.
#[derive(Clone)]
pub(super) struct Tls {
    pub(super) both: Arc<ClientConfig>,
    pub(super) http1: Arc<ClientConfig>,
}

/// The protocols that are offered to the other side. Without TLS it is HTTP/1.1 alone.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Offer {
    /// HTTP/2, and HTTP/1.1 to those who do not speak it.
    Both,
    Http1,
}

/// A new connection.
pub(super) struct Dialled {
    pub(super) stream: Box<dyn Io>,
    pub(super) watch: Watch,
    /// Whether HTTP/2 is spoken on it.
    pub(super) is_http2: bool,
}

impl Tls {
    pub(super) fn new(config: &ClientConfig) -> Self {
        let offering = |names: &[&[u8]]| {
            let mut config = config.clone();
            config.alpn_protocols = names.iter().map(|name| name.to_vec()).collect();
            Arc::new(config)
        };
        Self {
            both: offering(&[b"h2", b"http/1.1"]),
            http1: offering(&[b"http/1.1"]),
        }
    }

    const fn offering(&self, offer: Offer) -> &Arc<ClientConfig> {
        match offer {
            Offer::Both => &self.both,
            Offer::Http1 => &self.http1,
        }
    }
}

impl Dialler {
    /// Connects to the host of `url`, with TLS where its scheme says so, which agrees on a protocol of the `offer`.
    ///
    /// # Errors
    /// [`ExchangeError`], never [`ExchangeError::NoAnswer`]: no request was written yet.
    pub(super) async fn dial(&self, url: &Url, offer: Offer) -> Result<Dialled, ExchangeError> {
        let dialled = tokio::time::timeout(CONNECT, self.connect(url, offer)).await;
        dialled.unwrap_or(Err(ExchangeError::NotConnected("timeout")))
    }

    async fn connect(&self, url: &Url, offer: Offer) -> Result<Dialled, ExchangeError> {
        let addresses = self.addresses(url).await?;
        let proxy = self.proxy.as_ref().filter(|_| !reach::is_local(url));
        let socket = match (proxy, addresses.first()) {
            (Some(proxy), Some(address)) => tunnel::through(proxy, *address).await?,
            _ => race(&addresses)
                .await
                .map_err(|error| not_connected(&error))?,
        };
        let watch = socket.watch();
        if url.scheme() != "https" {
            return Ok(Dialled {
                stream: Box::new(socket),
                watch,
                is_http2: false,
            });
        }
        let name = ServerName::try_from(reach::host(url).to_owned());
        let name = name.map_err(|_| ExchangeError::Refused)?;
        let connector = TlsConnector::from(Arc::clone(self.tls.offering(offer)));
        let stream = connector.connect(name, socket).await;
        let stream = stream.map_err(|error| not_connected(&error))?;
        let is_http2 = stream.get_ref().1.alpn_protocol() == Some(b"h2");
        Ok(Dialled {
            stream: Box::new(stream),
            watch,
            is_http2,
        })
    }

    /// The addresses of the host of `url` that are in reach.
    async fn addresses(&self, url: &Url) -> Result<Vec<SocketAddr>, ExchangeError> {
        let (host, port) = (reach::host(url), url.port_or_known_default());
        let port = port.unwrap_or_default();
        if let Ok(ip) = host.parse::<IpAddr>() {
            let reached = self.reach.reaches(ip);
            let addresses = reached.then(|| vec![SocketAddr::new(ip, port)]);
            return addresses.ok_or(ExchangeError::Refused);
        }
        let found = resolver::resolve(self.reach, &self.lookup, host).await?;
        let found = found
            .into_iter()
            .map(|found| SocketAddr::new(found.ip(), port));
        Ok(found.collect())
    }
}

/// Connects to whichever address answers first. Each next one is dialled as soon as the one before has failed, or has taken a while.
async fn race(addresses: &[SocketAddr]) -> io::Result<Socket> {
    let mut left = addresses.iter().take(ADDRESSES);
    let mut dialled = FuturesUnordered::new();
    let mut lost = None;
    loop {
        if let Some(address) = left.next() {
            dialled.push(Socket::connect(*address));
        }
        let is_last = left.len() == 0;
        let ended = match is_last {
            true => Some(dialled.next().await),
            false => tokio::time::timeout(NEXT_ADDRESS, dialled.next())
                .await
                .ok(),
        };
        match ended {
            Some(Some(Ok(socket))) => return Ok(socket),
            Some(Some(Err(error))) => lost = Some(error),
            Some(None) => {
                let none = || io::Error::from(io::ErrorKind::NotFound);
                return Err(lost.unwrap_or_else(none));
            }
            None => {} // the next address is due
        }
    }
}

fn not_connected(error: &io::Error) -> ExchangeError {
    ExchangeError::NotConnected(cause::word(error).unwrap_or("no connection"))
}
