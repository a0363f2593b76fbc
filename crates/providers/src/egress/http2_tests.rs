//! What is certain of a request over HTTP/2, by what a vendor did with it. The vendor writes its frames by hand.

use std::io::{self, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, Sender, channel};

use super::dial::Offer;
use super::http2::Http2;
use super::tests::{egress, post};
use super::*;

/// The kinds of frames (RFC 9113, section 6).
const DATA: u8 = 0;
const HEADERS: u8 = 1;
const RST_STREAM: u8 = 3;
const SETTINGS: u8 = 4;
const PING: u8 = 6;
const GOAWAY: u8 = 7;

const ACK: u8 = 1;
const END_STREAM: u8 = 1;
const END_HEADERS: u8 = 4;

/// The most that a stream's number can be.
const LAST: u32 = (1 << 31) - 1;

fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).unwrap().to_be_bytes();
    let mut frame = vec![length[1], length[2], length[3], kind, flags];
    frame.extend(stream.to_be_bytes());
    frame.extend(payload);
    frame
}

fn goaway(last: u32, reason: u32) -> Vec<u8> {
    let payload = [last.to_be_bytes(), reason.to_be_bytes()].concat();
    frame(GOAWAY, 0, 0, &payload)
}

fn reset(stream: u32, reason: u32) -> Vec<u8> {
    frame(RST_STREAM, 0, stream, &reason.to_be_bytes())
}

/// The head of an answer: `:status: 200`, which has a number of its own (RFC 7541, appendix A).
fn head(stream: u32) -> Vec<u8> {
    frame(HEADERS, END_HEADERS, stream, &[0x88])
}

fn body(stream: u32) -> Vec<u8> {
    frame(DATA, END_STREAM, stream, b"{}")
}

fn whole(stream: u32) -> Vec<u8> {
    [head(stream), body(stream)].concat()
}

/// What becomes of the connection after the vendor has written.
#[derive(Debug, Clone, Copy)]
enum Then {
    Stays,
    Closes,
    Resets,
}

/// What the vendor does with a connection that it has answered one request on.
#[derive(Debug, Clone)]
enum Script {
    /// It writes this once it has read the next request whole.
    AfterRequest(Vec<u8>, Then),
    /// It writes this once it is told to, before there is another request.
    Idle(Vec<u8>, Then),
    /// It reads on, and says nothing more, to pings neither.
    FallsSilent,
    /// It never says how many requests it takes at once, and answers nothing but pings.
    NeverSettles,
}

/// A vendor in a thread of its own. It says what it has done.
struct Vendor {
    url: String,
    go: Sender<()>,
    done: Receiver<&'static str>,
}

fn vendor(script: Script) -> Vendor {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let ((go, told), (say, done)) = (channel(), channel());
    std::thread::spawn(move || {
        let (mut connection, _) = listener.accept().unwrap();
        // The other side may end it first: the test judges that.
        let _ = serve(&mut connection, &script, &told, &say);
    });
    Vendor { url, go, done }
}

fn serve(
    connection: &mut TcpStream,
    script: &Script,
    told: &Receiver<()>,
    say: &Sender<&'static str>,
) -> io::Result<()> {
    connection.read_exact(&mut [0; 24])?; // the preface
    if let Script::NeverSettles = script {
        let ended = request(connection, true).and_then(|()| request(connection, true));
        let _ = say.send("ended");
        return ended;
    }
    connection.write_all(&frame(SETTINGS, 0, 0, &[]))?;
    request(connection, true)?;
    connection.write_all(&whole(1))?;
    let then = match script {
        Script::AfterRequest(bytes, then) => {
            request(connection, true)?;
            connection.write_all(bytes)?;
            then
        }
        Script::Idle(bytes, then) => {
            told.recv().map_err(io::Error::other)?;
            connection.write_all(bytes)?;
            then
        }
        Script::FallsSilent => loop {
            request(connection, false)?;
        },
        Script::NeverSettles => return Ok(()),
    };
    match then {
        Then::Stays => {}
        Then::Closes => connection.shutdown(std::net::Shutdown::Both)?,
        Then::Resets => {
            rustix::net::sockopt::set_socket_linger(&*connection, Some(Duration::ZERO))?;
            *connection = TcpStream::connect(connection.local_addr()?)?; // drops the one before
        }
    }
    let _ = say.send("done");
    request(connection, true)
}

/// Reads until a request has come whole. Confirms settings meanwhile, and pings if `answers`.
fn request(connection: &mut TcpStream, answers: bool) -> io::Result<()> {
    loop {
        let mut start = [0; 9];
        connection.read_exact(&mut start)?;
        let length = u32::from_be_bytes([0, start[0], start[1], start[2]]);
        let mut payload = vec![0; usize::try_from(length).unwrap()];
        connection.read_exact(&mut payload)?;
        match (start[3], start[4]) {
            (SETTINGS, 0) => connection.write_all(&frame(SETTINGS, ACK, 0, &[]))?,
            (PING, 0) if answers => connection.write_all(&frame(PING, ACK, 0, &payload))?,
            (DATA, END_STREAM) => return Ok(()),
            _ => {}
        }
    }
}

/// A connection to the vendor, on which one request was answered.
async fn connected(vendor: &Vendor) -> (Http2, Prepared) {
    let request = Prepared::of(post(&vendor.url)).unwrap();
    let dialler = Arc::clone(&egress(Reach::Loopback).dialler);
    let dialled = dialler.dial(&request.url, Offer::Both).await.unwrap();
    let connection = Http2::on(dialled).await.unwrap();
    let first = connection.reserve().unwrap().exchange(&request).await;
    assert_eq!(first.ok().unwrap().status, 200);
    (connection, request)
}

const BROKE: Lost = Lost::Perhaps("the connection broke before an answer");
const CUT: Lost = Lost::Perhaps("the answer broke off");
const RESET: Lost = Lost::Perhaps("the vendor cut the request off");

#[tokio::test]
async fn a_vendor_that_has_read_a_request_says_whether_it_is_processed() {
    use Then::{Closes, Resets, Stays};
    let all = |parts: &[Vec<u8>]| parts.concat();
    for (name, bytes, then, expected) in [
        (
            "goes away before it",
            goaway(1, 0),
            Stays,
            Err(Lost::NotSent),
        ),
        ("and closes", goaway(1, 0), Closes, Err(Lost::NotSent)),
        ("calm", goaway(1, 0xb), Stays, Err(Lost::NotSent)),
        ("an error", goaway(1, 1), Stays, Err(Lost::NotSent)),
        (
            "goes away in two steps",
            all(&[goaway(LAST, 0), goaway(1, 0)]),
            Closes,
            Err(Lost::NotSent),
        ),
        ("goes away after it", goaway(3, 0), Closes, Err(BROKE)),
        ("goes away some time", goaway(LAST, 0), Closes, Err(BROKE)),
        (
            "goes away after its answer",
            all(&[goaway(3, 0), whole(3)]),
            Closes,
            Ok(200),
        ),
        ("refuses it", reset(3, 7), Stays, Err(Lost::Refused)),
        (
            "refuses it after a head",
            all(&[head(3), reset(3, 7)]),
            Stays,
            Err(CUT),
        ),
        ("fails", reset(3, 2), Stays, Err(RESET)),
        ("cancels", reset(3, 8), Stays, Err(RESET)),
        ("ends it without an error", reset(3, 0), Stays, Err(RESET)),
        (
            "wants HTTP/1.1",
            reset(3, 0xd),
            Stays,
            Err(Lost::WantsHttp1),
        ),
        (
            "goes away before it, after a head",
            all(&[head(3), goaway(1, 0)]),
            Closes,
            Err(CUT),
        ),
        (
            "ends an answer in the middle",
            all(&[head(3), frame(DATA, 0, 3, b"{")]),
            Closes,
            Err(CUT),
        ),
        ("closes", vec![], Closes, Err(BROKE)),
        ("resets the connection", vec![], Resets, Err(BROKE)),
        (
            "breaks the protocol",
            frame(DATA, 0, 0, b"{}"),
            Stays,
            Err(BROKE),
        ),
        ("answers", whole(3), Stays, Ok(200)),
    ] {
        let vendor = vendor(Script::AfterRequest(bytes, then));
        let (connection, request) = connected(&vendor).await;
        let answered = connection.reserve().unwrap().exchange(&request).await;
        assert_eq!(answered.map(|answer| answer.status), expected, "{name}");
        assert_eq!(vendor.done.recv(), Ok("done"), "{name}");
    }
}

/// What the vendor wrote lies in our socket, and nothing of us has run since.
#[tokio::test]
async fn a_request_after_an_end_that_nobody_has_noticed_has_certainly_not_been_processed() {
    use Then::{Closes, Resets, Stays};
    for (bytes, then) in [
        (goaway(1, 0), Stays),
        (goaway(1, 0), Closes),
        (goaway(LAST, 0), Closes),
        (vec![], Closes),
        (vec![], Resets),
    ] {
        let case = format!("{} bytes {then:?}", bytes.len());
        let vendor = vendor(Script::Idle(bytes, then));
        let (connection, request) = connected(&vendor).await;
        let stream = connection.reserve().unwrap();
        vendor.go.send(()).unwrap();
        assert_eq!(vendor.done.recv(), Ok("done"));
        if stream.is_usable().await {
            let lost = stream.exchange(&request).await.err();
            assert_eq!(lost, Some(Lost::NotSent), "{case}");
        }
        assert!(connection.is_closed(), "{case}");
    }
}

/// Lets so many seconds pass, in which the vendor has time to answer.
async fn pass(seconds: usize) {
    for _ in 0..seconds {
        tokio::time::pause();
        tokio::time::advance(Duration::from_secs(1)).await;
        tokio::time::resume();
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

#[tokio::test]
async fn a_vendor_that_answers_pings_is_kept_for_some_45_seconds_of_idleness() {
    let vendor = vendor(Script::AfterRequest(whole(3), Then::Stays));
    let (connection, request) = connected(&vendor).await;
    pass(41).await;
    assert!(!connection.is_closed());
    let answered = connection.reserve().unwrap().exchange(&request).await;
    assert_eq!(answered.ok().unwrap().status, 200);
    tokio::time::pause();
    tokio::time::sleep(Duration::from_secs(65)).await;
    assert!(connection.is_closed());
}

#[tokio::test]
async fn a_vendor_that_answers_neither_requests_nor_pings_is_given_up() {
    let vendor = vendor(Script::FallsSilent);
    let (connection, request) = connected(&vendor).await;
    tokio::time::pause();
    let begun = tokio::time::Instant::now();
    let lost = connection.reserve().unwrap().exchange(&request).await.err();
    assert_eq!(lost, Some(BROKE));
    assert!(begun.elapsed() <= Duration::from_secs(21));
    assert!(connection.is_closed());
}

#[tokio::test]
async fn nothing_more_is_written_where_a_request_was_given_up() {
    let vendor = vendor(Script::FallsSilent);
    let (connection, request) = connected(&vendor).await;
    tokio::time::pause();
    let second = connection.reserve().unwrap().exchange(&request);
    let given_up = tokio::time::timeout(Duration::from_secs(1), second).await;
    assert!(given_up.is_err());
    assert!(connection.reserve().is_none());
}

#[tokio::test]
async fn a_connection_that_a_vendor_never_settles_ends_all_the_same() {
    let vendor = vendor(Script::NeverSettles);
    let request = Prepared::of(post(&vendor.url)).unwrap();
    let dialler = Arc::clone(&egress(Reach::Loopback).dialler);
    let dialled = dialler.dial(&request.url, Offer::Both).await.unwrap();
    let connection = Http2::on(dialled).await.unwrap();
    let stream = connection.reserve().unwrap();
    assert!(connection.reserve().is_none());
    tokio::time::pause();
    let given_up = tokio::time::timeout(Duration::from_secs(1), stream.exchange(&request));
    assert!(given_up.await.is_err());
    tokio::time::resume();
    drop(connection);
    pass(16).await;
    assert_eq!(vendor.done.try_recv(), Ok("ended"));
}
