//! Which connections requests share, with vendors that speak HTTP/2 over TLS and with others.

use std::sync::atomic::{AtomicUsize, Ordering};

use futures_util::FutureExt as _;
use futures_util::future::{join, join_all};
use h2::{Reason, server};
use hyper::Response;
use tokio::net::TcpListener;
use tokio_rustls::rustls::pki_types::CertificateDer;

use super::tests::{connections, egress, post, requests, scripted};
use super::tls_tests::certificate;
use super::*;
use crate::testing::listener::{Listener, Seen};

/// What a vendor does with a request, by the number of its connection and its own.
type Serves = fn(usize, usize) -> Serve;

enum Serve {
    Answers,
    /// After a while.
    AnswersLater,
    Never,
    /// It lets no handshake end on this connection.
    Closes,
    Resets(Reason),
}

/// A vendor that speaks HTTP/2, or HTTP/1.1 alone with whoever does not offer more.
struct Vendor {
    url: String,
    connections: Arc<AtomicUsize>,
    requests: Arc<AtomicUsize>,
    /// The connections that are open.
    open: Arc<AtomicUsize>,
    egress: Egress,
}

/// Counts a connection for as long as it is open.
struct Open(Arc<AtomicUsize>);

impl Open {
    fn one_more(open: &Arc<AtomicUsize>) -> Self {
        open.fetch_add(1, Ordering::SeqCst);
        Self(Arc::clone(open))
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

fn trusting(root: CertificateDer<'static>, address: std::net::SocketAddr) -> Egress {
    let mut roots = RootCertStore::empty();
    roots.add(root).unwrap();
    let addresses: &[_] = &[address];
    let (lookup, _) = scripted(&[addresses; 200]);
    Egress::with(Reach::Loopback, lookup, roots).unwrap()
}

/// Takes as many requests at once as `streams` on a connection, and does with them what `serves` says.
async fn vendor(streams: u32, serves: Serves) -> Vendor {
    let (root, tls) = certificate("localhost", 4000, &[b"h2"]);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let counts = (Arc::<AtomicUsize>::default(), Arc::<AtomicUsize>::default());
    let open = Arc::<AtomicUsize>::default();
    let of_vendor = Arc::clone(&open);
    let (connections, seen) = (Arc::clone(&counts.0), Arc::clone(&counts.1));
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let (tls, seen, open) = (tls.clone(), Arc::clone(&seen), Arc::clone(&of_vendor));
            let number = connections.fetch_add(1, Ordering::SeqCst);
            tokio::spawn(async move {
                if matches!(serves(number, 0), Serve::Closes) {
                    return;
                }
                // A client that goes ends its connection, and nothing else.
                let Ok(stream) = tls.accept(stream).await else {
                    return;
                };
                let mut builder = server::Builder::new();
                builder.max_concurrent_streams(streams);
                let Ok(mut connection) = builder.handshake::<_, Bytes>(stream).await else {
                    return;
                };
                let mut silent = Vec::new();
                let _open = Open::one_more(&open);
                while let Some(Ok((request, mut respond))) = connection.accept().await {
                    let at = seen.fetch_add(1, Ordering::SeqCst);
                    let wait = match serves(number, at) {
                        Serve::AnswersLater => Duration::from_millis(5),
                        _ => Duration::ZERO,
                    };
                    match serves(number, at) {
                        Serve::Answers | Serve::AnswersLater => {
                            assert_eq!(request.uri().host(), Some("localhost"));
                            tokio::spawn(async move {
                                tokio::time::sleep(wait).await;
                                let head = Response::new(());
                                let mut sent = respond.send_response(head, false).unwrap();
                                sent.send_data(Bytes::from_static(b"{}"), true).unwrap();
                            });
                        }
                        Serve::Never => silent.push(respond),
                        Serve::Closes => return,
                        Serve::Resets(reason) => respond.send_reset(reason),
                    }
                }
            });
        }
    });
    Vendor {
        url: format!("https://localhost:{}/", address.port()),
        connections: counts.0,
        requests: counts.1,
        open,
        egress: trusting(root, address),
    }
}

impl Vendor {
    fn counts(&self) -> (usize, usize) {
        let count = |count: &AtomicUsize| count.load(Ordering::SeqCst);
        (count(&self.requests), count(&self.connections))
    }

    async fn ask(&self) -> Result<u16, ExchangeError> {
        let answered = self.egress.exchange(post(&self.url)).await;
        answered.map(|answer| answer.status)
    }
}

#[tokio::test]
async fn requests_at_once_share_one_connection_over_http2() {
    let vendor = vendor(100, |_, _| Serve::Answers).await;
    for answered in join_all((0..64).map(|_| vendor.ask())).await {
        assert_eq!(answered, Ok(200));
    }
    assert_eq!(vendor.counts(), (64, 1));
}

#[tokio::test]
async fn a_vendor_that_takes_few_requests_at_once_gets_more_connections() {
    let vendor = vendor(2, |_, _| Serve::Answers).await;
    assert_eq!(vendor.ask().await, Ok(200));
    for answered in join_all((0..8).map(|_| vendor.ask())).await {
        assert_eq!(answered, Ok(200));
    }
    let (requests, connections) = vendor.counts();
    assert_eq!(requests, 9);
    assert!((2..=4).contains(&connections), "{connections}");
}

#[tokio::test]
async fn a_vendor_that_allows_one_connection_serves_all_who_wait() {
    let vendor = vendor(2, |connection, _| match connection {
        0 => Serve::AnswersLater,
        _ => Serve::Closes,
    });
    let vendor = vendor.await;
    for answered in join_all((0..20).map(|_| vendor.ask())).await {
        assert_eq!(answered, Ok(200));
    }
    assert_eq!(vendor.counts().0, 20);
}

#[tokio::test]
async fn a_request_that_is_refused_unread_is_sent_once_more() {
    let once = vendor(100, |_, at| match at {
        0 => Serve::Resets(Reason::REFUSED_STREAM),
        _ => Serve::Answers,
    });
    let once = once.await;
    assert_eq!((once.ask().await, once.counts()), (Ok(200), (2, 2)));
    let always = vendor(100, |_, _| Serve::Resets(Reason::REFUSED_STREAM)).await;
    let lost = always.ask().await.unwrap_err();
    assert_eq!((lost, always.counts().0), (ExchangeError::NotProcessed, 2));
    let Outcome::NotAccepted(why) = lost.outcome() else {
        panic!("{lost}");
    };
    assert_eq!(why.kind, RefusalKind::Throttled);
}

#[tokio::test]
async fn a_vendor_that_asks_for_http_1_1_is_remembered() {
    let vendor = vendor(100, |_, _| Serve::Resets(Reason::HTTP_1_1_REQUIRED)).await;
    let cause = "the vendor wants HTTP/1.1";
    assert_eq!(vendor.ask().await, Err(ExchangeError::NoAnswer(cause)));
    // This one speaks HTTP/2 alone, so there is no protocol left.
    let cause = "tls: refused by the other side";
    assert_eq!(vendor.ask().await, Err(ExchangeError::NotConnected(cause)));
    assert_eq!(vendor.counts(), (1, 2));
}

#[tokio::test]
async fn a_connection_is_made_before_the_request_that_it_is_for() {
    let mut listener = Listener::start([]).await;
    let (url, egress) = (listener.url("/"), egress(Reach::Loopback));
    let parsed = Url::parse(&url).unwrap();
    for _ in 0..10 {
        egress.warm(&parsed);
    }
    listener.until(&Seen::Connection).await;
    egress.exchange(post(&url)).await.unwrap();
    egress.warm(&parsed);
    egress.exchange(post(&url)).await.unwrap();
    let seen = listener.seen();
    assert_eq!((requests(&seen), connections(&seen)), (2, 0));
}

// shows: F6
#[tokio::test]
async fn nothing_is_warmed_that_is_out_of_reach() {
    let mut listener = Listener::start([]).await;
    egress(Reach::Public).warm(&Url::parse(&listener.url("/")).unwrap());
    let open = egress(Reach::Loopback);
    open.exchange(post(&listener.url("/"))).await.unwrap();
    assert_eq!(connections(&listener.seen()), 1);
}

/// Whoever gives up leaves the connection that was dialled for it to those who wait.
#[tokio::test]
async fn a_request_that_is_given_up_takes_no_connection_from_others() {
    let mut listener = Listener::start([]).await;
    let (url, egress) = (listener.url("/"), egress(Reach::Loopback));
    for _ in 0..3 {
        let given_up = egress.exchange(post(&url));
        assert!(given_up.now_or_never().is_none());
    }
    egress.exchange(post(&url)).await.unwrap();
    assert_eq!(requests(&listener.seen()), 1);
}

#[tokio::test]
async fn all_who_wait_hear_that_nothing_is_there() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    for scheme in ["http", "https"] {
        let (url, egress) = (format!("{scheme}://{address}/"), egress(Reach::Loopback));
        let asked = (0..20).map(|_| egress.exchange(post(&url)));
        for answered in join_all(asked).await {
            let refused = Some(ExchangeError::NotConnected("refused"));
            assert_eq!(answered.err(), refused, "{scheme}");
        }
    }
}

#[tokio::test]
async fn whoever_waits_gets_a_connection_although_the_first_falls_silent() {
    let vendor = vendor(1, |connection, _| match connection {
        0 => Serve::Never,
        1 => Serve::Closes,
        _ => Serve::Answers,
    });
    let vendor = vendor.await;
    let given_up = tokio::time::timeout(Duration::from_millis(300), vendor.ask());
    let (given_up, answered) = join(given_up, vendor.ask()).await;
    assert!(given_up.is_err());
    assert_eq!(answered, Ok(200));
}

#[tokio::test]
async fn requests_that_are_refused_unread_leave_no_connections() {
    let vendor = vendor(100, |connection, at| match (connection, at) {
        (0, 1..) => Serve::Resets(Reason::REFUSED_STREAM),
        _ => Serve::Answers,
    });
    let vendor = vendor.await;
    for answered in join_all((0..20).map(|_| vendor.ask())).await {
        assert_eq!(answered, Ok(200));
    }
    assert!(vendor.counts().1 > 2);
    let few = async {
        while vendor.open.load(Ordering::SeqCst) > 2 {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), few)
        .await
        .unwrap();
}

#[tokio::test]
async fn a_connection_is_closed_when_its_time_is_over_though_nobody_asks() {
    let mut listener = Listener::start([]).await;
    let (url, egress) = (listener.url("/"), egress(Reach::Loopback));
    egress.exchange(post(&url)).await.unwrap();
    tokio::time::pause();
    let begun = tokio::time::Instant::now();
    listener.until(&Seen::Closed).await;
    assert!(begun.elapsed() <= Duration::from_secs(7));
    drop(egress);
}
