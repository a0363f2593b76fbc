//! The vendor of any kind, from its settings to what its listener hears.

use countersign_core::ports::provider::Sms;
use serde_json::{Value, json};

use super::*;
use crate::egress::Request;
use crate::kinds;
use crate::testing::listener::{Act, Listener, Seen, answer};
use crate::testing::sample::{self, NOW, account, resources};

/// Everything that means something somewhere.
const NASTY: &str = "a\"b\\c/d?e&f=g#h%i+j k;l:m@n'o<p>{q}$r\u{7f}s\r\nt\u{0}u商";

pub(super) const OLD: &str = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";
pub(super) const NEW: &str = "whsec_YWJjZGVmMDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODk=";

/// A message, with that template's id and signature.
fn sms(template: Option<(&str, &str)>) -> Sms {
    let template = template.map(|(id, signature)| sample::template(id, Some(signature), &[]));
    sample::sms("+8613800138000", "【{app}】{code}", template)
}

/// What is sent for a message with that template.
fn written(
    settings: &Value,
    secrets: &[(&str, &str)],
    sms: &Sms,
) -> Result<Request, request::FillError> {
    let account = account(settings.clone(), secrets);
    let checked = HttpAccount::check(&account).unwrap();
    checked.request.write(sms, NOW)
}

fn vendor(settings: &Value, secrets: &[(&str, &str)]) -> Arc<dyn Provider> {
    kinds::open("http", account(settings.clone(), secrets), resources()).unwrap()
}

fn header<'a>(request: &'a Request, name: &str) -> Vec<&'a str> {
    let headers = request.headers.iter().filter(|(held, _)| held == name);
    headers.map(|(_, value)| value.as_str()).collect()
}

#[test]
fn every_placeholder_has_its_value() {
    let settings = json!({
        "url": "https://vendor.example/", "format": "json", "content": "template",
        "body": {
            "to": ["{to}", "{to_digits}", {"deep": "x{code}y"}],
            "id": "{message_id}", "minutes": "{minutes}", "app": "{app}", "channel": "{channel}",
            "language": "{language}", "template": "{template_id}|{signature}",
            "secrets": "{secret.key}{secret.password}{secret.token}{secret.username}",
            "plain": [1, true, null, "{{}}"],
        },
    });
    let secrets = [
        ("key", "1"),
        ("password", "2"),
        ("token", "3"),
        ("username", "4"),
    ];
    let request = written(&settings, &secrets, &sms(Some(("T1", "商")))).unwrap();
    let body: Value = serde_json::from_slice(&request.body).unwrap();
    let id = sms(None).message_id.to_string();
    let expected = json!({
        "to": ["+8613800138000", "8613800138000", {"deep": "x123456y"}],
        "id": id, "minutes": "5", "app": "Shop", "channel": "CHANNEL_LOGIN",
        "language": "zh-CN", "template": "T1|商", "secrets": "1234",
        "plain": [1, true, null, "{}"],
    });
    assert_eq!(body, expected);
    assert_eq!(request.method, reqwest::Method::POST);
    assert_eq!(header(&request, "content-type"), ["application/json"]);
}

/// Whatever fills a placeholder comes out of the right parser as it went in, and nothing beside it changes.
#[test]
fn a_value_stays_within_its_placeholder() {
    let sms = sms(Some((NASTY, "x")));
    let url =
        "https://vendor.example/a/{template_id}/b?x=1&t={template_id}&{template_id}={code}&to={to}";
    let get = json!({"url": url, "method": "GET", "content": "template"});
    let url = written(&get, &[], &sms).unwrap().url;
    assert_eq!(url.origin().ascii_serialization(), "https://vendor.example");
    let path: Vec<_> = url.path_segments().unwrap().collect();
    assert_eq!((path.len(), path[0], path[2]), (3, "a", "b"));
    let decoded = percent_encoding::percent_decode_str(path[1])
        .decode_utf8()
        .unwrap();
    assert_eq!(decoded, NASTY);
    let query: Vec<_> = url.query_pairs().into_owned().collect();
    let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let expected = [
        pair("x", "1"),
        pair("t", NASTY),
        pair(NASTY, "123456"),
        pair("to", "+8613800138000"),
    ];
    assert_eq!(query, expected);
    assert_eq!(url.fragment(), None);

    let body = |format: &str, body: Value| {
        let url = "https://vendor.example/";
        let settings = json!({"url": url, "format": format, "body": body, "content": "template"});
        written(&settings, &[], &sms).unwrap().body
    };
    for json in [
        json!({"t": "{template_id}", "c": "{code}{to}"}),
        json!(r#"{"t": "{template_id}", "c": "{code}{to}"}"#),
    ] {
        let read: Value = serde_json::from_slice(&body("json", json)).unwrap();
        assert_eq!(read, json!({"t": NASTY, "c": "123456+8613800138000"}));
    }
    let expected = [
        pair("c", "123456+8613800138000"),
        pair("t", NASTY),
        pair("z", "a b&c"),
    ];
    for form in [
        json!({"t": "{template_id}", "c": "{code}{to}", "z": "a b&c"}),
        json!("c={code}{to}&t={template_id}&z=a%20b%26c"),
    ] {
        let read: Vec<_> = url::form_urlencoded::parse(&body("form", form))
            .into_owned()
            .collect();
        assert_eq!(read, expected);
    }
    let raw = body("raw", json!("{template_id} {code} {to}"));
    assert_eq!(
        String::from_utf8(raw).unwrap(),
        format!("{NASTY} 123456 +8613800138000")
    );
}

#[tokio::test]
async fn a_value_that_does_not_fit_its_placeholder_stops_the_message() {
    let mut listener = Listener::start([]).await;
    let cases = [
        (
            json!({"url": listener.url("/a/{template_id}/{code}{to}")}),
            "..",
        ),
        (
            json!({"url": listener.url("/a/.{template_id}/{code}{to}")}),
            ".",
        ),
        (
            json!({"url": listener.url("/{code}{to}"), "headers": {"x-t": "a{template_id}"}}),
            "b\r\nx-other: c",
        ),
        (
            json!({"url": listener.url("/{code}{to}"), "headers": {"x-t": "{template_id}"}}),
            "\u{85}",
        ),
    ];
    for (mut settings, id) in cases {
        settings["content"] = json!("template");
        let vendor = vendor(&settings, &[]);
        let outcome = vendor.send(&sms(Some((id, "")))).await;
        let Outcome::NotAccepted(why) = &outcome else {
            panic!("{outcome:?}")
        };
        assert_eq!(why.kind, RefusalKind::ConfigError, "{settings}");
        let without = vendor.send(&sms(None)).await;
        assert_eq!(without, Outcome::not_accepted(RefusalKind::NoTemplate));
    }
    assert_eq!(listener.seen(), []);
}

#[tokio::test]
async fn the_vendor_gets_the_request_that_the_operator_described() {
    let acts = [answer(201, r#"{"status":"queued","id":"v-1"}"#)];
    let mut listener = Listener::start(acts).await;
    let settings = json!({
        "url": listener.url("/v1/{secret.username}/messages?to={to}"), "format": "form", "method": "PUT",
        "body": "Body={text}&Ref={message_id}", "auth": "basic", "headers": {"X-Channel": "{channel}"},
        "success": {"pointer": "/status", "equals": ["queued"]}, "message_id": "/id",
    });
    let secrets = [("username", "AC 1"), ("password", "p:w")];
    let vendor = vendor(&settings, &secrets);
    let sms = sms(None);
    assert_eq!(
        (vendor.name(), vendor.content(&sms.to)),
        ("account", Content::Text)
    );
    let accepted = Outcome::Accepted {
        provider_message_id: Some("v-1".to_owned()),
    };
    assert_eq!(vendor.send(&sms).await, accepted);

    let request = listener.request().await;
    let (head, body) = request.split_once("\r\n\r\n").unwrap();
    let lines: Vec<_> = head.lines().collect();
    assert_eq!(
        lines[0],
        "PUT /v1/AC%201/messages?to=%2B8613800138000 HTTP/1.1"
    );
    for line in [
        "authorization: Basic QUMgMTpwOnc=",
        "content-type: application/x-www-form-urlencoded",
        "x-channel: CHANNEL_LOGIN",
    ] {
        assert!(lines.contains(&line), "{head}");
    }
    let fields: Vec<_> = url::form_urlencoded::parse(body.as_bytes()).collect();
    assert_eq!(fields[0].1, sms.text.reveal());
    assert_eq!(fields[1].1, sms.message_id.to_string());
}

#[tokio::test]
async fn each_fault_has_its_outcome_after_one_request() {
    let over = |text: &str| Act::SayAndClose(text.as_bytes().to_vec());
    for (act, expected) in [
        (answer(200, r#"{"code":"OK","id":"v-1"}"#), "accepted v-1"),
        (answer(200, r#"{"code":"OK","id":"two words"}"#), "accepted"),
        (answer(200, r#"{"code":"7"}"#), "bad_number 7"),
        (answer(400, r#"{"code":"13800138000"}"#), "other HTTP 400"),
        (answer(200, "<html>"), "unknown HTTP 200"),
        (
            answer(302, ""),
            "config_error HTTP 302: the address has moved",
        ),
        (answer(303, ""), "unknown HTTP 303"),
        (answer(410, ""), "config_error HTTP 410"),
        (answer(500, ""), "unknown HTTP 500"),
        (Act::Reset, "unknown the connection broke before an answer"),
        (
            over("garbage\r\n\r\n"),
            "unknown the connection broke before an answer",
        ),
        (
            over("HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\n{"),
            "unknown the answer broke off",
        ),
    ] {
        let mut listener = Listener::start([act]).await;
        let settings = json!({
            "url": listener.url("/{to}/{code}"), "message_id": "/id", "error_code": "/code",
            "success": {"pointer": "/code", "equals": ["OK"]}, "errors": {"7": "bad_number"},
        });
        let vendor = vendor(&settings, &[]);
        let outcome = match vendor.send(&sms(None)).await {
            Outcome::Accepted {
                provider_message_id,
            } => format!("accepted {}", provider_message_id.unwrap_or_default())
                .trim_end()
                .to_owned(),
            Outcome::NotAccepted(why) => {
                let code = why.vendor_code.unwrap_or_default();
                format!("{} {code}", why.kind.as_str())
                    .trim_end()
                    .to_owned()
            }
            Outcome::Unknown { cause } => format!("unknown {cause}"),
        };
        assert_eq!(outcome, expected);
        let is_request = |seen: &&Seen| matches!(seen, Seen::Request(_));
        assert_eq!(
            listener.seen().iter().filter(is_request).count(),
            1,
            "{expected}"
        );
    }
    let closed = Listener::start([]).await.address.port();
    let settings = json!({"url": format!("http://[::1]:{closed}/{{to}}/{{code}}")});
    let vendor = vendor(&settings, &[]);
    let outcome = vendor.send(&sms(None)).await;
    assert_eq!(
        outcome,
        crate::egress::ExchangeError::NotConnected("refused").outcome()
    );
}

fn callback<'a>(headers: &'a [(String, String)], body: &'a [u8]) -> Callback<'a> {
    Callback {
        method: "POST",
        query: "",
        headers,
        body,
        now: NOW,
    }
}

#[test]
fn a_signed_request_is_signed_with_each_key() {
    let settings = json!({
        "url": "https://vendor.example/", "format": "json", "body": {"to": "{to}", "text": "{text}"},
        "signature": "standard-webhooks",
    });
    let both = [("webhook_secret", OLD), ("webhook_secret_next", NEW)];
    for (secrets, count) in [(&both[..1], 1), (&both[..], 2)] {
        let request = written(&settings, secrets, &sms(None)).unwrap();
        let signatures = header(&request, "webhook-signature");
        assert_eq!(signatures[0].split(' ').count(), count);
        let id = sms(None).message_id.to_string();
        assert_eq!(header(&request, "webhook-id"), [id]);
        for (_, secret) in secrets {
            let key = [Key::parse(secret).unwrap()];
            let callback = callback(&request.headers, &request.body);
            assert_eq!(standard_webhooks::verify(&key, &callback), Ok(()));
        }
    }
}

#[test]
fn reports_are_taken_signed_where_there_is_a_key() {
    let settings = json!({"url": "https://vendor.example/{to}/{code}"});
    let body = br#"{"providerMessageId":"v","to":"+8613800138000","status":"delivered"}"#;
    let signed = |secret: &str| {
        let key = Key::parse(secret).unwrap();
        standard_webhooks::headers(&[key], "r-1", NOW, body)
    };
    let vendor = |secrets: &[(&str, &str)]| vendor(&settings, secrets);

    let open = vendor(&[]);
    assert_eq!(
        open.receipts(&callback(&[], body)).unwrap().receipts.len(),
        1
    );
    let one = vendor(&[("webhook_secret", OLD)]);
    let both = vendor(&[("webhook_secret", OLD), ("webhook_secret_next", NEW)]);
    for (vendor, secret, taken) in [
        (&one, OLD, true),
        (&one, NEW, false),
        (&both, OLD, true),
        (&both, NEW, true),
    ] {
        let headers = signed(secret);
        let callback = callback(&headers, body);
        assert_eq!(vendor.receipts(&callback).is_ok(), taken);
    }
    for vendor in [one, both] {
        let unsigned = vendor.receipts(&callback(&[], body));
        assert_eq!(unsigned.unwrap_err(), InvalidCallback::Unsigned);
        let headers = signed(OLD);
        let late = Callback {
            now: NOW.after(std::time::Duration::from_secs(301)),
            ..callback(&headers, body)
        };
        assert_eq!(
            vendor.receipts(&late).unwrap_err(),
            InvalidCallback::Unsigned
        );
    }
}
