//! One request over one connection, within a time-out, read up to a limit.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::time::Duration;

use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::client::conn::http1;
use hyper::header::{ACCEPT, CONNECTION, HOST, HeaderMap, HeaderValue, RETRY_AFTER, USER_AGENT};
use hyper::rt::{Read, Write};
use hyper::{Method, Request, Response};
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::runtime::Handle;
use tokio::time::{Instant, timeout};
use tower_service::Service;

use crate::Error;
use crate::call::Call;
use crate::host::AppHost;
#[cfg(feature = "rustls")]
use crate::tls::Tls;

/// The maximum size in bytes that is read of the head of an answer, and of its body.
const LIMIT: usize = 64 * 1024;

#[derive(Clone)]
pub(crate) struct Transport {
    pub(crate) host: AppHost,
    #[cfg(feature = "rustls")]
    pub(crate) tls: Option<Tls>,
    /// The time-out of the whole call, from looking up the name to the end of the answer.
    pub(crate) timeout: Duration,
    /// The time-out until the request can be written.
    pub(crate) connect_timeout: Duration,
}

/// An answer with an HTTP status of success.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) http_status: u16,
    pub(crate) retry_after: Option<Duration>,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    /// Makes an error about an answer that is `what` instead of one of the API. `what` must hold no part of the
    /// body.
    pub(crate) fn is_none_of_the_api(&self, call: &Call, what: &str) -> Error {
        let what = format!("HTTP {} with {what}", self.http_status);
        Error::bad_answer(Some(self.http_status), &what).in_doubt(call.doubt)
    }
}

trait Stream: Read + Write + Send + Unpin {}
impl<T: Read + Write + Send + Unpin> Stream for T {}

impl Transport {
    pub(crate) async fn post(
        &self,
        call: &Call,
        headers: HeaderMap,
        body: Vec<u8>,
        timeout: Duration,
    ) -> Result<Answer, Error> {
        let request = self.request(Method::POST, call.path, headers, body)?;
        let answer = self.send(request, timeout).await;
        answer.map_err(|error| error.in_doubt(call.doubt))
    }

    /// Gets the path of `call` below `prefix`.
    #[cfg(feature = "tokens")]
    pub(crate) async fn get(&self, prefix: &str, call: &Call) -> Result<Answer, Error> {
        let path = format!("{prefix}{}", call.path);
        let request = self.request(Method::GET, &path, HeaderMap::new(), Vec::new())?;
        let answer = self.send(request, self.timeout).await;
        answer.map_err(|error| error.in_doubt(call.doubt))
    }

    fn request(
        &self,
        method: Method,
        path: &str,
        mut headers: HeaderMap,
        body: Vec<u8>,
    ) -> Result<Request<Full<Bytes>>, Error> {
        let unusable = || Error::configuration("app_host must be usable in an HTTP request");
        let host = HeaderValue::from_str(self.host.authority()).map_err(|_| unusable())?;
        headers.insert(HOST, host);
        let agent = concat!("countersign-client/", env!("CARGO_PKG_VERSION"));
        headers.insert(USER_AGENT, HeaderValue::from_static(agent));
        headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
        headers.insert(CONNECTION, HeaderValue::from_static("close"));
        let mut request = Request::new(Full::from(body));
        *request.method_mut() = method;
        *request.uri_mut() = self.host.path(path).parse().map_err(|_| unusable())?;
        *request.headers_mut() = headers;
        Ok(request)
    }

    /// Sends `request` once, within `limit`.
    async fn send(&self, request: Request<Full<Bytes>>, limit: Duration) -> Result<Answer, Error> {
        if Handle::try_current().is_err() {
            return Err(outside());
        }
        let started = Instant::now();
        let connecting = self.connect_timeout.min(limit);
        let stream = timeout(connecting, self.connect())
            .await
            .map_err(|_| Error::connect_timeout(self.host.authority(), connecting))??;
        let left = limit.saturating_sub(started.elapsed());
        timeout(left, exchange(stream, request))
            .await
            .map_err(|_| Error::timeout(limit))?
    }

    async fn connect(&self) -> Result<Box<dyn Stream>, Error> {
        let stream = self.tcp().await?;
        #[cfg(feature = "rustls")]
        if let Some(tls) = &self.tls {
            let stream = tls.wrap(stream).await;
            let stream = stream.map_err(|error| Error::connect(self.host.authority(), error))?;
            return Ok(Box::new(TokioIo::new(stream)));
        }
        Ok(Box::new(TokioIo::new(stream)))
    }

    async fn tcp(&self) -> Result<TcpStream, Error> {
        let mut connector = HttpConnector::new();
        connector.enforce_http(false);
        connector.set_nodelay(true);
        // Shared among the addresses of a name, so that the second gets a chance.
        connector.set_connect_timeout(Some(self.connect_timeout));
        let failed = |error| Error::connect(self.host.authority(), error);
        poll_fn(|cx| connector.poll_ready(cx))
            .await
            .map_err(failed)?;
        let stream = connector
            .call(self.host.uri().clone())
            .await
            .map_err(failed)?;
        Ok(stream.into_inner())
    }
}

/// Sends `request` over a connection that is made for it and ends with it. The other side cannot have closed
/// such a connection meanwhile, and no proxy can send the request a second time.
async fn exchange(stream: Box<dyn Stream>, request: Request<Full<Bytes>>) -> Result<Answer, Error> {
    let (mut sender, connection) = http1::Builder::new()
        .max_buf_size(LIMIT)
        .handshake(stream)
        .await
        .map_err(broken)?;
    let answer = async {
        let response = sender.send_request(request).await.map_err(broken)?;
        read(response).await
    };
    drive(connection, answer).await
}

/// Polls the connection until the answer is there. The end of the connection itself is ignored, since an
/// incomplete answer fails on its own.
async fn drive<T>(connection: impl Future, answer: impl Future<Output = T>) -> T {
    let (mut connection, mut answer) = (pin!(connection), pin!(answer));
    let mut ended = false;
    poll_fn(|cx| {
        if !ended {
            ended = connection.as_mut().poll(cx).is_ready();
        }
        answer.as_mut().poll(cx)
    })
    .await
}

async fn read(response: Response<Incoming>) -> Result<Answer, Error> {
    let status = response.status();
    if !status.is_success() {
        let what = format!("HTTP {}", status.as_u16());
        return Err(Error::bad_answer(Some(status.as_u16()), &what));
    }
    let retry_after = retry_after(response.headers());
    let mut incoming = response.into_body();
    let mut body = Vec::new();
    while let Some(frame) = incoming.frame().await {
        let frame = frame.map_err(broken)?;
        body.extend_from_slice(frame.data_ref().map_or(&[], AsRef::as_ref));
        if body.len() > LIMIT {
            let what = format!("a body of more than {LIMIT} bytes");
            return Err(Error::bad_answer(Some(status.as_u16()), &what));
        }
    }
    Ok(Answer {
        http_status: status.as_u16(),
        retry_after,
        body,
    })
}

pub(crate) fn outside() -> Error {
    Error::configuration("the client must be awaited on a tokio runtime")
}

/// Reads the header in seconds; its other form, a date, is for caches.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let seconds = headers
        .get(RETRY_AFTER)?
        .to_str()
        .ok()?
        .trim()
        .parse()
        .ok()?;
    Some(Duration::from_secs(seconds))
}

fn broken(error: hyper::Error) -> Error {
    if error.is_parse() {
        Error::bad_answer(None, "something that is not HTTP")
    } else {
        Error::interrupted(Some(error.into()))
    }
}
