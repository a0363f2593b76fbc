//! The way out to vendors: HTTP requests that leave once, and only for hosts in reach.
//!
//! | rule | how it is kept |
//! |---|---|
//! | destination | [`Reach`] judges the address that is dialled, so a name that resolves anew in between gains nothing; a proxy is asked for that address |
//! | once | no redirect is followed, and no request repeated |
//! | size | at most [`MOST`] bytes of an answer are read |
//! | time | connecting takes [`CONNECT`] at most, because a failure there is certain; the caller bounds the rest |
//! | name | requests say `user-agent: countersign/VERSION`, unless they have a `user-agent` of their own |
//! | trust | certificates are always checked, against the roots of the operating system |

mod cause;
mod charset;
mod proxy;
mod reach;
mod resolver;
mod tunnel;

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use countersign_core::ports::provider::Credentials;
use countersign_core::send::outcome::{NotAccepted, Outcome, RefusalKind};
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use reqwest::{Client, ClientBuilder, Method, Response, Url, redirect, retry};
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

pub use self::proxy::{InvalidProxy, Proxy};
pub use self::reach::{InvalidUrl, Reach};
use self::resolver::{Lookup, Resolver, is_out_of_reach};
use self::tunnel::Tunnels;

/// The most bytes that are read of an answer.
pub const MOST: usize = 64 * 1024;

/// How long connecting may take: name resolution, TCP and TLS together.
pub const CONNECT: Duration = Duration::from_millis(2_500);

/// How long an idle connection is kept for the next message. Servers close idle connections after two seconds at the
/// earliest, many after five. A request that is written while the server closes is lost, and its outcome unknown.
const IDLE: Duration = Duration::from_secs(1);

/// The name under which requests leave: some web application firewalls refuse requests without one.
pub(crate) const USER_AGENT: &str = concat!("countersign/", env!("CARGO_PKG_VERSION"));

/// The words for a request that may not go where it should.
const OUT_OF_REACH: &str = "the endpoint is out of reach";

/// The error for a machine that trusts nobody's certificates.
#[derive(Debug, Clone, Copy, thiserror::Error)]
#[error("the operating system has no certificates to trust")]
pub struct NoTrust;

/// Sends requests to vendors.
#[derive(Clone)]
pub struct Egress {
    client: Client,
    reach: Reach,
    tunnels: Option<Arc<Tunnels>>,
}

/// A request to a vendor.
#[derive(Clone)]
pub struct Request {
    /// `GET`, `POST`, ...
    pub method: Method,
    /// The URL, which must be in reach.
    pub url: Url,
    /// The names and values of the headers.
    pub headers: Vec<(String, String)>,
    /// The body, byte for byte as it was signed.
    pub body: Vec<u8>,
}

/// A vendor's answer.
#[derive(Clone)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The headers whose values are text, with names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body, whole, as UTF-8 whatever its charset was.
    pub body: Vec<u8>,
}

/// Why there is no answer. It holds nothing of the request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExchangeError {
    /// The request cannot be made, or its host is out of reach: nothing left.
    Refused,
    /// No connection was made: nothing left. The words say why, such as `dns` or `refused`.
    NotConnected(&'static str),
    /// The request may have arrived. The words say why there is no answer.
    NoAnswer(&'static str),
}

impl ExchangeError {
    /// The outcome of a message whose request ended so.
    #[must_use]
    pub fn outcome(self) -> Outcome {
        match self {
            ExchangeError::Refused => Outcome::NotAccepted(NotAccepted {
                kind: RefusalKind::ConfigError,
                vendor_code: Some(OUT_OF_REACH.to_owned()),
                retry_after: None,
            }),
            ExchangeError::NotConnected(cause) => Outcome::NotAccepted(NotAccepted {
                kind: RefusalKind::Unreachable,
                vendor_code: Some(cause.to_owned()),
                retry_after: None,
            }),
            ExchangeError::NoAnswer(cause) => Outcome::Unknown {
                cause: cause.to_owned(),
            },
        }
    }
}

impl ExchangeError {
    /// What this says about credentials that a vendor was asked about: nothing.
    #[must_use]
    pub(crate) fn credentials(self) -> Credentials {
        Credentials::Unclear(self.to_string())
    }
}

/// Writes the cause in a few words.
impl std::fmt::Display for ExchangeError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            ExchangeError::Refused => OUT_OF_REACH,
            ExchangeError::NotConnected(cause) | ExchangeError::NoAnswer(cause) => cause,
        })
    }
}

impl Answer {
    /// The answer with this status, these headers (names in lower case) and this body as it came, whose charset is read
    /// from them.
    #[must_use]
    pub fn new(status: u16, headers: Vec<(String, String)>, body: Vec<u8>) -> Self {
        let mut answer = Self {
            status,
            headers,
            body: Vec::new(),
        };
        answer.body = charset::to_utf8(answer.header("content-type"), body);
        answer
    }

    /// The header with this name (in lower case), if it is there.
    fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(held, _)| held == name);
        found.map(|(_, value)| value.as_str())
    }
}

impl std::fmt::Debug for Egress {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Egress")
            .field("reach", &self.reach)
            .finish_non_exhaustive()
    }
}

impl Egress {
    /// A way out that goes as far as `reach`.
    ///
    /// # Errors
    /// When the HTTP client cannot be set up.
    pub fn new(reach: Reach) -> Result<Self, reqwest::Error> {
        Self::with(reach, resolver::system(), Client::builder())
    }

    fn with(reach: Reach, lookup: Lookup, client: ClientBuilder) -> Result<Self, reqwest::Error> {
        let client = client
            .user_agent(USER_AGENT)
            .no_proxy()
            .redirect(redirect::Policy::none())
            .retry(retry::never())
            .connect_timeout(CONNECT)
            .pool_idle_timeout(IDLE)
            .dns_resolver(Arc::new(Resolver { reach, lookup }))
            .build()?;
        Ok(Self {
            client,
            reach,
            tunnels: None,
        })
    }

    /// The same way out through a proxy. Requests to this machine go straight.
    ///
    /// # Errors
    /// When the operating system has no certificates to trust.
    pub fn through(self, proxy: Proxy) -> Result<Self, NoTrust> {
        let mut roots = RootCertStore::empty();
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        match roots.is_empty() {
            true => Err(NoTrust),
            false => self.through_trusting(proxy, resolver::system(), roots),
        }
    }

    fn through_trusting(
        mut self,
        proxy: Proxy,
        lookup: Lookup,
        roots: RootCertStore,
    ) -> Result<Self, NoTrust> {
        let provider = Arc::new(aws_lc_rs::default_provider());
        let tls = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|_| NoTrust)?
            .with_root_certificates(roots)
            .with_no_client_auth();
        let tunnels = Tunnels::new(proxy, self.reach, lookup, Arc::new(tls));
        self.tunnels = Some(Arc::new(tunnels));
        Ok(self)
    }

    /// How far requests may go.
    #[must_use]
    pub fn reach(&self) -> Reach {
        self.reach
    }

    /// Connects to the host of `url` as a request would, and asks it for nothing: a `HEAD` of its root. Any answer shows
    /// that the host is reached.
    ///
    /// # Errors
    /// [`ExchangeError`], which tells how far the request got.
    pub async fn knock(&self, url: &Url) -> Result<(), ExchangeError> {
        let mut url = url.clone();
        url.set_path("/");
        url.set_query(None);
        let request = Request {
            method: Method::HEAD,
            url,
            headers: Vec::new(),
            body: Vec::new(),
        };
        self.exchange(request).await.map(drop)
    }

    /// Sends `request` once and reads the answer.
    ///
    /// # Errors
    /// [`ExchangeError`], which tells whether the request may have arrived.
    pub async fn exchange(&self, request: Request) -> Result<Answer, ExchangeError> {
        self.reach
            .check(&request.url)
            .map_err(|_| ExchangeError::Refused)?;
        let headers = headers(&request.headers).ok_or(ExchangeError::Refused)?;
        if let Some(tunnels) = self.tunnels.as_ref().filter(|_| !is_local(&request.url)) {
            return tunnels.exchange(request, headers).await;
        }
        let sent = self
            .client
            .request(request.method, request.url)
            .headers(headers)
            .body(request.body)
            .send();
        read(sent.await.map_err(|error| exchange_error(&error))?).await
    }
}

/// The value of the header `Host` for requests to `url`, as it is signed: with the port, unless that is the scheme's own.
pub(crate) fn host(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    match url.port() {
        Some(port) => format!("{host}:{port}"),
        None => host.to_owned(),
    }
}

fn headers(named: &[(String, String)]) -> Option<HeaderMap> {
    let mut headers = HeaderMap::with_capacity(named.len());
    for (name, value) in named {
        let name = HeaderName::try_from(name.as_str()).ok()?;
        headers.append(name, HeaderValue::try_from(value.as_str()).ok()?);
    }
    Some(headers)
}

/// Classifies a failed request. A connect error is certain: it comes before the first byte of the request is written.
/// A request that meets a closed connection before it is written connects anew.
fn exchange_error(error: &reqwest::Error) -> ExchangeError {
    if error.is_builder() || is_out_of_reach(error) {
        ExchangeError::Refused
    } else if error.is_connect() {
        ExchangeError::NotConnected(cause::of(error))
    } else {
        ExchangeError::NoAnswer("the connection broke before an answer")
    }
}

/// Whether a URL is of this machine.
fn is_local(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
    let literal = host.parse::<IpAddr>().ok();
    reach::is_localhost(host) || literal.is_some_and(|ip| ip.to_canonical().is_loopback())
}

/// The headers whose values are text.
fn texts(headers: &HeaderMap) -> Vec<(String, String)> {
    let text = |value: &HeaderValue| value.to_str().ok().map(str::to_owned);
    let texts = headers
        .iter()
        .filter_map(|(name, value)| Some((name.as_str().to_owned(), text(value)?)));
    texts.collect()
}

async fn read(mut response: Response) -> Result<Answer, ExchangeError> {
    let (status, headers) = (response.status().as_u16(), texts(response.headers()));
    let mut body = Vec::new();
    loop {
        match response.chunk().await {
            Ok(Some(chunk)) if body.len() + chunk.len() <= MOST => body.extend_from_slice(&chunk),
            Ok(Some(_)) => return Err(ExchangeError::NoAnswer("the answer was too long")),
            Ok(None) => return Ok(Answer::new(status, headers, body)),
            Err(_) => return Err(ExchangeError::NoAnswer("the answer broke off")),
        }
    }
}

impl std::fmt::Debug for Request {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Request")
            .field("method", &self.method)
            .finish_non_exhaustive()
    }
}

impl std::fmt::Debug for Answer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Answer")
            .field("status", &self.status)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
#[cfg(test)]
mod tls_tests;
#[cfg(test)]
mod tunnel_tests;
