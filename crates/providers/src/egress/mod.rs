//! The way out to vendors: HTTP requests that leave once, and only for hosts in reach.
//!
//! | rule | how it is kept |
//! |---|---|
//! | destination | [`Reach`] judges the address that is dialled, so a name that resolves anew in between gains nothing; a proxy is asked for that address |
//! | once | no redirect is followed; a request is repeated only where the vendor has certainly not processed it, once, on a new connection |
//! | size | at most [`MOST`] bytes of an answer are read |
//! | time | connecting takes [`CONNECT`] at most, because a failure there is certain; the caller bounds the rest |
//! | name | requests say `user-agent: countersign/VERSION`, unless they have a `user-agent` of their own |
//! | trust | certificates are always checked, against the roots of the operating system |

mod cause;
mod charset;
mod dial;
mod http1;
mod http2;
mod pool;
mod proxy;
mod reach;
mod resolver;
mod socket;
mod tunnel;

use std::sync::Arc;
use std::time::Duration;

use countersign_core::ports::provider::Credentials;
use countersign_core::send::outcome::{NotAccepted, Outcome, RefusalKind};
use hyper::body::Bytes;
use reqwest::header::{self, HeaderMap, HeaderName, HeaderValue};
use reqwest::{Method, Url};
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

use self::dial::{Dialler, Tls};
use self::pool::{Connection, Place, Pool};
pub use self::proxy::{InvalidProxy, Proxy};
pub use self::reach::{InvalidUrl, Reach};
use self::resolver::Lookup;

/// The most bytes that are read of an answer.
pub const MOST: usize = 64 * 1024;

/// How long connecting may take: name resolution, TCP and TLS together.
pub const CONNECT: Duration = Duration::from_millis(2_500);

/// The name under which requests leave: some web application firewalls refuse requests without one.
pub(crate) const USER_AGENT: &str = concat!("countersign/", env!("CARGO_PKG_VERSION"));

/// The words for a request that may not go where it should.
const OUT_OF_REACH: &str = "the endpoint is out of reach";

/// The words for a request that a vendor refuses to look at, which HTTP/2 calls `REFUSED_STREAM`.
const NOT_PROCESSED: &str = "the vendor refused the request unread";

/// How long a request that was refused unread waits before it is sent once more, and those who wait for a connection before one is dialled
/// again.
const PAUSE: Duration = Duration::from_millis(100);

/// The error for a machine that trusts nobody's certificates.
#[derive(Debug, Clone, Copy, thiserror::Error)]
#[error("the operating system has no certificates to trust")]
pub struct NoTrust;

/// Sends requests to vendors.
#[derive(Clone)]
pub struct Egress {
    dialler: Arc<Dialler>,
    /// The connections that are kept.
    pool: Arc<Pool>,
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
    /// The vendor was reached, and has twice refused to look at the request.
    NotProcessed,
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
            ExchangeError::NotProcessed => Outcome::NotAccepted(NotAccepted {
                kind: RefusalKind::Throttled,
                vendor_code: Some(NOT_PROCESSED.to_owned()),
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
            ExchangeError::NotProcessed => NOT_PROCESSED,
            ExchangeError::NotConnected(cause) | ExchangeError::NoAnswer(cause) => cause,
        })
    }
}

impl Answer {
    /// The answer with this status and this body as it came, whose charset is read from its type.
    #[must_use]
    pub fn new(status: u16, content_type: Option<&str>, body: Vec<u8>) -> Self {
        Self {
            status,
            body: charset::to_utf8(content_type, body),
        }
    }

    /// The answer with this head, and this body as it came.
    fn of<B>(answered: &hyper::Response<B>, body: Vec<u8>) -> Self {
        let content_type = answered.headers().get(header::CONTENT_TYPE);
        let content_type = content_type.and_then(|value| value.to_str().ok());
        Self::new(answered.status().as_u16(), content_type, body)
    }
}

impl std::fmt::Debug for Egress {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Egress")
            .field("reach", &self.dialler.reach)
            .finish_non_exhaustive()
    }
}

impl Egress {
    /// A way out that goes as far as `reach`.
    ///
    /// # Errors
    /// When the operating system has no certificates to trust.
    pub fn new(reach: Reach) -> Result<Self, NoTrust> {
        let mut roots = RootCertStore::empty();
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        match roots.is_empty() {
            true => Err(NoTrust),
            false => Self::with(reach, resolver::system(), roots),
        }
    }

    fn with(reach: Reach, lookup: Lookup, roots: RootCertStore) -> Result<Self, NoTrust> {
        let provider = Arc::new(aws_lc_rs::default_provider());
        let tls = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|_| NoTrust)?
            .with_root_certificates(roots)
            .with_no_client_auth();
        let dialler = Dialler {
            reach,
            lookup,
            tls: Tls::new(&tls),
            proxy: None,
        };
        Ok(Self {
            dialler: Arc::new(dialler),
            pool: Arc::default(),
        })
    }

    /// The same way out through a proxy. Requests to this machine go straight.
    #[must_use]
    pub fn through(self, proxy: Proxy) -> Self {
        let dialler = Dialler {
            proxy: Some(proxy),
            ..Dialler::clone(&self.dialler)
        };
        Self {
            dialler: Arc::new(dialler),
            ..self
        }
    }

    /// The same way out with connections of its own, which nobody else uses.
    #[must_use]
    pub(crate) fn apart(&self) -> Self {
        Self {
            dialler: Arc::clone(&self.dialler),
            pool: Arc::default(),
        }
    }

    /// How far requests may go.
    #[must_use]
    pub fn reach(&self) -> Reach {
        self.dialler.reach
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
        let reached = self.dialler.reach.check(&request.url);
        reached.map_err(|_| ExchangeError::Refused)?;
        let request = Prepared::of(request).ok_or(ExchangeError::Refused)?;
        let place = self.pool.place(&request.url);
        let connection = place.connection(&self.dialler, &request.url).await?;
        match once(&place, connection, &request).await {
            Err(Lost::NotSent) => {} // the other side has closed the connection meanwhile
            Err(Lost::Refused) => tokio::time::sleep(PAUSE).await,
            ended => return ended.map_err(ExchangeError::from),
        }
        let connection = place.fresh(&self.dialler, &request.url).await?;
        Ok(once(&place, connection, &request).await?)
    }

    /// Connects to the host of `url` in the background, unless a connection is kept or being made. A request that is to follow soon
    /// finds it.
    pub fn warm(&self, url: &Url) {
        if self.dialler.reach.check(url).is_ok() {
            self.pool.place(url).warm(&self.dialler, url);
        }
    }
}

/// Sends `request` on `connection`, which is kept where it may be used again.
async fn once(
    place: &Arc<Place>,
    connection: Connection,
    request: &Prepared,
) -> Result<Answer, Lost> {
    match connection {
        Connection::Http1(connection) => {
            let (answer, again) = connection.exchange(request).await?;
            if let Some(again) = again {
                place.keep(again);
            }
            Ok(answer)
        }
        Connection::Http2(stream) => {
            let answered = stream.exchange(request).await;
            if matches!(answered, Err(Lost::WantsHttp1)) {
                place.speak_http1();
            }
            place.freed();
            answered
        }
    }
}

/// Why a connection has no answer to a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Lost {
    /// The vendor has not processed the request, and its connection takes no other.
    NotSent,
    /// The vendor has refused the request before it looked at it.
    Refused,
    /// The vendor answers such requests over HTTP/1.1 only. The request has arrived, perhaps with more consequences than this.
    WantsHttp1,
    /// The request may have arrived.
    Perhaps(&'static str),
}

impl From<Lost> for ExchangeError {
    fn from(lost: Lost) -> Self {
        match lost {
            Lost::NotSent => ExchangeError::NotConnected("closed at once"),
            Lost::Refused => ExchangeError::NotProcessed,
            Lost::WantsHttp1 => ExchangeError::NoAnswer("the vendor wants HTTP/1.1"),
            Lost::Perhaps(cause) => ExchangeError::NoAnswer(cause),
        }
    }
}

/// A request that can be written.
struct Prepared {
    method: Method,
    url: Url,
    headers: HeaderMap,
    body: Bytes,
}

impl Prepared {
    /// Reads the headers of `request`, and adds its host, our name and that any answer will do. `None` where a header cannot be written.
    fn of(request: Request) -> Option<Self> {
        let mut headers = HeaderMap::with_capacity(request.headers.len() + 2);
        for (name, value) in &request.headers {
            let name = HeaderName::try_from(name.as_str()).ok()?;
            headers.append(name, HeaderValue::try_from(value.as_str()).ok()?);
        }
        let own = HeaderValue::try_from(host(&request.url)).ok()?;
        headers.entry(header::HOST).or_insert(own);
        let agent = HeaderValue::from_static(USER_AGENT);
        headers.entry(header::USER_AGENT).or_insert(agent);
        let anything = HeaderValue::from_static("*/*");
        headers.entry(header::ACCEPT).or_insert(anything);
        Some(Self {
            method: request.method,
            url: request.url,
            headers,
            body: Bytes::from(request.body),
        })
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
mod http2_tests;
#[cfg(test)]
mod kept_tests;
#[cfg(test)]
mod pool_tests;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod tls_tests;
#[cfg(test)]
mod tunnel_tests;
