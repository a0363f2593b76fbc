//! The way out to vendors: HTTP requests that reach no place they must not, once each.
//!
//! | what | how |
//! |---|---|
//! | where to | by [`Reach`], judged on the address that is dialled: a name that resolves to another address in between gains nothing |
//! | how often | once: no redirect is followed, no request repeated |
//! | how much | an answer of at most [`MOST`] bytes is read |
//! | how long | connecting takes [`CONNECT`] at most, because a failure there is certain; the caller bounds the rest |
//! | whom to trust | whom the operating system trusts; certificates are always checked |

mod reach;
mod resolver;

use std::sync::Arc;
use std::time::Duration;

use countersign_core::send::outcome::{NotAccepted, Outcome, RefusalKind};
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use reqwest::{Client, ClientBuilder, Method, Response, Url, redirect, retry};

pub use self::reach::{InvalidUrl, Reach};
use self::resolver::{Lookup, Resolver, is_out_of_reach};

/// The most that is read of an answer.
pub const MOST: usize = 64 * 1024;

/// How long connecting may take, with all that belongs to it: name, TCP, TLS.
pub const CONNECT: Duration = Duration::from_millis(2_500);

/// How long a connection is kept for the next message. Servers close theirs after two seconds at the earliest, many
/// after five: what is written to one that is being closed is lost, and nobody knows whether it was read.
const IDLE: Duration = Duration::from_secs(1);

/// Sends requests to vendors.
#[derive(Debug, Clone)]
pub struct Egress {
    client: Client,
    reach: Reach,
}

/// A request to a vendor.
#[derive(Clone)]
pub struct Request {
    /// `GET`, `POST`, ...
    pub method: Method,
    /// Where to.
    pub url: Url,
    /// Names and values.
    pub headers: Vec<(String, String)>,
    /// The body, byte by byte as it was signed.
    pub body: Vec<u8>,
}

/// A vendor's answer.
#[derive(Clone)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// Names in lower case, and values that are text.
    pub headers: Vec<(String, String)>,
    /// The body, whole.
    pub body: Vec<u8>,
}

/// Why there is no answer. What was said to the vendor is never part of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lost {
    /// The request cannot be made or may not go there: nothing was said.
    Refused,
    /// No connection was made: nothing was said.
    NotConnected,
    /// The request may have arrived. Why there is no answer to it, in a few words.
    NoAnswer(&'static str),
}

impl Lost {
    /// What it means for a message.
    #[must_use]
    pub fn outcome(self) -> Outcome {
        match self {
            Lost::Refused => Outcome::NotAccepted(NotAccepted {
                kind: RefusalKind::ConfigError,
                vendor_code: Some("the endpoint is out of reach".to_owned()),
            }),
            Lost::NotConnected => Outcome::not_accepted(RefusalKind::Unreachable),
            Lost::NoAnswer(cause) => Outcome::Unknown {
                cause: cause.to_owned(),
            },
        }
    }
}

impl Egress {
    /// A way out as far as `reach`.
    ///
    /// # Errors
    /// When the HTTP client cannot be set up.
    pub fn new(reach: Reach) -> Result<Self, reqwest::Error> {
        Self::with(reach, resolver::system(), Client::builder())
    }

    fn with(reach: Reach, lookup: Lookup, client: ClientBuilder) -> Result<Self, reqwest::Error> {
        let client = client
            .no_proxy()
            .redirect(redirect::Policy::none())
            .retry(retry::never())
            .connect_timeout(CONNECT)
            .pool_idle_timeout(IDLE)
            .dns_resolver(Arc::new(Resolver { reach, lookup }))
            .build()?;
        Ok(Self { client, reach })
    }

    /// How far requests may go.
    #[must_use]
    pub fn reach(&self) -> Reach {
        self.reach
    }

    /// Sends `request` once, and reads the answer.
    ///
    /// # Errors
    /// [`Lost`], which says whether the vendor may have heard of it.
    pub async fn exchange(&self, request: Request) -> Result<Answer, Lost> {
        self.reach.check(&request.url).map_err(|_| Lost::Refused)?;
        let headers = headers(&request.headers).ok_or(Lost::Refused)?;
        let sent = self
            .client
            .request(request.method, request.url)
            .headers(headers)
            .body(request.body)
            .send();
        read(sent.await.map_err(|error| lost(&error))?).await
    }
}

/// The header `Host` of requests to `url`, where it is signed: with the port, unless that is the scheme's own.
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

/// What a request without an answer came to. An error of connecting is certain: it comes before the first byte of
/// the request is written, and a request that met a closed connection unread is given back and connects anew.
fn lost(error: &reqwest::Error) -> Lost {
    if error.is_builder() || is_out_of_reach(error) {
        Lost::Refused
    } else if error.is_connect() {
        Lost::NotConnected
    } else {
        Lost::NoAnswer("the connection broke before an answer")
    }
}

async fn read(mut response: Response) -> Result<Answer, Lost> {
    let text = |value: &HeaderValue| value.to_str().ok().map(str::to_owned);
    let headers = response
        .headers()
        .iter()
        .filter_map(|(name, value)| Some((name.as_str().to_owned(), text(value)?)));
    let mut answer = Answer {
        status: response.status().as_u16(),
        headers: headers.collect(),
        body: Vec::new(),
    };
    loop {
        match response.chunk().await {
            Ok(Some(chunk)) if answer.body.len() + chunk.len() <= MOST => {
                answer.body.extend_from_slice(&chunk);
            }
            Ok(Some(_)) => return Err(Lost::NoAnswer("the answer was too long")),
            Ok(None) => return Ok(answer),
            Err(_) => return Err(Lost::NoAnswer("the answer broke off")),
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
