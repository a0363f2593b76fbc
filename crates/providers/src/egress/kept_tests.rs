//! Connections that are kept for the next request, and those that must not be used again.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, Sender, channel};

use tokio::time::advance;

use super::dial::Offer;
use super::http1::Http1;
use super::tests::{connections, egress, post, requests};
use super::*;
use crate::testing::listener::{Act, Listener};

/// An answer with one header more, after which the vendor keeps the connection.
fn with(header: &str) -> Act {
    let text = format!("HTTP/1.1 200 OK\r\n{header}\r\ncontent-length: 2\r\n\r\n{{}}");
    Act::Say(text.into_bytes())
}

/// Lets time pass, without waiting for it.
async fn pass(time: Duration) {
    tokio::time::pause();
    advance(time).await;
    tokio::time::resume();
}

#[tokio::test]
async fn a_connection_idles_no_longer_than_the_vendor_keeps_it() {
    for (header, seconds, is_kept) in [
        ("x: y", 3.5, true),
        ("x: y", 4.5, false),
        ("keep-alive: timeout=3", 1.5, true),
        ("keep-alive: timeout=3", 2.5, false),
        ("Keep-Alive: max=100, Timeout=\"3\"", 2.5, false),
        ("keep-alive: timeout=1", 0.0, false),
        ("keep-alive: timeout=0", 0.0, false),
        ("keep-alive: timeout=100", 3.5, true),
        ("keep-alive: timeout=100", 4.5, false),
        ("keep-alive: timeout=soon, max", 3.5, true),
        ("connection: close", 0.0, false),
        ("connection: x, Close", 0.0, false),
    ] {
        let mut listener = Listener::start([with(header)]).await;
        let (url, egress) = (listener.url("/"), egress(Reach::Loopback));
        egress.exchange(post(&url)).await.unwrap();
        pass(Duration::from_secs_f64(seconds)).await;
        egress.exchange(post(&url)).await.unwrap();
        let seen = listener.seen();
        let made = if is_kept { 1 } else { 2 };
        assert_eq!(
            (requests(&seen), connections(&seen)),
            (2, made),
            "{header} {seconds}"
        );
    }
}

#[tokio::test]
async fn a_connection_is_used_for_a_minute() {
    let mut listener = Listener::start([]).await;
    let (url, egress) = (listener.url("/"), egress(Reach::Loopback));
    for _ in 0..20 {
        egress.exchange(post(&url)).await.unwrap();
        pass(Duration::from_secs(3)).await;
    }
    assert_eq!(connections(&listener.seen()), 1);
    egress.exchange(post(&url)).await.unwrap();
    assert_eq!(connections(&listener.seen()), 1, "another one");
}

#[tokio::test]
async fn accounts_and_hosts_have_connections_of_their_own() {
    let mut listener = Listener::start([]).await;
    let port = listener.address.port();
    let (one, other) = (egress(Reach::Loopback), egress(Reach::Loopback).apart());
    for egress in [&one, &other] {
        for host in ["127.0.0.1", "localhost", "127.0.0.1"] {
            let url = format!("http://{host}:{port}/");
            egress.exchange(post(&url)).await.unwrap();
        }
    }
    let seen = listener.seen();
    assert_eq!((requests(&seen), connections(&seen)), (6, 4));
}

/// How a vendor ends a connection that idles.
#[derive(Debug, Clone, Copy)]
enum Ending {
    Closed,
    Reset,
    /// It says that no request came in time, and closes.
    TimedOut,
}

/// A vendor in a thread of its own: it answers the first request of a connection, ends the connection once it is told to, and says so.
/// Its bytes are in our socket then, although nothing of us has run meanwhile.
fn vendor(ending: Ending) -> (String, Sender<()>, Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let ((end, told), (say, seen)) = (channel(), channel());
    std::thread::spawn(move || {
        for connection in listener.incoming() {
            let mut connection = connection.unwrap();
            say.send(request(&mut connection)).unwrap();
            let answer = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}";
            connection.write_all(answer).unwrap();
            if told.recv().is_err() {
                return;
            }
            match ending {
                Ending::Closed => {}
                Ending::Reset => resets(&connection),
                Ending::TimedOut => {
                    let late = b"HTTP/1.1 408 Request Timeout\r\nconnection: close\r\ncontent-length: 0\r\n\r\n";
                    connection.write_all(late).unwrap();
                }
            }
            drop(connection);
            say.send("ended".to_owned()).unwrap();
        }
    });
    (url, end, seen)
}

/// The connection is reset once it is dropped.
fn resets(connection: &TcpStream) {
    rustix::net::sockopt::set_socket_linger(connection, Some(Duration::ZERO)).unwrap();
}

fn request(connection: &mut TcpStream) -> String {
    let (mut bytes, mut more) = (Vec::new(), [0; 4096]);
    while !bytes.ends_with(b"body") {
        let count = connection.read(&mut more).unwrap();
        assert!(count > 0, "a request that is cut");
        bytes.extend_from_slice(&more[..count]);
    }
    String::from_utf8(bytes).unwrap()
}

#[tokio::test]
async fn a_request_does_not_meet_an_end_that_nobody_has_noticed_yet() {
    for ending in [Ending::Closed, Ending::Reset, Ending::TimedOut] {
        let (url, end, seen) = vendor(ending);
        let egress = egress(Reach::Loopback);
        let first = egress.exchange(post(&url)).await.unwrap();
        assert!(seen.recv().unwrap().starts_with("POST / "));
        end.send(()).unwrap();
        assert_eq!(seen.recv().unwrap(), "ended"); // this thread alone polls the connection: it saw nothing
        let second = egress.exchange(post(&url)).await.unwrap();
        assert!(seen.recv().unwrap().starts_with("POST / "), "{ending:?}");
        assert_eq!((first.status, second.status), (200, 200), "{ending:?}");
    }
}

/// The vendor may have given up waiting before it saw the request: the answer is about the connection.
#[tokio::test]
async fn a_request_timeout_on_a_connection_that_has_served_before_says_nothing_of_the_message() {
    let late = "HTTP/1.1 408 Request Timeout\r\nconnection: close\r\ncontent-length: 0\r\n\r\n";
    let late = || Act::SayAndClose(late.as_bytes().to_vec());
    let mut listener = Listener::start([late(), with("x: y"), late()]).await;
    let (url, egress) = (listener.url("/"), egress(Reach::Loopback));
    assert_eq!(egress.exchange(post(&url)).await.unwrap().status, 408);
    assert_eq!(egress.exchange(post(&url)).await.unwrap().status, 200);
    let lost = egress.exchange(post(&url)).await.err();
    let cause = "the connection was closed for its idleness";
    assert_eq!(lost, Some(ExchangeError::NoAnswer(cause)));
    let seen = listener.seen();
    assert_eq!((requests(&seen), connections(&seen)), (3, 2));
}

#[tokio::test]
async fn a_request_of_which_nothing_was_written_has_certainly_not_left() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let request = Prepared::of(post(&url)).unwrap();
    let dialled = egress(Reach::Loopback)
        .dialler
        .dial(&request.url, Offer::Both)
        .await;
    let (taken, _) = listener.accept().unwrap();
    resets(&taken);
    drop(taken);
    let connection = Http1::on(dialled.unwrap()).await.ok().unwrap();
    let lost = connection.exchange(&request).await.err();
    assert!(matches!(lost, Some(Lost::NotSent)));
}
