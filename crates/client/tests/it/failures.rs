//! The client asks a misbehaving service once, and its error says what is known.

use std::time::Duration;

use countersign_client::ErrorKind;

use super::*;

/// The code in every body below. No error may show it.
const CODE: &str = "042137";

/// Returns the error of one send to a service of this manner, and checks that the service was asked once.
fn failure(send: Way, manner: Manner, timeout: Duration) -> Error {
    failure_of(1, send, manner, timeout)
}

/// Returns the error of one send to a service of this manner, which was asked so often.
fn failure_of(requests: usize, send: Way, manner: Manner, timeout: Duration) -> Error {
    let service = Service::start(manner);
    let error = send(client(&service.url).timeout(timeout), sms()).unwrap_err();
    assert_eq!(service.requests().len(), requests, "{manner:?}");
    assert_eq!(service.connections(), requests, "{manner:?}");
    assert!(!error.nothing_was_sent(), "{manner:?}");
    assert_eq!(error.refusal(), None, "{manner:?}");
    for shown in [format!("{error:?}"), chain(&error)] {
        for secret in [CODE, "dev-app-secret", "18800008888"] {
            assert!(!shown.contains(secret), "{shown}");
        }
    }
    error
}

/// Returns the error and its sources, as a program prints them.
fn chain(error: &Error) -> String {
    let mut text = error.to_string();
    let mut next = std::error::Error::source(error);
    while let Some(source) = next {
        text += &format!(": {source}");
        next = source.source();
    }
    text
}

const ENOUGH: Duration = Duration::from_secs(30);

#[test]
fn a_send_whose_connection_breaks_each_time_fails_with_an_unknown_outcome() {
    let manners = [
        Manner::Close,
        Manner::Reset,
        Manner::Raw(b"HTTP/1.1 200 OK\r\nx-code: 042137\r\n"),
        Manner::Raw(
            b"HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\n{\"statusCode\":200,\"code\":042137}",
        ),
        Manner::Raw(
            b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n11\r\n{\"statusCode\":200}\r\n",
        ),
    ];
    std::thread::scope(|threads| {
        for (manner, &send) in manners
            .iter()
            .flat_map(|m| WAYS.iter().map(move |w| (m, w)))
        {
            threads.spawn(move || {
                let error = failure_of(3, send, *manner, ENOUGH);
                assert_eq!(error.kind(), ErrorKind::Interrupted, "{manner:?} {error:?}");
                assert_eq!(error.http_status(), None);
                assert!(!error.is_timeout());
            });
        }
    });
}

#[test]
fn a_send_to_a_stalling_service_times_out() {
    // Long enough for a busy machine to connect and to write the request.
    let limit = Duration::from_millis(1500);
    let manners = [
        Manner::Silence,
        Manner::Stall(b"HTTP/1.1 200 OK\r\n"),
        Manner::Stall(b"HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\n{\"code\":042137"),
    ];
    std::thread::scope(|threads| {
        for (manner, &send) in manners
            .iter()
            .flat_map(|m| WAYS.iter().map(move |w| (m, w)))
        {
            threads.spawn(move || {
                let error = failure(send, *manner, limit);
                assert_eq!(error.kind(), ErrorKind::Timeout, "{manner:?} {error:?}");
                assert!(error.is_timeout());
                assert!(error.to_string().contains("1.5s"), "{error}");
            });
        }
    });
}

#[test]
fn another_http_status_than_success_is_shown_without_its_body() {
    // An envelope in the body changes nothing: the API answers 200 for every outcome.
    let body = r#"{"statusCode":200,"message":"042137"}"#;
    for &send in WAYS {
        for status in [304, 400, 401, 404, 429, 500, 502, 503] {
            let body = if status == 304 { "" } else { body };
            let error = failure(send, Manner::Answer(status, "", body), ENOUGH);
            assert_eq!(error.kind(), ErrorKind::BadAnswer);
            assert_eq!(error.http_status(), Some(status));
            assert!(error.to_string().contains(&status.to_string()), "{error}");
        }
    }
}

#[test]
fn a_redirect_is_not_followed() {
    for &send in WAYS {
        for status in [301, 302, 303, 307, 308] {
            let manner = Manner::Answer(status, "location: /api/v3/send-sms?042137\r\n", "");
            let error = failure(send, manner, ENOUGH);
            assert_eq!(error.kind(), ErrorKind::BadAnswer);
            assert_eq!(error.http_status(), Some(status));
        }
    }
}

#[test]
fn an_answer_that_is_not_an_answer_of_the_api() {
    for &send in WAYS {
        for body in [
            "",
            "042137",
            "<html>042137</html>",
            r#""042137""#,
            r#"["042137"]"#,
            r#"{"code":200,"message":"042137"}"#,
            r#"{"statusCode":"042137"}"#,
            r#"{"statusCode":200,"message":"042137""#,
        ] {
            let error = failure(send, Manner::Answer(200, "", body), ENOUGH);
            assert_eq!(error.kind(), ErrorKind::BadAnswer, "{body}");
            assert_eq!(error.http_status(), Some(200), "{body}");
            assert!(
                error.to_string().starts_with("HTTP 200 with a body"),
                "{error}"
            );
        }
        for bytes in [
            &b"\x00\xff042137 not http at all\r\n\r\n"[..],
            b"220 mail.example.com ESMTP 042137\r\n",
            b"HTTP/2.0 200 OK\r\nx: 042137\r\n\r\n",
        ] {
            let error = failure(send, Manner::Raw(bytes), ENOUGH);
            assert_eq!(error.kind(), ErrorKind::BadAnswer, "{error:?}");
            assert_eq!(error.http_status(), None);
        }
    }
}

#[test]
fn an_answer_without_end_is_not_read_to_its_end() {
    const SPACES: &[u8] = &[b' '; 4096];
    for &send in WAYS {
        for manner in [
            Manner::Endless(
                b"HTTP/1.1 200 OK\r\ncontent-length: 999999999999\r\n\r\n",
                SPACES,
            ),
            Manner::Endless(b"HTTP/1.1 200 OK\r\n\r\n", SPACES),
            Manner::Endless(
                b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n",
                b"5\r\n     \r\n",
            ),
            Manner::Endless(b"HTTP/1.1 200 OK\r\n", b"x-code: 042137\r\n"),
            Manner::Endless(b"HTTP/1.1 200 OK\r\nx: ", SPACES),
        ] {
            let error = failure(send, manner, ENOUGH);
            assert_eq!(error.kind(), ErrorKind::BadAnswer, "{manner:?} {error:?}");
        }
    }
}

#[test]
fn a_send_without_a_listening_service_sends_nothing() {
    // Bound, so that no other process takes the port, but never listening.
    let socket = socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None).unwrap();
    let address = std::net::SocketAddr::from(([127, 0, 0, 1], 0));
    socket.bind(&address.into()).unwrap();
    let address = socket.local_addr().unwrap().as_socket().unwrap();
    let closed = format!("http://{address}");
    for send in WAYS {
        for host in [closed.as_str(), "http://no-such-host.invalid"] {
            let error = send(client(host), sms()).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Connect, "{error:?}");
            assert!(error.nothing_was_sent());
        }
    }
}

#[test]
fn a_client_outside_of_a_runtime_fails_without_a_panic() {
    let service = Service::start(Manner::Close);
    let client = client(&service.url).build().unwrap();
    let mut sending = std::pin::pin!(client.send_sms(sms()));
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    let std::task::Poll::Ready(Err(error)) = sending.as_mut().poll(&mut context) else {
        panic!("no error");
    };
    assert_eq!(error.kind(), ErrorKind::Configuration);
    assert_eq!(service.connections(), 0);
}
