//! The way out to vendors: HTTP requests that reach no place they must not, once each.
//!
//! | what | how |
//! |---|---|
//! | where to | by [`Reach`], judged on the address that is dialled: a name that resolves to another address in between gains nothing |
//! | how often | once: no redirect is followed, no request repeated |
//! | how much | an answer of at most [`MOST`] bytes is read |
//! | how long | connecting takes [`CONNECT`] at most, because a failure there is certain; the caller bounds the rest |
//! | whom to trust | whom the operating system trusts; certificates are always checked |

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use countersign_core::outcome::{NotAccepted, Outcome, RefusalKind};
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use reqwest::{Client, Method, Url, redirect, retry};

/// The most that is read of an answer.
pub const MOST: usize = 64 * 1024;

/// How long connecting may take, with all that belongs to it: name, TCP, TLS.
pub const CONNECT: Duration = Duration::from_millis(2_500);

/// How long a connection is kept for the next message: shorter than any vendor keeps it.
const IDLE: Duration = Duration::from_secs(5);

/// How far requests may reach.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// Public addresses over https, on port 443.
    Public,
    /// And this machine, over http too, on any port.
    Loopback,
    /// Anything.
    Anywhere,
}

/// Sends requests to vendors.
#[derive(Debug, Clone)]
pub struct Egress {
    client: Client,
    reach: Reach,
}

/// Why a URL is refused before anything is sent to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidUrl {
    /// Not an absolute URL of http or https, or with a password in it.
    #[error("not a URL such as https://vendor.example/path")]
    Form,
    /// Plain http.
    #[error("only https is allowed: the operator can allow more")]
    Scheme,
    /// Another port.
    #[error("only port 443 is allowed: the operator can allow more")]
    Port,
    /// An address of this machine or of a private network.
    #[error(
        "addresses of this machine and of private networks are not allowed: the operator can allow them"
    )]
    Address,
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
        let client = Client::builder()
            .no_proxy()
            .redirect(redirect::Policy::none())
            .retry(retry::never())
            .connect_timeout(CONNECT)
            .pool_idle_timeout(IDLE)
            .dns_resolver(Arc::new(Resolver(reach)))
            .build()?;
        Ok(Self { client, reach })
    }

    /// Reads a URL that requests may go to, as far as can be told before its name is resolved.
    ///
    /// # Errors
    /// [`InvalidUrl`] says what is wrong with it.
    pub fn url(&self, text: &str) -> Result<Url, InvalidUrl> {
        let url = Url::parse(text).map_err(|_| InvalidUrl::Form)?;
        self.check(&url)?;
        Ok(url)
    }

    fn check(&self, url: &Url) -> Result<(), InvalidUrl> {
        let plain = url.username().is_empty() && url.password().is_none();
        if !matches!(url.scheme(), "http" | "https") || !url.has_host() || !plain {
            return Err(InvalidUrl::Form);
        }
        let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
        let literal = host.parse::<IpAddr>().ok();
        let local =
            host == "localhost" || literal.is_some_and(|ip| ip.to_canonical().is_loopback());
        match self.reach {
            Reach::Anywhere => return Ok(()),
            Reach::Loopback if local => return Ok(()),
            _ => {}
        }
        if host == "localhost" || literal.is_some_and(|ip| !is_public(ip)) {
            return Err(InvalidUrl::Address);
        }
        if url.scheme() != "https" {
            return Err(InvalidUrl::Scheme);
        }
        if url.port_or_known_default() != Some(443) {
            return Err(InvalidUrl::Port);
        }
        Ok(())
    }

    /// Sends `request` once, and reads the answer.
    ///
    /// # Errors
    /// [`Lost`], which says whether the vendor may have heard of it.
    pub async fn exchange(&self, request: Request) -> Result<Answer, Lost> {
        self.check(&request.url).map_err(|_| Lost::Refused)?;
        let mut headers = HeaderMap::new();
        for (name, value) in &request.headers {
            let name = HeaderName::try_from(name.as_str()).map_err(|_| Lost::Refused)?;
            let value = HeaderValue::try_from(value.as_str()).map_err(|_| Lost::Refused)?;
            headers.append(name, value);
        }
        let sent = self
            .client
            .request(request.method, request.url)
            .headers(headers)
            .body(request.body)
            .send();
        let mut response = sent.await.map_err(|error| {
            if error.is_builder() {
                Lost::Refused
            } else if error.is_connect() {
                Lost::NotConnected
            } else {
                Lost::NoAnswer("the connection broke before an answer")
            }
        })?;
        let text = |value: &HeaderValue| value.to_str().ok().map(str::to_owned);
        let mut answer = Answer {
            status: response.status().as_u16(),
            headers: response
                .headers()
                .iter()
                .filter_map(|(name, value)| Some((name.as_str().to_owned(), text(value)?)))
                .collect(),
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

/// Resolves names by the operating system, and leaves out the addresses that are out of reach.
struct Resolver(Reach);

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        let reach = self.0;
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let reached: Vec<SocketAddr> = found
                .filter(|address| reach.reaches(address.ip()))
                .collect();
            if reached.is_empty() {
                return Err("the name leads out of reach".into());
            }
            Ok(Box::new(reached.into_iter()) as Addrs)
        })
    }
}

impl Reach {
    /// Whether an address may be dialled.
    #[must_use]
    pub fn reaches(self, ip: IpAddr) -> bool {
        match self {
            Reach::Anywhere => true,
            Reach::Loopback => ip.to_canonical().is_loopback() || is_public(ip),
            Reach::Public => is_public(ip),
        }
    }
}

/// Networks that are not the public internet, by the registries of IANA for special addresses (RFC 6890 and its
/// successors). Addresses that hold another one, as of NAT64 or 6to4, lead wherever that leads.
const SPECIAL_V4: [(Ipv4Addr, u32); 15] = [
    (Ipv4Addr::new(0, 0, 0, 0), 8),
    (Ipv4Addr::new(10, 0, 0, 0), 8),
    (Ipv4Addr::new(100, 64, 0, 0), 10),
    (Ipv4Addr::new(127, 0, 0, 0), 8),
    (Ipv4Addr::new(169, 254, 0, 0), 16),
    (Ipv4Addr::new(172, 16, 0, 0), 12),
    (Ipv4Addr::new(192, 0, 0, 0), 24),
    (Ipv4Addr::new(192, 0, 2, 0), 24),
    (Ipv4Addr::new(192, 88, 99, 0), 24),
    (Ipv4Addr::new(192, 168, 0, 0), 16),
    (Ipv4Addr::new(198, 18, 0, 0), 15),
    (Ipv4Addr::new(198, 51, 100, 0), 24),
    (Ipv4Addr::new(203, 0, 113, 0), 24),
    (Ipv4Addr::new(224, 0, 0, 0), 4),
    (Ipv4Addr::new(240, 0, 0, 0), 4),
];

/// The one block of IPv6 from which public addresses come, and what in it is special.
const GLOBAL_V6: (Ipv6Addr, u32) = (Ipv6Addr::new(0x2000, 0, 0, 0, 0, 0, 0, 0), 3);
const SPECIAL_V6: [(Ipv6Addr, u32); 4] = [
    (Ipv6Addr::new(0x2001, 0, 0, 0, 0, 0, 0, 0), 23),
    (Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0), 32),
    (Ipv6Addr::new(0x2002, 0, 0, 0, 0, 0, 0, 0), 16),
    (Ipv6Addr::new(0x3fff, 0, 0, 0, 0, 0, 0, 0), 20),
];

/// Whether an address is one of the public internet.
fn is_public(ip: IpAddr) -> bool {
    match ip.to_canonical() {
        IpAddr::V4(ip) => {
            let within = |(net, bits): &(Ipv4Addr, u32)| {
                (u32::from(ip) ^ u32::from(*net)).leading_zeros() >= *bits
            };
            !SPECIAL_V4.iter().any(within)
        }
        IpAddr::V6(ip) => {
            let within = |(net, bits): &(Ipv6Addr, u32)| {
                (u128::from(ip) ^ u128::from(*net)).leading_zeros() >= *bits
            };
            within(&GLOBAL_V6) && !SPECIAL_V6.iter().any(within)
        }
    }
}
