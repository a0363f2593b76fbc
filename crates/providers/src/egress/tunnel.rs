//! Requests through the operator's proxy. The proxy is asked for a tunnel to an address, never to a name: names are
//! resolved here, so that [`Reach`] judges the address that is dialled, as it does without a proxy. A tunnel is made for
//! each request.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use http_body_util::{BodyExt as _, Full};
use hyper::body::{Bytes, Incoming};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use reqwest::Url;
use reqwest::header::{self, HeaderMap, HeaderValue};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::ClientConfig;
use tokio_rustls::rustls::pki_types::ServerName;

use super::proxy::Proxy;
use super::reach::Reach;
use super::resolver::{self, Lookup, OutOfReach};
use super::{Answer, CONNECT, ExchangeError, MOST, Request, USER_AGENT, cause, host};

/// The most bytes of the proxy's answer to `CONNECT`.
const MOST_OF_HEAD: usize = 8 * 1024;

/// A stream that is spoken HTTP over.
trait Io: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Io for T {}

/// Sends requests through a proxy.
pub(super) struct Tunnels {
    proxy: Proxy,
    reach: Reach,
    lookup: Lookup,
    tls: Arc<ClientConfig>,
}

impl Tunnels {
    pub(super) fn new(proxy: Proxy, reach: Reach, lookup: Lookup, tls: Arc<ClientConfig>) -> Self {
        Self {
            proxy,
            reach,
            lookup,
            tls,
        }
    }

    /// Sends `request` once, through a tunnel of its own, and reads the answer.
    pub(super) async fn exchange(
        &self,
        request: Request,
        headers: HeaderMap,
    ) -> Result<Answer, ExchangeError> {
        let tunnel = tokio::time::timeout(CONNECT, self.tunnel(&request.url)).await;
        let tunnel = tunnel.map_err(|_| ExchangeError::NotConnected("timeout"))??;
        let (mut sender, connection) = http1::handshake(TokioIo::new(tunnel))
            .await
            .map_err(|_| ExchangeError::NotConnected("no connection"))?;
        let request = wired(request, headers).ok_or(ExchangeError::Refused)?;
        let answered = async {
            let broke = |_| ExchangeError::NoAnswer("the connection broke before an answer");
            read(sender.send_request(request).await.map_err(broke)?).await
        };
        // The connection does its work while the answer is awaited, and ends with it.
        tokio::pin!(connection, answered);
        tokio::select! {
            biased;
            answer = &mut answered => answer,
            _ = &mut connection => answered.await,
        }
    }

    /// A stream to the host of `url`, with TLS where its scheme says so.
    async fn tunnel(&self, url: &Url) -> Result<Box<dyn Io>, ExchangeError> {
        let address = self.address(url).await?;
        let stream = self.connect(address).await?;
        if url.scheme() != "https" {
            return Ok(Box::new(stream));
        }
        let name = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
        let name = ServerName::try_from(name.to_owned()).map_err(|_| ExchangeError::Refused)?;
        let stream = TlsConnector::from(Arc::clone(&self.tls)).connect(name, stream);
        let stream = stream.await.map_err(|error| not_connected(&error))?;
        Ok(Box::new(stream))
    }

    /// The address of the host of `url`, within reach.
    async fn address(&self, url: &Url) -> Result<SocketAddr, ExchangeError> {
        let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
        let port = url.port_or_known_default().unwrap_or_default();
        if let Ok(ip) = host.parse::<IpAddr>() {
            let reached = self.reach.reaches(ip).then(|| SocketAddr::new(ip, port));
            return reached.ok_or(ExchangeError::Refused);
        }
        let found = resolver::resolve(self.reach, &self.lookup, host).await;
        match found {
            Ok(addresses) => addresses
                .first()
                .map(|address| SocketAddr::new(address.ip(), port))
                .ok_or(ExchangeError::NotConnected("dns")),
            Err(error) if error.is::<OutOfReach>() => Err(ExchangeError::Refused),
            Err(_) => Err(ExchangeError::NotConnected("dns")),
        }
    }

    /// A stream through the proxy to `address`.
    async fn connect(&self, address: SocketAddr) -> Result<TcpStream, ExchangeError> {
        let dialled = TcpStream::connect(&self.proxy.authority).await;
        let mut stream =
            dialled.map_err(|_| ExchangeError::NotConnected("proxy: no connection"))?;
        let mut head = format!(
            "CONNECT {address} HTTP/1.1\r\nhost: {address}\r\nuser-agent: {USER_AGENT}\r\n"
        );
        if let Some(authorization) = &self.proxy.authorization {
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
}

fn not_connected(error: &io::Error) -> ExchangeError {
    ExchangeError::NotConnected(cause::word(error).unwrap_or("no connection"))
}

/// Reads the head of the proxy's answer, and not a byte more: its status.
async fn status(stream: &mut TcpStream) -> io::Result<u16> {
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

/// The request as it is written.
fn wired(request: Request, mut headers: HeaderMap) -> Option<hyper::Request<Full<Bytes>>> {
    let own = HeaderValue::try_from(host(&request.url)).ok()?;
    headers.entry(header::HOST).or_insert(own);
    let agent = HeaderValue::from_static(USER_AGENT);
    headers.entry(header::USER_AGENT).or_insert(agent);
    let target = &request.url[url::Position::BeforePath..url::Position::AfterQuery];
    let mut wired = hyper::Request::builder()
        .method(request.method)
        .uri(target)
        .body(Full::new(Bytes::from(request.body)))
        .ok()?;
    *wired.headers_mut() = headers;
    Some(wired)
}

async fn read(response: hyper::Response<Incoming>) -> Result<Answer, ExchangeError> {
    let (parts, mut incoming) = response.into_parts();
    let headers = super::texts(&parts.headers);
    let mut body = Vec::new();
    while let Some(frame) = incoming.frame().await {
        let frame = frame.map_err(|_| ExchangeError::NoAnswer("the answer broke off"))?;
        let Ok(data) = frame.into_data() else {
            continue; // trailers
        };
        if body.len() + data.len() > MOST {
            return Err(ExchangeError::NoAnswer("the answer was too long"));
        }
        body.extend_from_slice(&data);
    }
    Ok(Answer::new(parts.status.as_u16(), headers, body))
}
