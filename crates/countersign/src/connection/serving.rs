//! One connection, from its place to its end.

use std::convert::Infallible;
use std::error::Error;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Response, Version, header};
use futures_util::StreamExt as _;
use hyper::Request;
use hyper::body::{Body as _, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::Watcher;
use tokio::net::TcpStream;
use tokio_util::sync::CancellationToken;
use tower_service::Service as _;

use super::Peer;
use super::open::OpenConnections;
use super::opening::Opening;
use super::places::Place;
use super::refusal::Refusals;
use super::socket::Socket;
use super::stream::Stream;
use super::usage::UnderWay;
use crate::http::Site;

/// The most bytes and fields of the head of a request.
const HEAD_BYTES: usize = 16 * 1024;
const HEAD_FIELDS: usize = 64;

/// The content type of a stream of events.
const EVENTS: &str = "text/event-stream";

/// The answers that connections get, and how long they are kept.
#[derive(Debug, Clone)]
pub struct Answers {
    /// Answers the requests.
    pub site: Site,
    /// Answers heads that are no HTTP.
    pub refusals: Refusals,
    /// How long a connection may idle, which its answers announce.
    pub idle: Duration,
    /// Counts the connections.
    pub open: OpenConnections,
}

/// A connection that was just accepted.
pub(crate) struct Arrived {
    pub(crate) connection: TcpStream,
    pub(crate) peer: IpAddr,
    pub(crate) place: Place,
}

/// The end of a door: a connection that has begun comes to its own end, and one that is beginning is dropped.
pub(crate) struct Closing {
    pub(crate) watcher: Watcher,
    pub(crate) stopping: CancellationToken,
}

/// Serves one connection in a task of its own.
pub(crate) fn serve(arrived: Arrived, opening: Opening, answers: Answers, closing: Closing) {
    // Answers are small: waiting to fill a packet only costs the caller time.
    if let Err(error) = arrived.connection.set_nodelay(true) {
        tracing::debug!(%error, "no TCP_NODELAY");
    }
    tokio::spawn(async move {
        let usage = Arc::clone(&arrived.place.usage);
        tokio::select! {
            biased;
            served = served(arrived, opening, answers, closing) => if let Err(error) = served {
                tracing::debug!(%error, "a connection ended early");
            },
            () = usage.ended() => tracing::debug!("an idle connection made room"),
        }
    });
}

async fn served(
    arrived: Arrived,
    opening: Opening,
    answers: Answers,
    closing: Closing,
) -> Result<(), Box<dyn Error + Send + Sync>> {
    let Arrived {
        connection,
        peer,
        place,
    } = arrived;
    let (socket, peer) = tokio::select! {
        biased;
        opened = opening.open(connection, peer, &place) => opened?,
        () = closing.stopping.cancelled() => return Ok(()),
    };
    requests(socket, peer, &place, answers, closing.watcher).await?;
    Ok(())
}

/// Answers the requests of a connection, until it ends.
async fn requests(
    socket: Socket,
    peer: IpAddr,
    place: &Place,
    answers: Answers,
    watcher: Watcher,
) -> hyper::Result<()> {
    let Answers {
        site,
        refusals,
        idle,
        open,
    } = answers;
    let _open = open.add();
    let usage = Arc::clone(&place.usage);
    let announced = HeaderValue::try_from(format!("timeout={}", idle.as_secs())).ok();
    let answer = service_fn(move |request: Request<Incoming>| {
        let under_way = usage.begin();
        let announced = announced.clone().filter(|_| is_kept(&request));
        let mut request = request.map(Body::new);
        request.extensions_mut().insert(Peer(peer));
        let answer = site.clone().call(request);
        async move {
            let Ok(answer) = answer.await;
            let mut answer = held(answer, under_way);
            if let Some(announced) = announced {
                let name = HeaderName::from_static("keep-alive");
                answer.headers_mut().insert(name, announced);
            }
            Ok::<_, Infallible>(answer)
        }
    });
    let stream = Stream::new(socket, refusals, Arc::clone(&place.usage));
    let served = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(idle)
        .max_buf_size(HEAD_BYTES)
        .max_headers(HEAD_FIELDS)
        // A caller that has said all it has to say still gets its answer.
        .half_close(true)
        .serve_connection(TokioIo::new(stream), answer);
    watcher.watch(served).await
}

/// The answer, with its request under way until the end of the answer where nobody knows how long it will be. A stream of events
/// has no end of its own: it idles from its beginning, and makes room for whoever calls.
fn held(answer: Response<Body>, under_way: UnderWay) -> Response<Body> {
    if answer.body().size_hint().exact().is_some() {
        return answer;
    }
    let content = answer.headers().get(header::CONTENT_TYPE);
    if content.is_some_and(|content| content == EVENTS) {
        under_way.rests();
        return answer;
    }
    answer.map(|body| {
        let parts = body.into_data_stream().map(move |part| {
            let _under_way = &under_way;
            part
        });
        Body::from_stream(parts)
    })
}

/// Whether the connection is kept after this request, as far as the caller says.
fn is_kept<B>(request: &Request<B>) -> bool {
    request.version() == Version::HTTP_11 && !asks_to_close(request.headers())
}

fn asks_to_close(headers: &HeaderMap) -> bool {
    let values = headers.get_all(header::CONNECTION).iter();
    let mut options = values
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','));
    options.any(|option| option.trim().eq_ignore_ascii_case("close"))
}
