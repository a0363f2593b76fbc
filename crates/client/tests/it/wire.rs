//! The requests of the client, as they go over the wire.

use countersign_client::Lang;

use super::*;

const SUCCESS: Manner = Manner::Answer(200, "", r#"{"statusCode":200,"message":"ok"}"#);

/// Returns request line, sorted headers without the value of a new idempotency key, and body.
pub(super) fn parts_but_key(request: &str) -> (String, Vec<String>, String) {
    let (first, mut headers, body) = parts(request);
    for line in &mut headers {
        if let Some(key) = line.strip_prefix("idempotency-key: ") {
            assert_eq!(key.len(), 32, "{key}");
            *line = "idempotency-key: [new]".to_owned();
        }
    }
    (first, headers, body)
}

/// Returns request line, sorted headers, and body.
pub(super) fn parts(request: &str) -> (String, Vec<String>, String) {
    let (head, body) = request.split_once("\r\n\r\n").unwrap();
    let mut lines = head.lines().map(str::to_owned);
    let first = lines.next().unwrap();
    let mut headers: Vec<_> = lines.collect();
    headers.sort();
    (first, headers, body.to_owned())
}

#[test]
fn a_send_is_the_documented_request_and_has_no_secret() {
    for send in WAYS {
        let service = Service::start(SUCCESS);
        let sms = sms().phone_country_code("+86");
        let _ = send(client(&service.url).lang(Lang::EnUs), sms).unwrap();
        let (first, headers, body) = parts_but_key(&service.requests()[0]);
        assert_eq!(first, "POST /api/v3/send-sms HTTP/1.1");
        let host = service.url.strip_prefix("http://").unwrap();
        let agent = env!("CARGO_PKG_VERSION");
        assert_eq!(
            headers,
            [
                "accept: application/json".to_owned(),
                "connection: close".to_owned(),
                format!("content-length: {}", body.len()),
                "content-type: application/json".to_owned(),
                format!("host: {host}"),
                "idempotency-key: [new]".to_owned(),
                format!("user-agent: countersign-client/{agent}"),
                "x-authing-app-id: dev-app".to_owned(),
                "x-authing-lang: en-US".to_owned(),
            ]
        );
        assert_eq!(
            body,
            r#"{"channel":"CHANNEL_LOGIN","phoneNumber":"18800008888","phoneCountryCode":"+86"}"#
        );
    }
}

#[test]
fn an_absent_option_is_not_sent_and_an_empty_one_is() {
    for send in WAYS {
        let service = Service::start(SUCCESS);
        let _ = send(client(&service.url), sms()).unwrap();
        let (_, headers, body) = parts(&service.requests()[0]);
        assert!(
            !headers
                .iter()
                .any(|line| line.starts_with("x-authing-lang"))
        );
        assert_eq!(
            body,
            r#"{"channel":"CHANNEL_LOGIN","phoneNumber":"18800008888"}"#
        );
        let _ = send(client(&service.url), sms().phone_country_code("")).unwrap();
        let (_, _, body) = parts(&service.requests()[1]);
        assert!(body.ends_with(r#","phoneCountryCode":""}"#));
    }
}

#[test]
fn an_unknown_channel_and_the_path_of_a_gateway_are_sent_unchanged() {
    for send in WAYS {
        let service = Service::start(SUCCESS);
        let sms = SendSms::with_channel_name("CHANNEL_VOTE", "+8618800008888");
        let _ = send(client(&format!("{}/otp/", service.url)), sms).unwrap();
        let (first, _, body) = parts(&service.requests()[0]);
        assert_eq!(first, "POST /otp/api/v3/send-sms HTTP/1.1");
        assert_eq!(
            body,
            r#"{"channel":"CHANNEL_VOTE","phoneNumber":"+8618800008888"}"#
        );
    }
}

#[test]
fn each_send_has_a_connection_of_its_own() {
    let service = Service::start(SUCCESS);
    let client = client(&service.url).build().unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        for _ in 0..5 {
            let _ = client.send_sms(sms()).await.unwrap();
        }
    });
    assert_eq!((service.connections(), service.requests().len()), (5, 5));
}
