//! The caller gets every answer of the API, good or bad.

use std::time::Duration;

use countersign_client::ErrorKind;

use super::*;

#[test]
fn the_client_reads_every_field_of_an_answer() {
    for send in WAYS {
        let service = Service::start(Manner::Answer(
            200,
            "retry-after: 42\r\n",
            r#"{"statusCode":429,"message":"请稍后","apiCode":7,"requestId":"r","more":[{}]}"#,
        ));
        let answer = send(client(&service.url), sms()).unwrap();
        assert!(!answer.is_success());
        assert_eq!(answer.status_code, 429);
        assert_eq!(answer.message, "请稍后");
        assert_eq!(answer.api_code, Some(7));
        assert_eq!(answer.request_id.as_deref(), Some("r"));
        assert_eq!(answer.retry_after, Some(Duration::from_secs(42)));
        let refused = answer.clone().into_result().unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::Refused);
        assert_eq!(refused.refusal(), Some(&answer));
        assert!(!refused.nothing_was_sent() && !refused.is_timeout());
        assert_eq!(service.requests().len(), 1);
    }
}

#[test]
fn the_client_reads_a_success_as_bare_as_genauth_sends_it() {
    for send in WAYS {
        for (headers, body) in [
            ("", r#"{"statusCode":200,"message":"ok"}"#),
            (
                "content-type: text/plain\r\n",
                r#"{"statusCode":200,"message":"ok","apiCode":null}"#,
            ),
            (
                "retry-after: Fri, 31 Dec 1999 23:59:59 GMT\r\n",
                r#"{"message":"ok","statusCode":200}"#,
            ),
        ] {
            for http in [200, 201] {
                let service = Service::start(Manner::Answer(http, headers, body));
                let answer = send(client(&service.url), sms())
                    .unwrap()
                    .into_result()
                    .unwrap();
                assert_eq!(answer.message, "ok");
                assert_eq!(
                    (answer.api_code, answer.request_id, answer.retry_after),
                    (None, None, None)
                );
            }
        }
    }
}

#[test]
fn the_client_reads_an_answer_in_pieces_or_until_the_connection_ends() {
    let chunked = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n\
        8\r\n{\"status\r\nc\r\nCode\": 200 }\r\n0\r\n\r\n";
    let until_close = b"HTTP/1.1 200 OK\r\n\r\n{\"statusCode\":200}";
    let after_a_100 = b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.0 200 OK\r\n\r\n{\"statusCode\":200}";
    for send in WAYS {
        for bytes in [&chunked[..], until_close, after_a_100] {
            let service = Service::start(Manner::Raw(bytes));
            assert!(send(client(&service.url), sms()).unwrap().is_success());
        }
    }
}
