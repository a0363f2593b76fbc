//! One HTTP/2 connection, which takes many requests at once, and what is certain when one of them fails.
//!
//! HTTP/2 says what HTTP/1.1 cannot: a vendor that goes away names the last request that it has seen, and may refuse one
//! before it has looked at it. Both are certain; every other failure of a request that was written is not.

use std::future::poll_fn;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use h2::client::{Builder, ResponseFuture, SendRequest};
use h2::{Ping, PingPong, Reason, RecvStream};
use hyper::body::Bytes;
use hyper::http::uri::{PathAndQuery, Scheme, Uri};
use reqwest::header::{self, HeaderValue};
use tokio::sync::SetOnce;
use tokio::time::Instant;

use super::dial::Dialled;
use super::socket::{Sight, Watch};
use super::{Answer, ExchangeError, Lost, MOST, Prepared};

/// The most requests at once on a connection, whatever more the vendor allows.
const MOST_STREAMS: usize = 100;

/// What the library takes for the most requests at once until the vendor has said it: no vendor can say this.
const UNSAID: usize = usize::MAX - 1;

/// The most bytes of the headers of an answer.
const MOST_HEADERS: u32 = 32 * 1024;

/// How long a connection is used: a vendor that moves to another address is followed after that.
const AGE: Duration = Duration::from_secs(300);

/// How often a connection is looked after. One that idles gets two pings meanwhile, and is closed after the third look.
const LOOK: Duration = Duration::from_secs(15);
const LAST_PING: Duration = Duration::from_secs(30);
const IDLE: Duration = Duration::from_secs(45);

/// How long the other side may take to answer a ping.
const PONG: Duration = Duration::from_secs(5);

/// How long those who wait for a place are kept waiting for what the vendor allows.
const SETTLING: Duration = Duration::from_secs(1);

/// How long a request may wait for an answer before no other is written to its connection.
const SILENCE: Duration = Duration::from_secs(5);

/// A connection, as those who may use it share it.
#[derive(Clone)]
pub(super) struct Http2(Arc<Shared>);

struct Shared {
    made: Instant,
    watch: Watch,
    /// Set once the vendor has said what it allows, or the connection has ended.
    settled: SetOnce<()>,
    state: Mutex<State>,
}

struct State {
    /// Opens streams; `None` once no other request may be written. The connection ends when the requests under way have.
    sender: Option<SendRequest<Bytes>>,
    /// The requests under way.
    open: usize,
    /// When the last one began or ended.
    used: Instant,
}

/// The place of one request on a connection.
pub(super) struct Stream {
    connection: Http2,
    sender: SendRequest<Bytes>,
    /// Whether no other request was under way when this place was taken.
    is_alone: bool,
    /// Whether the request was written, and nothing is known of its end.
    is_open: bool,
}

impl Http2 {
    /// Speaks HTTP/2 on a new connection, in a task that ends with it.
    pub(super) async fn on(dialled: Dialled) -> Result<Self, ExchangeError> {
        let mut builder = Builder::new();
        builder.enable_push(false);
        builder.max_header_list_size(MOST_HEADERS);
        builder.initial_max_send_streams(UNSAID);
        let (sender, mut connection) = builder
            .handshake(dialled.stream)
            .await
            .map_err(|_| ExchangeError::NotConnected("no connection"))?;
        let now = Instant::now();
        let mut unsettled = Some(sender.clone());
        let shared = Self(Arc::new(Shared {
            made: now,
            watch: dialled.watch,
            settled: SetOnce::new(),
            state: Mutex::new(State {
                sender: Some(sender),
                open: 0,
                used: now,
            }),
        }));
        let (pings, of_task) = (connection.ping_pong(), shared.clone());
        tokio::spawn(async move {
            let ended = poll_fn(|context| {
                let polled = Pin::new(&mut connection).poll(context);
                let is_said =
                    |sender: &mut _| SendRequest::current_max_send_streams(sender) != UNSAID;
                if unsettled.take_if(is_said).is_some() {
                    of_task.settle();
                }
                polled
            });
            // Whoever waits for an answer hears of the end.
            tokio::select! {
                _ = ended => {}
                () = of_task.look_after(pings) => {}
            }
            of_task.close();
            of_task.settle();
        });
        Ok(shared)
    }

    fn settle(&self) {
        let _ = self.0.settled.set(());
    }

    /// Waits until the vendor has said how many requests it takes at once, which it does first of all.
    pub(super) async fn settled(&self) {
        let _ = tokio::time::timeout(SETTLING, self.0.settled.wait()).await;
    }

    /// Takes a place for a request; `None` where this connection takes none now. Until it has settled it takes one.
    pub(super) fn reserve(&self) -> Option<Stream> {
        let now = Instant::now();
        let mut state = self.state();
        if now.duration_since(self.0.made) >= AGE {
            state.sender = None;
        }
        let sender = state.sender.as_ref()?;
        let most = match self.0.settled.initialized() {
            true => sender.current_max_send_streams().min(MOST_STREAMS),
            false => 1,
        };
        if state.open >= most {
            return None;
        }
        let stream = Stream {
            connection: self.clone(),
            sender: sender.clone(),
            is_alone: state.open == 0,
            is_open: false,
        };
        (state.open, state.used) = (state.open + 1, now);
        Some(stream)
    }

    /// Returns whether it takes no more requests, now and later.
    pub(super) fn is_closed(&self) -> bool {
        self.state().sender.is_none()
    }

    /// Lets no other request be written. Those under way go on.
    pub(super) fn close(&self) {
        self.state().sender = None;
    }

    /// Sees to it that the other side is still there. Ends where it is not.
    async fn look_after(&self, mut pings: Option<PingPong>) {
        loop {
            tokio::time::sleep(LOOK).await;
            let idle = {
                let mut state = self.state();
                if state.sender.is_none() && state.open == 0 {
                    return; // the library has not ended it
                }
                let idle = (state.open == 0).then(|| state.used.elapsed());
                if idle.is_some_and(|idle| idle >= IDLE) {
                    state.sender = None;
                }
                idle
            };
            let Some(pings) = &mut pings else { continue };
            if idle.is_none_or(|idle| idle < LAST_PING) {
                let answered = tokio::time::timeout(PONG, pings.ping(Ping::opaque())).await;
                if !matches!(answered, Ok(Ok(_))) {
                    return;
                }
            }
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Stream {
    /// Returns whether a request may be written here. An end that the other side has announced meanwhile is read first, as far as it has
    /// arrived.
    pub(super) async fn is_usable(&self) -> bool {
        let watch = &self.connection.0.watch;
        if self.is_alone && watch.look() != Sight::Silent {
            tokio::task::yield_now().await;
            if watch.look() == Sight::Ended {
                self.connection.close();
            }
        }
        !self.connection.is_closed()
    }

    /// Sends `request`, and reads the answer.
    pub(super) async fn exchange(mut self, request: &Prepared) -> Result<Answer, Lost> {
        let wired = wired(request).ok_or(Lost::NotSent)?;
        let before = self.connection.0.watch.written();
        let is_empty = request.body.is_empty();
        let Ok((response, mut body)) = self.sender.send_request(wired, is_empty) else {
            self.connection.close(); // the other side goes away
            return Err(Lost::NotSent);
        };
        self.is_open = true;
        if !is_empty {
            // Where the stream has ended already, the response says how.
            let _ = body.send_data(request.body.clone(), true);
        }
        let sent = self.answer(response).await;
        let sent = sent.map_err(|error| self.lost(&error, before))?;
        let answer = read(sent).await.map_err(Lost::Perhaps)?;
        self.is_open = false;
        Ok(answer)
    }

    async fn answer(&self, mut response: ResponseFuture) -> Result<Response, h2::Error> {
        if let Ok(answered) = tokio::time::timeout(SILENCE, &mut response).await {
            return answered;
        }
        self.connection.close();
        response.await
    }

    /// What is certain of a request that failed with `error` before an answer, when `before` bytes had been written before it.
    fn lost(&mut self, error: &h2::Error, before: u64) -> Lost {
        let is_theirs = error.is_remote();
        if is_theirs && error.is_reset() {
            self.is_open = false; // this request alone has ended
            match error.reason() {
                Some(Reason::REFUSED_STREAM) => return Lost::Refused,
                Some(Reason::HTTP_1_1_REQUIRED) => return Lost::WantsHttp1,
                _ => return Lost::Perhaps("the vendor cut the request off"),
            }
        }
        // The library says this of requests alone that the other side has not seen, by the number that it gave.
        let is_unseen = is_theirs && error.is_go_away();
        match is_unseen || self.connection.0.watch.written() == before {
            true => Lost::NotSent,
            false => Lost::Perhaps("the connection broke before an answer"),
        }
    }
}

impl Drop for Stream {
    fn drop(&mut self) {
        let mut state = self.connection.state();
        state.open -= 1;
        state.used = Instant::now();
        if self.is_open {
            // Given up, or broken: what else is written there may get no answer either.
            state.sender = None;
        }
    }
}

type Response = hyper::Response<RecvStream>;

/// The request as it is written: the host is part of its target. `None` where the target cannot be written.
fn wired(request: &Prepared) -> Option<hyper::Request<()>> {
    let target = &request.url[url::Position::BeforePath..url::Position::AfterQuery];
    let mut headers = request.headers.clone();
    let host = headers.remove(header::HOST)?;
    for name in [header::CONNECTION, header::TRANSFER_ENCODING] {
        headers.remove(name);
    }
    headers
        .entry(header::CONTENT_LENGTH)
        .or_insert(HeaderValue::from(request.body.len()));
    let uri = Uri::builder()
        .scheme(Scheme::HTTPS)
        .authority(host.as_bytes())
        .path_and_query(PathAndQuery::try_from(target).ok()?)
        .build()
        .ok()?;
    let mut wired = hyper::Request::builder()
        .method(request.method.clone())
        .uri(uri)
        .body(())
        .ok()?;
    *wired.headers_mut() = headers;
    Some(wired)
}

/// Reads an answer whole.
async fn read(mut answered: Response) -> Result<Answer, &'static str> {
    let mut body = Vec::new();
    while let Some(data) = answered.body_mut().data().await {
        let data = data.map_err(|_| "the answer broke off")?;
        if body.len() + data.len() > MOST {
            return Err("the answer was too long");
        }
        body.extend_from_slice(&data);
        let flow = answered.body_mut().flow_control();
        let released = flow.release_capacity(data.len());
        released.map_err(|_| "the answer broke off")?;
    }
    Ok(Answer::of(&answered, body))
}
