//! One HTTP/1.1 connection, which takes one request at a time, and what is certain when it breaks.

use std::time::Duration;

use http_body_util::{BodyExt as _, Full};
use hyper::Response;
use hyper::body::{Bytes, Incoming};
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper_util::rt::TokioIo;
use reqwest::StatusCode;
use reqwest::header::{self, HeaderMap};
use tokio::time::Instant;

use super::dial::Dialled;
use super::socket::{Sight, Watch};
use super::{Answer, ExchangeError, Lost, MOST, Prepared};

/// How long an idle connection is kept, where the other side says nothing of that. Vendors close after five seconds at the earliest, as
/// far as anybody has published it.
const IDLE: Duration = Duration::from_secs(4);

/// What is taken off the time that the other side promises to keep a connection: its clock and ours start at different moments.
const MARGIN: Duration = Duration::from_secs(1);

/// How long a connection is used.
const AGE: Duration = Duration::from_secs(60);

/// A connection that has no request under way.
pub(super) struct Http1 {
    sender: SendRequest<Full<Bytes>>,
    watch: Watch,
    made: Instant,
    /// Until when it may be used again.
    until: Instant,
    has_served: bool,
}

impl Http1 {
    /// Speaks HTTP/1.1 on a new connection, in a task that ends with it.
    pub(super) async fn on(dialled: Dialled) -> Result<Self, ExchangeError> {
        let (sender, connection) = handshake(TokioIo::new(dialled.stream))
            .await
            .map_err(|_| ExchangeError::NotConnected("no connection"))?;
        tokio::spawn(async move {
            // Whoever waits for an answer hears of its end, and an idle one is noticed before it is used again.
            let _ = connection.await;
        });
        let now = Instant::now();
        Ok(Self {
            sender,
            watch: dialled.watch,
            made: now,
            until: now + IDLE,
            has_served: false,
        })
    }

    /// Returns whether its time is over at `now`.
    pub(super) fn is_over(&self, now: Instant) -> bool {
        now >= self.until || now.duration_since(self.made) >= AGE || self.sender.is_closed()
    }

    /// Returns whether it may take another request: it is not too old, and the other side has neither closed it nor said anything.
    pub(super) async fn is_usable(&mut self) -> bool {
        if self.is_over(Instant::now()) || self.sender.ready().await.is_err() {
            return false;
        }
        if self.watch.look() == Sight::Silent {
            return true;
        }
        // A message of TLS itself may lie there, which the task reads.
        tokio::task::yield_now().await;
        self.watch.look() == Sight::Silent && self.sender.is_ready()
    }

    /// Sends `request`, and reads the answer. The connection may be used again then, unless it is `None`.
    pub(super) async fn exchange(
        mut self,
        request: &Prepared,
    ) -> Result<(Answer, Option<Self>), Lost> {
        let Some(wired) = wired(request) else {
            return Err(Lost::NotSent);
        };
        let before = self.watch.written();
        let sent = match self.sender.try_send_request(wired).await {
            Ok(sent) => sent,
            Err(error) if error.message().is_some() => return Err(Lost::NotSent),
            Err(_) if self.watch.written() == before => return Err(Lost::NotSent),
            Err(_) => return Err(Lost::Perhaps("the connection broke before an answer")),
        };
        let is_ended = says_close(sent.headers());
        if sent.status() == StatusCode::REQUEST_TIMEOUT && self.has_served && is_ended {
            // The other side may have closed the connection since nothing came, and said so before it saw the request.
            return Err(Lost::Perhaps("the connection was closed for its idleness"));
        }
        let keep = idle_time(sent.headers());
        let answer = read(sent).await.map_err(Lost::Perhaps)?;
        self.has_served = true;
        let again = keep.filter(|_| !is_ended).map(|keep| {
            self.until = Instant::now() + keep;
            self
        });
        Ok((answer, again))
    }
}

fn says_close(headers: &HeaderMap) -> bool {
    let values = headers.get_all(header::CONNECTION).iter();
    let mut words = values
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','));
    words.any(|word| word.trim().eq_ignore_ascii_case("close"))
}

/// How long the connection may idle after this answer; `None` where it is not to be kept.
fn idle_time(headers: &HeaderMap) -> Option<Duration> {
    let values = headers.get_all("keep-alive").iter();
    let mut parts = values
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','));
    let promised = parts.find_map(|part| {
        let (name, value) = part.split_once('=')?;
        let is_it = name.trim().eq_ignore_ascii_case("timeout");
        is_it.then(|| value.trim().trim_matches('"').parse().ok())?
    });
    let Some(promised) = promised else {
        return Some(IDLE);
    };
    let kept = Duration::from_secs(promised).saturating_sub(MARGIN);
    (!kept.is_zero()).then(|| kept.min(IDLE))
}

/// The request as it is written; `None` where its target cannot be.
fn wired(request: &Prepared) -> Option<hyper::Request<Full<Bytes>>> {
    let target = &request.url[url::Position::BeforePath..url::Position::AfterQuery];
    let mut wired = hyper::Request::builder()
        .method(request.method.clone())
        .uri(target)
        .body(Full::new(request.body.clone()))
        .ok()?;
    *wired.headers_mut() = request.headers.clone();
    Some(wired)
}

/// Reads an answer whole.
async fn read(mut answered: Response<Incoming>) -> Result<Answer, &'static str> {
    let mut body = Vec::new();
    while let Some(frame) = answered.body_mut().frame().await {
        let frame = frame.map_err(|_| "the answer broke off")?;
        let Ok(data) = frame.into_data() else {
            continue; // trailers
        };
        if body.len() + data.len() > MOST {
            return Err("the answer was too long");
        }
        body.extend_from_slice(&data);
    }
    Ok(Answer::of(&answered, body))
}
