//! The way out, as an attacker and a bad network see it.

use std::collections::VecDeque;
use std::io;
use std::net::SocketAddr;
use std::sync::Mutex;

use futures_util::FutureExt as _;

use super::*;
use crate::testing::listener::{Act, Listener, Seen, answer};

pub(super) fn egress(reach: Reach) -> Egress {
    Egress::new(reach).unwrap()
}

pub(super) fn post(url: &str) -> Request {
    Request {
        method: Method::POST,
        url: Url::parse(url).unwrap(),
        headers: vec![("x-a".to_owned(), "b".to_owned())],
        body: b"body".to_vec(),
    }
}

/// An answer after which the server closes its half, as one that keeps no idle connections.
fn last() -> Act {
    Act::SayAndClose(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}".to_vec())
}

pub(super) fn requests(seen: &[Seen]) -> usize {
    let is_request = |seen: &&Seen| matches!(seen, Seen::Request(_));
    seen.iter().filter(is_request).count()
}

pub(super) fn connections(seen: &[Seen]) -> usize {
    let is_connection = |seen: &&Seen| **seen == Seen::Connection;
    seen.iter().filter(is_connection).count()
}

/// Names that resolve to these addresses, a time each, and how they are counted.
pub(super) fn scripted(
    answers: &[&[SocketAddr]],
) -> (Lookup, Arc<Mutex<VecDeque<Vec<SocketAddr>>>>) {
    let left: VecDeque<_> = answers.iter().map(|answer| answer.to_vec()).collect();
    let left = Arc::new(Mutex::new(left));
    let script = Arc::clone(&left);
    let lookup: Lookup = Arc::new(move |_| {
        let next = script.lock().unwrap().pop_front();
        async { next.ok_or_else(|| io::Error::other("no more answers")) }.boxed()
    });
    (lookup, left)
}

// shows: F6
#[test]
fn urls_lead_to_the_public_internet_only() {
    use InvalidUrl::{Address, Form, Port, Scheme};
    let public = Reach::Public;
    for url in [
        "https://vendor.example/x?y=z",
        "https://vendor.example:443/",
        "https://vendor.example./",
        "https://8.8.8.8/",
        "https://[2001:4860:4860::8888]/",
        "https://localhost.example/",
    ] {
        assert!(public.url(url).is_ok(), "{url}");
    }
    for (url, why) in [
        ("vendor.example", Form),
        ("/path", Form),
        ("https://", Form),
        ("ftp://vendor.example/", Form),
        ("file:///etc/passwd", Form),
        ("unix:/run/x.sock", Form),
        ("https://user@vendor.example/", Form),
        ("https://user:word@vendor.example/", Form),
        ("https://127.0.0.1@vendor.example/", Form),
        ("https://vendor.example@127.0.0.1/", Form),
        ("https://127.0.0.1.256/", Form),
        ("http://vendor.example/", Scheme),
        ("http://vendor.example:443/", Scheme),
        ("https://vendor.example:8443/", Port),
        ("https://vendor.example:22/", Port),
        ("https://localhost/", Address),
        ("https://LOCALHOST./", Address),
        ("https://a.localhost/", Address),
        ("https://127.0.0.1/", Address),
        ("https://127.0.0.1./", Address),
        ("https://127.1/", Address),
        ("http://2130706433/", Address),
        ("http://0x7f.1/", Address),
        ("http://0x7f000001/", Address),
        ("http://0177.0.0.1/", Address),
        ("http://0/", Address),
        ("https://%31%32%37.0.0.1/", Address),
        ("https://１２７.０.０.１/", Address),
        ("https://127。0。0。1/", Address),
        ("https://①②⑦.0.0.1/", Address),
        ("https:\\\\127.0.0.1\\", Address),
        ("https:127.0.0.1", Address),
        ("https://\t127.0.0.1/", Address),
        ("https://100.100.100.200/", Address),
        ("https://169.254.169.254/latest/meta-data/", Address),
        ("https://[::1]/", Address),
        ("https://[::ffff:127.0.0.1]/", Address),
        ("https://[::ffff:7f00:1]/", Address),
        ("https://[64:ff9b::7f00:1]/", Address),
        ("https://[2002:7f00:1::]/", Address),
        ("https://[fe80::1]/", Address),
    ] {
        assert_eq!(public.url(url), Err(why), "{url}");
    }
}

#[test]
fn an_operator_can_open_this_machine_and_everything() {
    let here = Reach::Loopback;
    for url in [
        "http://127.0.0.1:9000/",
        "http://[::1]:9000/",
        "http://localhost:9000/",
        "http://2130706433:9000/",
        "https://vendor.example/",
    ] {
        assert!(here.url(url).is_ok(), "{url}");
    }
    for (url, why) in [
        ("http://10.0.0.1/", InvalidUrl::Address),
        ("https://169.254.169.254/", InvalidUrl::Address),
        ("http://vendor.example/", InvalidUrl::Scheme),
        ("https://vendor.example:9000/", InvalidUrl::Port),
        ("http://127.0.0.1@vendor.example/", InvalidUrl::Form),
    ] {
        assert_eq!(here.url(url), Err(why), "{url}");
    }
    let everywhere = Reach::Anywhere;
    assert!(everywhere.url("http://10.0.0.1:8080/").is_ok());
    assert!(everywhere.url("file:///etc/passwd").is_err());
    assert!(everywhere.url("http://a:b@10.0.0.1/").is_err());
}

/// An address as a number never asks the resolver, so it is judged before anything is sent.
#[tokio::test]
async fn addresses_out_of_reach_are_not_dialled() {
    let mut listener = Listener::start([]).await;
    let port = listener.address.port();
    for host in [
        "127.0.0.1",
        "2130706433",
        "0x7f.1",
        "[::ffff:127.0.0.1]",
        "localhost",
    ] {
        let request = post(&format!("http://{host}:{port}/"));
        let lost = egress(Reach::Public).exchange(request).await.err();
        assert_eq!(lost, Some(ExchangeError::Refused), "{host}");
    }
    assert_eq!(listener.seen(), []);
}

// shows: F6
#[tokio::test]
async fn a_name_is_judged_by_the_address_that_is_dialled() {
    let mut listener = Listener::start([]).await;
    let inside: SocketAddr = "10.0.0.1:9".parse().unwrap();
    let here = listener.address;

    // The check of the URL cannot see where it leads; the resolver does.
    let (lookup, left) = scripted(&[&[here], &[inside, here]]);
    let public = Egress::with(Reach::Public, lookup, RootCertStore::empty()).unwrap();
    for _ in 0..2 {
        let lost = public.exchange(post("https://vendor.example/")).await.err();
        assert_eq!(lost, Some(ExchangeError::Refused));
    }
    assert!(left.lock().unwrap().is_empty(), "it was asked each time");
    assert_eq!(listener.seen(), []);

    // No address at all is no connection.
    let (lookup, _) = scripted(&[&[]]);
    let public = Egress::with(Reach::Public, lookup, RootCertStore::empty()).unwrap();
    for _ in 0..2 {
        let lost = public.exchange(post("https://vendor.example/")).await.err();
        assert_eq!(lost, Some(ExchangeError::NotConnected("dns")));
    }
}

// shows: F6
#[tokio::test]
async fn a_name_that_flips_gains_nothing() {
    let mut listener = Listener::start([last(), last(), last()]).await;
    let here = listener.address;
    let inside: SocketAddr = "10.0.0.1:9".parse().unwrap();
    let outside: SocketAddr = "8.8.8.8:9".parse().unwrap();
    let (lookup, left) = scripted(&[&[here], &[inside], &[outside], &[inside, outside, here]]);
    let egress = Egress::with(Reach::Loopback, lookup, RootCertStore::empty()).unwrap();
    let url = format!("http://localhost:{}/", here.port());

    assert!(egress.exchange(post(&url)).await.is_ok());
    listener.until(&Seen::Closed).await;
    for _ in 0..2 {
        let lost = egress.exchange(post(&url)).await.err();
        assert_eq!(lost, Some(ExchangeError::Refused));
    }
    assert!(
        egress.exchange(post(&url)).await.is_ok(),
        "the one in reach"
    );
    assert!(left.lock().unwrap().is_empty(), "every connection asks");
}

#[tokio::test]
async fn an_answer_comes_whole() {
    let redirect = "HTTP/1.1 302 Found\r\nlocation: /other\r\ncontent-length: 2\r\n\r\nno";
    let long = |length: usize| answer(200, &"x".repeat(length));
    let acts = [
        answer(201, "{\"a\":1}"),
        Act::Say(redirect.into()),
        answer(500, "no"),
        long(MOST),
        long(MOST + 1),
    ];
    let mut listener = Listener::start(acts).await;
    let egress = egress(Reach::Loopback);
    let url = listener.url("/path?query");

    let first = egress.exchange(post(&url)).await.unwrap();
    assert_eq!((first.status, &*first.body), (201, &b"{\"a\":1}"[..]));
    let request = listener.request().await;
    assert!(
        request.starts_with("POST /path?query HTTP/1.1\r\nx-a: b\r\n"),
        "{request}"
    );
    let agent = format!("\r\nuser-agent: {USER_AGENT}\r\n");
    assert!(request.contains(&agent), "{request}");
    assert!(request.ends_with("\r\n\r\nbody"), "{request}");

    let second = egress.exchange(post(&url)).await.unwrap();
    assert_eq!(second.status, 302, "it is not followed");
    assert_eq!(egress.exchange(post(&url)).await.unwrap().status, 500);
    assert_eq!(egress.exchange(post(&url)).await.unwrap().body.len(), MOST);
    let seen = listener.seen();
    assert_eq!(
        (requests(&seen), connections(&seen)),
        (3, 0),
        "on one connection"
    );
}

/// Each once on a new connection, and once on one that has served before.
#[tokio::test]
async fn a_request_that_was_written_is_never_repeated() {
    let answers: [(&str, Act); 8] = [
        ("reset", Act::Reset),
        ("closed", Act::SayAndClose(Vec::new())),
        (
            "garbage",
            Act::SayAndClose(b"\x16\x03\x01 who is there?\r\n\r\n".to_vec()),
        ),
        (
            "torn head",
            Act::SayAndClose(b"HTTP/1.1 200 OK\r\ncontent-le".to_vec()),
        ),
        (
            "torn body",
            Act::SayAndClose(b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n{\"a\"".to_vec()),
        ),
        (
            "torn chunk",
            Act::SayAndClose(
                b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n9\r\n{".to_vec(),
            ),
        ),
        ("too long", answer(200, &"x".repeat(1 << 20))),
        (
            "too long a head",
            Act::SayAndClose(format!("HTTP/1.1 200 OK\r\nx: {}", "x".repeat(1 << 20)).into()),
        ),
    ];
    for (name, act) in answers {
        let mut listener = Listener::start([act.clone(), answer(200, "{}"), act]).await;
        let url = listener.url("/");
        let egress = egress(Reach::Loopback);
        let fresh = egress.exchange(post(&url)).await.err();
        assert!(
            matches!(fresh, Some(ExchangeError::NoAnswer(_))),
            "{name}: {fresh:?}"
        );
        assert_eq!(
            egress.exchange(post(&url)).await.unwrap().status,
            200,
            "{name}"
        );
        let again = egress.exchange(post(&url)).await.err();
        assert!(
            matches!(again, Some(ExchangeError::NoAnswer(_))),
            "{name}: {again:?}"
        );
        let seen = listener.seen();
        assert_eq!((requests(&seen), connections(&seen)), (3, 2), "{name}");
    }
}

#[tokio::test]
async fn silence_is_the_callers_to_end() {
    let mut listener = Listener::start([Act::Stall]).await;
    let (url, egress) = (listener.url("/"), egress(Reach::Loopback));
    let exchange = async move { egress.exchange(post(&url)).await };
    let call = tokio::spawn(tokio::time::timeout(Duration::from_secs(3600), exchange));
    listener.request().await;
    tokio::time::pause(); // whatever keeps time has its way at once
    assert!(call.await.unwrap().is_err(), "nothing else ended it");
    assert_eq!(requests(&listener.seen()), 0, "and nothing was sent again");
}

#[tokio::test]
async fn a_connection_that_was_closed_meanwhile_is_not_missed() {
    let mut listener = Listener::start([last()]).await;
    let (url, egress) = (listener.url("/"), egress(Reach::Loopback));
    assert_eq!(egress.exchange(post(&url)).await.unwrap().status, 200);
    listener.until(&Seen::Closed).await; // by us, who noticed that the server is done
    assert_eq!(egress.exchange(post(&url)).await.unwrap().status, 200);
    listener.until(&Seen::Connection).await;
    assert_eq!(requests(&listener.seen()), 1);
}

#[tokio::test]
async fn a_refused_connection_is_a_certain_failure() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    drop(listener);
    let lost = egress(Reach::Loopback).exchange(post(&url)).await.err();
    assert_eq!(lost, Some(ExchangeError::NotConnected("refused")));
}

#[tokio::test]
async fn a_request_that_cannot_be_made_is_not_sent() {
    let mut listener = Listener::start([]).await;
    let url = listener.url("/");
    for (name, value) in [("x\n", "a"), ("", "a"), ("x", "a\r\ny: z"), ("x", "\0")] {
        let mut request = post(&url);
        request.headers.push((name.to_owned(), value.to_owned()));
        let lost = egress(Reach::Loopback).exchange(request).await.err();
        assert_eq!(lost, Some(ExchangeError::Refused), "{name:?} {value:?}");
    }
    assert_eq!(listener.seen(), []);
}

#[test]
fn each_exchange_error_tells_whether_the_request_may_have_arrived() {
    for (lost, kind) in [
        (ExchangeError::Refused, RefusalKind::ConfigError),
        (ExchangeError::NotConnected("dns"), RefusalKind::Unreachable),
    ] {
        let Outcome::NotAccepted(why) = lost.outcome() else {
            panic!("{lost:?}")
        };
        assert_eq!(why.kind, kind);
    }
    assert!(ExchangeError::NoAnswer("x").outcome().may_have_been_sent());
}
