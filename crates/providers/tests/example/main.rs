//! The example vendor of the crate's documentation, run against a vendor that listens on this machine.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

mod acme;

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpListener;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use async_trait::async_trait;
use countersign_core::application::{AppId, SmsName};
use countersign_core::channel::Channel;
use countersign_core::code::passcode::Passcode;
use countersign_core::entropy::{Entropy, EntropyError};
use countersign_core::id::MessageId;
use countersign_core::phone::PhoneNumber;
use countersign_core::ports::provider::{Provider, ReportNotKept, ReportSink, Sms};
use countersign_core::receipt::{Callback, Delivery, InvalidCallback, Receipt};
use countersign_core::secret::Secret;
use countersign_core::send::outcome::{NotAccepted, Outcome, RefusalKind};
use countersign_core::send::route::ProviderName;
use countersign_core::template::{Language, render};
use countersign_core::time::{Clock, Timestamp};
use countersign_providers::account::{Account, Resources};
use countersign_providers::egress::{Egress, Reach};
use serde_json::{Value, json};

use acme::KIND;

const NOW: Timestamp = Timestamp::from_millis(1_767_323_045_000);

/// Time and randomness that stand still, and a sink that no provider here uses.
struct Still;

impl Clock for Still {
    fn now(&self) -> Timestamp {
        NOW
    }
}

impl Entropy for Still {
    fn fill(&self, buffer: &mut [u8]) -> Result<(), EntropyError> {
        buffer.fill(0);
        Ok(())
    }
}

#[async_trait]
impl ReportSink for Still {
    async fn report(&self, _: Vec<Receipt>) -> Result<(), ReportNotKept> {
        Err(ReportNotKept)
    }
}

fn account(settings: Value, api_key: &str) -> Account {
    Account {
        name: ProviderName::parse("our-acme").unwrap(),
        settings,
        secrets: [("api_key".to_owned(), Secret::new(api_key.to_owned()))].into(),
        reach: Reach::Loopback,
    }
}

fn provider(endpoint: &str) -> Arc<dyn Provider> {
    let settings = json!({
        "sender": "Shop", "endpoint": endpoint, "errors": {"QUOTA": "config_error"},
    });
    let resources = Resources {
        egress: Egress::new(Reach::Loopback).unwrap(),
        clock: Arc::new(Still),
        entropy: Arc::new(Still),
        reports: Arc::new(Still),
    };
    (KIND.open)(account(settings, "key-1"), resources).unwrap()
}

fn sms() -> Sms {
    let (app, passcode) = (
        SmsName::parse("Shop").unwrap(),
        Passcode::parse("123456").unwrap(),
    );
    let life = Duration::from_secs(300);
    Sms {
        message_id: MessageId::first_at(NOW),
        app_id: AppId::parse("shop").unwrap(),
        to: PhoneNumber::parse("+447400123456", None).unwrap(),
        channel: Channel::Login,
        language: Language::EnUs.tag(),
        text: render(
            Language::EnUs,
            Channel::Login,
            (&app).into(),
            &passcode,
            life,
        ),
        template: None,
        minutes: 5,
        deadline: NOW.after(Duration::from_secs(8)),
        app,
        passcode,
    }
}

/// A vendor that reads one request and answers `status` and `reply`: its URL, and the head and the body that it read.
fn vendor(status: u16, reply: &'static str) -> (String, JoinHandle<(String, Value)>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/v1/sms", listener.local_addr().unwrap());
    let read = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut reader = BufReader::new(stream.try_clone().unwrap());
        let lines = reader.by_ref().lines().map(Result::unwrap);
        let head: Vec<_> = lines.take_while(|line| !line.is_empty()).collect();
        let mut lengths = head
            .iter()
            .filter_map(|line| line.strip_prefix("content-length: "));
        let mut body = vec![0; lengths.next().unwrap().parse().unwrap()];
        reader.read_exact(&mut body).unwrap();
        let length = reply.len();
        write!(
            stream,
            "HTTP/1.1 {status} X\r\ncontent-length: {length}\r\n\r\n{reply}"
        )
        .unwrap();
        (head.join("\n"), serde_json::from_slice(&body).unwrap())
    });
    (url, read)
}

#[tokio::test]
async fn the_example_sends_a_message_once_and_reads_the_vendors_id() {
    let (url, read) = vendor(200, r#"{"id": "a-1"}"#);
    let outcome = provider(&url).send(&sms()).await;
    let accepted = Outcome::Accepted {
        provider_message_id: Some("a-1".to_owned()),
    };
    assert_eq!(outcome, accepted);
    let (head, body) = read.join().unwrap();
    assert!(head.starts_with("POST /v1/sms "), "{head}");
    assert!(head.contains("authorization: Bearer key-1"), "{head}");
    let reference = sms().message_id.to_string();
    assert_eq!(body["from"], "Shop");
    assert_eq!(body["to"], "+447400123456");
    assert_eq!(body["reference"], reference);
    assert!(body["text"].as_str().unwrap().contains("123456"));
}

#[tokio::test]
async fn the_example_calls_only_documented_codes_a_refusal() {
    let refused = |kind, code: &str| {
        Outcome::NotAccepted(NotAccepted {
            kind,
            vendor_code: Some(code.to_owned()),
            retry_after: None,
        })
    };
    for (status, reply, expected) in [
        (
            400,
            r#"{"error": "INVALID_NUMBER"}"#,
            refused(RefusalKind::BadNumber, "INVALID_NUMBER"),
        ),
        (
            429,
            r#"{"error": "RATE_LIMIT_DAY"}"#,
            refused(RefusalKind::Throttled, "RATE_LIMIT_DAY"),
        ),
        (
            200,
            r#"{"error": "QUOTA"}"#,
            refused(RefusalKind::ConfigError, "QUOTA"),
        ),
        (
            404,
            "not here",
            refused(RefusalKind::ConfigError, "HTTP 404"),
        ),
    ] {
        let (url, _) = vendor(status, reply);
        assert_eq!(provider(&url).send(&sms()).await, expected, "{reply}");
    }
    for (status, reply) in [
        (200, "{}"),
        (200, r#"{"error": "NEW_CODE"}"#),
        (500, r#"{"error": "UPSTREAM_TIMEOUT"}"#),
        (503, "busy"),
    ] {
        let (url, _) = vendor(status, reply);
        let outcome = provider(&url).send(&sms()).await;
        assert!(
            matches!(outcome, Outcome::Unknown { .. }),
            "{reply}: {outcome:?}"
        );
    }
}

#[tokio::test]
async fn the_example_calls_a_vendor_that_is_not_there_unreachable() {
    let free = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let outcome = provider(&format!("http://{free}/")).send(&sms()).await;
    assert_eq!(
        outcome,
        countersign_providers::egress::ExchangeError::NotConnected("refused").outcome()
    );
}

#[test]
fn the_example_reads_a_report() {
    let provider = provider("http://127.0.0.1:9/");
    let read = |body: &str| {
        provider.receipts(&Callback {
            method: "POST",
            query: "",
            headers: &[],
            body: body.as_bytes(),
            now: NOW,
        })
    };
    let message = sms().message_id;
    let report = json!({
        "id": "a-1", "reference": message.to_string(), "to": "+447400123456",
        "status": "delivered", "code": "DELIVRD",
    });
    let receipts = read(&report.to_string()).unwrap();
    assert_eq!(receipts.answer.body, "OK");
    let [receipt] = &receipts.receipts[..] else {
        unreachable!("one receipt")
    };
    assert_eq!(receipt.message, Some(message));
    assert_eq!(receipt.status, Delivery::Delivered);
    assert_eq!(read("{}").unwrap().receipts, []);
    assert_eq!(read("nothing").unwrap_err(), InvalidCallback::Malformed);
}

#[test]
fn the_example_refuses_an_account_by_the_path_of_what_is_wrong() {
    let path = |settings, api_key| {
        let checked = (KIND.check)(&account(settings, api_key));
        checked.err().map(|invalid| invalid.first().path.clone())
    };
    let good = json!({"sender": "Shop"});
    assert_eq!(path(good.clone(), "key-1"), None);
    assert_eq!(path(good, "").as_deref(), Some("secrets.api_key"));
    for (settings, expected) in [
        (json!({"sender": "two words"}), "settings.sender"),
        (
            json!({"sender": "Shop", "endpoint": "ftp://x"}),
            "settings.endpoint",
        ),
        (
            json!({"sender": "Shop", "errors": {"X": "retry"}}),
            "settings.errors",
        ),
    ] {
        assert_eq!(path(settings, "key-1").as_deref(), Some(expected));
    }
}
