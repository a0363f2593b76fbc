//! A call whose connection breaks is made again with its idempotency key.

use countersign_client::{ErrorKind, VerifyCode};

use super::wire::parts;
use super::*;

const SENT: &str = r#"{"statusCode":200,"message":"ok"}"#;
const UNDER_WAY: &str = r#"{"statusCode":409,"message":"still under way"}"#;

/// The idempotency key of each request, and the body.
fn keys(service: &Service) -> Vec<(String, String)> {
    let requests = service.requests();
    let read = requests.iter().map(|request| {
        let (_, headers, body) = parts(request);
        let key = headers
            .iter()
            .find_map(|line| line.strip_prefix("idempotency-key: "));
        (key.expect("a key").to_owned(), body)
    });
    read.collect()
}

// shows: B15
#[test]
fn a_repeat_has_the_key_and_the_body_of_the_first_request() {
    for send in WAYS {
        let service = Service::after(
            &[Manner::Close, Manner::Reset],
            Manner::Answer(200, "", SENT),
        );
        let answer = send(client(&service.url), sms()).unwrap();
        assert!(answer.is_success());
        let first = keys(&service);
        assert_eq!(first.len(), 3);
        assert!(first.iter().all(|request| *request == first[0]));
        let _ = send(client(&service.url), sms()).unwrap();
        assert_ne!(keys(&service)[3].0, first[0].0, "another call");
        let _ = send(client(&service.url), sms().idempotency_key("order-1")).unwrap();
        assert_eq!(keys(&service)[4].0, "order-1");
    }
}

// shows: B15
#[test]
fn a_repeat_that_finds_the_first_request_under_way_is_repeated() {
    let answers = [Manner::Close, Manner::Answer(200, "", UNDER_WAY)];
    let service = Service::after(&answers, Manner::Answer(200, "", SENT));
    assert!(in_async(client(&service.url), sms()).unwrap().is_success());
    assert_eq!(keys(&service).len(), 3);
    // A first request that is told so was made with a key that the program chose.
    let service = Service::start(Manner::Answer(200, "", UNDER_WAY));
    let answer = in_async(client(&service.url), sms().idempotency_key("order-1"));
    assert_eq!(answer.unwrap().status_code, 409);
    assert_eq!(keys(&service).len(), 1);
}

// shows: B15
#[test]
fn a_check_is_repeated_with_its_key_too() {
    let valid = r#"{"statusCode":200,"message":"ok","data":{"isValid":true}}"#;
    let service = Service::after(&[Manner::Close], Manner::Answer(200, "", valid));
    let client = client(&service.url).app_secret("dev-app-secret").build();
    let code = VerifyCode::new(Channel::Login, "18800008888", "042137");
    let answer = block_on(client.unwrap().verify_code(code)).unwrap();
    assert!(answer.is_valid());
    let keys = keys(&service);
    assert_eq!((keys.len(), &keys[0]), (2, &keys[1]));
}

#[test]
fn a_key_that_cannot_be_sent_is_refused_before_the_request() {
    let service = Service::start(Manner::Answer(200, "", SENT));
    let error = in_async(client(&service.url), sms().idempotency_key("two words")).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Configuration);
    assert_eq!(
        error.to_string(),
        "idempotency_key must have 1 to 255 visible ASCII characters"
    );
    assert_eq!(service.requests().len(), 0);
}
