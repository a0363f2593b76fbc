//! The connections of one vendor account, by the place to which they lead.
//!
//! A request takes a connection that idles, or a place on one that is shared. Where there is none it waits for whichever comes first: one
//! that another request gives back, or one that is dialled for it. Over HTTP/2 one connection is dialled for all who wait.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use reqwest::Url;
use tokio::sync::oneshot;
use tokio::time::Instant;

use super::dial::{Dialler, Offer};
use super::http1::Http1;
use super::http2::{Http2, Stream};
use super::{CONNECT, ExchangeError, PAUSE, reach};

/// The most connections that idle at a place.
const MOST_IDLE: usize = 64;

/// How often those are dropped that have ended, or have idled too long.
const SWEEP: Duration = Duration::from_secs(2);

/// The places of one account.
#[derive(Default)]
pub(super) struct Pool(Mutex<Vec<Arc<Place>>>);

/// Where connections lead: none that was made for one place is used for another.
pub(super) struct Place {
    scheme: String,
    host: String,
    port: Option<u16>,
    state: Mutex<State>,
}

/// A connection that a request may be written to.
pub(super) enum Connection {
    Http1(Http1),
    Http2(Stream),
}

/// A connection that was just made.
enum Made {
    Http1(Http1),
    Http2(Http2),
}

#[derive(Default)]
struct State {
    /// The protocol of the connection that was made last.
    protocol: Option<Protocol>,
    /// Whether the other side has asked for HTTP/1.1 where it had offered HTTP/2.
    wants_http1: bool,
    /// Connections with no request under way, the one that was used last at the end: those that are not needed grow old.
    idle: VecDeque<Http1>,
    shared: Vec<Http2>,
    /// The requests that wait, the first one first.
    waiting: VecDeque<Waiting>,
    /// The connections that are being dialled.
    dialling: usize,
    /// Whether a task drops what has ended.
    is_swept: bool,
}

type Waiting = oneshot::Sender<Result<Connection, ExchangeError>>;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Protocol {
    Http1,
    Http2,
}

impl Pool {
    /// The place to which a request to `url` goes.
    pub(super) fn place(&self, url: &Url) -> Arc<Place> {
        let mut places = lock(&self.0);
        if let Some(place) = places.iter().find(|place| place.is_of(url)) {
            return Arc::clone(place);
        }
        let place = Arc::new(Place {
            scheme: url.scheme().to_owned(),
            host: reach::host(url).to_owned(),
            port: url.port(),
            state: Mutex::new(State {
                // HTTP/2 is agreed upon within TLS.
                protocol: (url.scheme() == "http").then_some(Protocol::Http1),
                ..State::default()
            }),
        });
        places.push(Arc::clone(&place));
        place
    }
}

impl Place {
    fn is_of(&self, url: &Url) -> bool {
        self.host == reach::host(url) && self.port == url.port() && self.scheme == url.scheme()
    }

    /// A connection to the host of `url`.
    ///
    /// # Errors
    /// [`ExchangeError`], never [`ExchangeError::NoAnswer`]: no request was written.
    pub(super) async fn connection(
        self: &Arc<Self>,
        dialler: &Arc<Dialler>,
        url: &Url,
    ) -> Result<Connection, ExchangeError> {
        let coming = loop {
            match self.ready(dialler, url) {
                Err(coming) => break coming,
                Ok(mut connection) => {
                    if connection.is_usable().await {
                        return Ok(connection);
                    }
                }
            }
        };
        let come = tokio::time::timeout(CONNECT, coming).await;
        let come = come.map_err(|_| ExchangeError::NotConnected("timeout"))?;
        let mut connection = come.map_err(|_| ExchangeError::NotConnected("no connection"))??;
        match connection.is_usable().await {
            true => Ok(connection),
            false => self.fresh(dialler, url).await,
        }
    }

    /// A new connection to the host of `url`, which no other request was written to.
    ///
    /// # Errors
    /// As [`connection`](Place::connection).
    pub(super) async fn fresh(
        self: &Arc<Self>,
        dialler: &Dialler,
        url: &Url,
    ) -> Result<Connection, ExchangeError> {
        let made = self.make(dialler, url).await?;
        let mut state = self.state();
        match made {
            Made::Http1(connection) => Ok(Connection::Http1(connection)),
            Made::Http2(connection) => {
                let stream = connection.reserve();
                match state.is_shared() {
                    // It carries this one request: otherwise each that is refused would leave a connection.
                    true => connection.close(),
                    false => self.share(&mut state, connection),
                }
                let stream = stream.ok_or(ExchangeError::NotConnected("closed at once"))?;
                Ok(Connection::Http2(stream))
            }
        }
    }

    /// Dials a connection, if there is none and none is being dialled.
    pub(super) fn warm(self: &Arc<Self>, dialler: &Arc<Dialler>, url: &Url) {
        let mut state = self.state();
        if state.dialling == 0 && !state.has_connection() {
            self.dial(&mut state, dialler, url);
        }
    }

    /// Keeps a connection for another request.
    pub(super) fn keep(self: &Arc<Self>, connection: Http1) {
        self.hand_over(&mut self.state(), connection);
    }

    /// Hears that a place on a connection has come free.
    pub(super) fn freed(&self) {
        self.state().serve();
    }

    /// Speaks HTTP/1.1 from now on.
    pub(super) fn speak_http1(&self) {
        self.state().wants_http1 = true;
    }

    /// A connection that is there, or the one that will come.
    fn ready(
        self: &Arc<Self>,
        dialler: &Arc<Dialler>,
        url: &Url,
    ) -> Result<Connection, oneshot::Receiver<Result<Connection, ExchangeError>>> {
        let mut state = self.state();
        if let Some(stream) = state.stream() {
            return Ok(Connection::Http2(stream));
        }
        if let Some(idle) = state.idle.pop_back() {
            return Ok(Connection::Http1(idle));
        }
        let (waiting, coming) = oneshot::channel();
        state.waiting.push_back(waiting);
        self.dial_what_is_missing(&mut state, dialler, url);
        Err(coming)
    }

    /// Dials for the requests that wait: a connection each, or one for all where they may share it.
    fn dial_what_is_missing(
        self: &Arc<Self>,
        state: &mut State,
        dialler: &Arc<Dialler>,
        url: &Url,
    ) {
        let needed = match state.protocol {
            Some(Protocol::Http1) => state.waiting.len(),
            _ => state.waiting.len().min(1),
        };
        while state.dialling < needed {
            self.dial(state, dialler, url);
        }
    }

    /// Dials a connection in a task of its own, so that nobody who gives up takes it from those who wait.
    fn dial(self: &Arc<Self>, state: &mut State, dialler: &Arc<Dialler>, url: &Url) {
        state.dialling += 1;
        let (place, dialler, url) = (Arc::clone(self), Arc::clone(dialler), url.clone());
        tokio::spawn(async move {
            let made = place.make(&dialler, &url).await;
            match &made {
                Ok(Made::Http2(connection)) => {
                    place.share(&mut place.state(), connection.clone());
                    connection.settled().await;
                }
                // Those who wait may get places that come free: there is no hurry to dial again.
                Err(_) if place.state().is_shared() => tokio::time::sleep(PAUSE).await,
                _ => {}
            }
            let mut state = place.state();
            state.dialling -= 1;
            match made {
                Ok(Made::Http1(connection)) => place.hand_over(&mut state, connection),
                Err(error) if !state.is_shared() => state.fail(error),
                _ => state.serve(),
            }
            state.forget_given_up();
            place.dial_what_is_missing(&mut state, &dialler, &url);
        });
    }

    /// Gives a connection to the first request that waits, or keeps it.
    fn hand_over(self: &Arc<Self>, state: &mut State, connection: Http1) {
        let mut connection = connection;
        while let Some(waiting) = state.waiting.pop_front() {
            match waiting.send(Ok(Connection::Http1(connection))) {
                Ok(()) => return,
                Err(Ok(Connection::Http1(back))) => connection = back,
                Err(_) => return,
            }
        }
        if state.idle.len() == MOST_IDLE {
            state.idle.pop_front();
        }
        state.idle.push_back(connection);
        self.sweep(state);
    }

    /// Shares a connection among the requests that wait, and those to come.
    fn share(self: &Arc<Self>, state: &mut State, connection: Http2) {
        state.shared.push(connection);
        state.serve();
        self.sweep(state);
    }

    /// Drops the connections whose time is over, in a task that ends with the last of them.
    fn sweep(self: &Arc<Self>, state: &mut State) {
        if std::mem::replace(&mut state.is_swept, true) {
            return;
        }
        let place = Arc::downgrade(self);
        tokio::spawn(async move {
            loop {
                tokio::time::sleep(SWEEP).await;
                let Some(place) = place.upgrade() else { return };
                let mut state = place.state();
                state.forget_ended();
                if state.idle.is_empty() && state.shared.is_empty() {
                    state.is_swept = false;
                    return;
                }
            }
        });
    }

    async fn make(&self, dialler: &Dialler, url: &Url) -> Result<Made, ExchangeError> {
        let offer = match self.state().wants_http1 {
            true => Offer::Http1,
            false => Offer::Both,
        };
        let dialled = dialler.dial(url, offer).await?;
        let (made, protocol) = match dialled.is_http2 {
            true => (Made::Http2(Http2::on(dialled).await?), Protocol::Http2),
            false => (Made::Http1(Http1::on(dialled).await?), Protocol::Http1),
        };
        self.state().protocol = Some(protocol);
        Ok(made)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        lock(&self.state)
    }
}

impl State {
    /// A place on a connection that is shared.
    fn stream(&mut self) -> Option<Stream> {
        if self.wants_http1 {
            self.shared.clear();
        }
        self.shared.iter().find_map(Http2::reserve)
    }

    /// Returns whether there is a connection for the next request. Of those that idle, it takes the last.
    fn has_connection(&self) -> bool {
        let is_over = |idle: &Http1| idle.is_over(Instant::now());
        let idle = self.idle.back().is_some_and(|idle| !is_over(idle));
        idle || self.is_shared()
    }

    /// Returns whether there is a connection that takes requests, now or when one of those under way has ended.
    fn is_shared(&self) -> bool {
        self.shared.iter().any(|shared| !shared.is_closed())
    }

    fn forget_ended(&mut self) {
        let now = Instant::now();
        self.idle.retain(|idle| !idle.is_over(now));
        self.shared.retain(|connection| !connection.is_closed());
    }

    fn forget_given_up(&mut self) {
        self.waiting.retain(|waiting| !waiting.is_closed());
    }

    /// Gives the requests that wait what places there are on connections that are shared.
    fn serve(&mut self) {
        while !self.waiting.is_empty() {
            let Some(stream) = self.stream() else { return };
            if let Some(waiting) = self.waiting.pop_front() {
                let _ = waiting.send(Ok(Connection::Http2(stream)));
            }
        }
    }

    /// Tells the requests that waited for a connection why it was not made.
    fn fail(&mut self, error: ExchangeError) {
        let failed = match self.protocol {
            Some(Protocol::Http1) => self.waiting.len().min(1),
            _ => self.waiting.len(),
        };
        for waiting in self.waiting.drain(..failed) {
            let _ = waiting.send(Err(error));
        }
    }
}

impl Connection {
    async fn is_usable(&mut self) -> bool {
        match self {
            Connection::Http1(connection) => connection.is_usable().await,
            Connection::Http2(stream) => stream.is_usable().await,
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
