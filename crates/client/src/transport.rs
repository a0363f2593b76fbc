//! One request over one connection, within a time-out, read up to a limit.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::time::Duration;

use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::client::conn::http1;
use hyper::header::{HeaderMap, RETRY_AFTER};
use hyper::rt::{Read, Write};
use hyper::{Request, Response};
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::runtime::Handle;
use tokio::time::{Instant, timeout};
use tower_service::Service;

use crate::Error;
use crate::host::AppHost;
#[cfg(feature = "rustls")]
use crate::tls::Tls;

/// The most that is read of an answer: of its head, and of its body.
const LIMIT: usize = 64 * 1024;

#[derive(Clone)]
pub(crate) struct Transport {
    pub(crate) host: AppHost,
    #[cfg(feature = "rustls")]
    pub(crate) tls: Option<Tls>,
    /// For everything, from looking up the name to the end of the answer.
    pub(crate) timeout: Duration,
    /// For the part of it until the request can be written.
    pub(crate) connect_timeout: Duration,
}

/// An answer with a status of success.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) http_status: u16,
    pub(crate) retry_after: Option<Duration>,
    pub(crate) body: Vec<u8>,
}

trait Stream: Read + Write + Send + Unpin {}
impl<T: Read + Write + Send + Unpin> Stream for T {}

impl Transport {
    /// Sends `request` once.
    pub(crate) async fn send(&self, request: Request<Full<Bytes>>) -> Result<Answer, Error> {
        if Handle::try_current().is_err() {
            return Err(Error::configuration(
                "send_sms must be awaited on a tokio runtime",
            ));
        }
        let started = Instant::now();
        let limit = self.connect_timeout.min(self.timeout);
        let stream = timeout(limit, self.connect())
            .await
            .map_err(|_| Error::connect_timeout(self.host.authority(), limit))??;
        let left = self.timeout.saturating_sub(started.elapsed());
        timeout(left, exchange(stream, request))
            .await
            .map_err(|_| Error::timeout(self.timeout))?
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
        // Shared among the addresses of a name, so that the second has a chance.
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

/// The connection is made for this request and ends with it. It cannot be one that the other side has
/// closed meanwhile, and nothing in between could send the request a second time.
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

/// Polls the connection until the answer is there. How the connection itself ends does not matter: what
/// the answer lacks for it, the answer says.
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

/// Seconds; the other form of the header, a date, is for caches.
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
