//! Reports: each vendor's form, each variant, and what is made of the answer.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::extract::Request;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use countersign_sandbox::accounts;
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::{Value, json};
use sha2::Sha256;
use tokio::net::TcpListener;
use tokio::sync::mpsc;

use crate::running::Running;
use crate::signed::{PROTOCOLS, good, vendor_of};

/// A report as it arrived.
struct Arrived {
    query: Vec<(String, String)>,
    headers: axum::http::HeaderMap,
    text: String,
    body: Value,
}

impl Arrived {
    fn param(&self, name: &str) -> &str {
        let found = self.query.iter().find(|(held, _)| held == name);
        found.map(|(_, value)| value.as_str()).unwrap_or_default()
    }
}

/// Whoever wants to hear reports.
struct Ear {
    url: String,
    arrived: mpsc::UnboundedReceiver<Arrived>,
    /// Status and body of the answers to come; the last one stays.
    answers: Arc<Mutex<Vec<(u16, &'static str)>>>,
}

impl Ear {
    async fn open(answers: &[(u16, &'static str)]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/receipts/x", listener.local_addr().unwrap());
        let (hear, arrived) = mpsc::unbounded_channel();
        let answers = Arc::new(Mutex::new(answers.to_vec()));
        let says = Arc::clone(&answers);
        let site = Router::new().fallback(async move |request: Request| {
            let (head, body) = request.into_parts();
            let text = axum::body::to_bytes(body, 10_000).await.unwrap();
            let text = String::from_utf8(text.to_vec()).unwrap();
            let query = head.uri.query().unwrap_or_default().as_bytes();
            let arrived = Arrived {
                query: url::form_urlencoded::parse(query).into_owned().collect(),
                headers: head.headers,
                body: serde_json::from_str(&text).unwrap_or_default(),
                text,
            };
            let _ = hear.send(arrived);
            let mut answers = says.lock().unwrap();
            let (status, body) = match answers.len() {
                1 => answers[0],
                _ => answers.remove(0),
            };
            (axum::http::StatusCode::from_u16(status).unwrap(), body)
        });
        tokio::spawn(async move { axum::serve(listener, site).await.unwrap() });
        Self {
            url,
            arrived,
            answers,
        }
    }

    async fn next(&mut self) -> Arrived {
        let next = tokio::time::timeout(Duration::from_secs(10), self.arrived.recv());
        next.await.expect("a report within ten seconds").unwrap()
    }

    fn nothing_more(&mut self) -> bool {
        self.arrived.try_recv().is_err()
    }
}

/// The answer that a vendor wants to hear.
fn wanted(protocol: &str) -> &'static str {
    match protocol {
        "alibaba-cloud" | "alibaba-cloud-international" => r#"{"code":0,"msg":"ok"}"#,
        "tencent-cloud" => r#"{"result":0,"errmsg":"OK"}"#,
        "chuanglan" | "chuanglan-templates" => r#"{"clcode":"000000"}"#,
        "chuanglan-international" => "OK",
        _ => "",
    }
}

/// The vendor's id of the message, and whether it arrived, as a report says it.
fn news(protocol: &str, report: &Arrived) -> (String, bool) {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let first = &report.body[0];
    match protocol {
        "alibaba-cloud" => (text(&first["biz_id"]), first["success"] == true),
        "alibaba-cloud-international" => (text(&first["MessageId"]), first["Status"] == "1"),
        "tencent-cloud" => (text(&first["sid"]), first["report_status"] == "SUCCESS"),
        "http" => {
            let body = &report.body;
            (
                text(&body["providerMessageId"]),
                body["status"] == "delivered",
            )
        }
        _ => (
            report.param("msgid").to_owned(),
            report.param("status") == "DELIVRD",
        ),
    }
}

async fn order(sandbox: &Running, protocol: &str, ear: &Ear, reports: &str) {
    let order = json!({
        "vendor": vendor_of(protocol), "url": ear.url, "reports": reports, "millis": 1,
    });
    assert_eq!(sandbox.post("reports", order).await.status(), 200);
}

async fn lax() -> Running {
    Running::with(|options| options.minute_rule = false).await
}

/// The reports that the sandbox says it made, newest first, once they are so many.
async fn made(sandbox: &Running, count: usize) -> Vec<Value> {
    loop {
        let made = sandbox.get("reports").await["made"].clone();
        let made = made.as_array().unwrap();
        if made.len() >= count {
            return made.clone();
        }
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn every_vendor_reports_in_its_own_form() {
    let sandbox = lax().await;
    for protocol in PROTOCOLS {
        let mut ear = Ear::open(&[(200, wanted(protocol))]).await;
        order(&sandbox, protocol, &ear, "normal").await;
        good(&sandbox, protocol).send().await.unwrap();
        let report = ear.next().await;
        let id = sandbox.messages().await[0]["id"]
            .as_str()
            .unwrap()
            .to_owned();
        assert_eq!(
            news(protocol, &report),
            (id, true),
            "{protocol}: {}",
            report.text
        );
        form(protocol, &report);
    }
    let made = made(&sandbox, PROTOCOLS.len()).await;
    assert_eq!(made.len(), PROTOCOLS.len());
    for made in made {
        assert_eq!(made["answeredAsWanted"], true, "{made}");
        assert_eq!(made["status"], 200);
    }
}

/// The fields that are this vendor's alone.
fn form(protocol: &str, report: &Arrived) {
    let first = &report.body[0];
    match protocol {
        "alibaba-cloud" => {
            assert_eq!(first["phone_number"], "13800138000");
            assert_eq!(first["out_id"], "msg-0001");
            assert_eq!(first["send_time"], "2026-01-02 11:04:05");
            assert_eq!(first["sms_size"], "1");
        }
        "alibaba-cloud-international" => {
            assert_eq!(first["To"], "6591234567");
            assert_eq!(first["TaskId"], "msg-0001");
            assert_eq!(first["SendDate"], "Fri, 02 Jan 2026 11:04:05 +0800");
        }
        "tencent-cloud" => {
            assert_eq!(first["nationcode"], "86");
            assert_eq!(first["mobile"], "13800138000");
        }
        "chuanglan" | "chuanglan-templates" => {
            assert_eq!(report.param("mobile"), "13800138000");
            assert_eq!(report.param("uid"), "msg-0001");
            assert_eq!(report.param("notifyTime"), "260102110406");
            assert_eq!(report.param("receiver"), accounts::CHUANGLAN_RECEIVER.0);
        }
        "chuanglan-international" => assert_eq!(report.param("mobile"), "6591234567"),
        _ => {
            assert_eq!(report.body["messageId"], "msg-0001");
            let header = |name| report.headers[name].to_str().unwrap();
            let (id, seconds) = (header("webhook-id"), header("webhook-timestamp"));
            let key = accounts::WEBHOOK_SECRET.strip_prefix("whsec_").unwrap();
            let key = BASE64_STANDARD.decode(key).unwrap();
            let mac = Hmac::<Sha256>::new_from_slice(&key).unwrap();
            let mac = mac.chain_update(format!("{id}.{seconds}.{}", report.text));
            let mac = BASE64_STANDARD.encode(mac.finalize().into_bytes());
            assert_eq!(header("webhook-signature"), format!("v1,{mac}"));
        }
    }
}

#[tokio::test]
async fn every_variant_is_made_by_every_vendor() {
    let sandbox = lax().await;
    let variants: [(&str, &[bool]); 5] = [
        ("duplicate", &[true, true]),
        ("late", &[true]),
        ("failed", &[false]),
        ("out_of_order", &[true, false]),
        ("before_answer", &[true]),
    ];
    for protocol in PROTOCOLS {
        let mut ear = Ear::open(&[(200, wanted(protocol))]).await;
        for (variant, expected) in variants {
            order(&sandbox, protocol, &ear, variant).await;
            good(&sandbox, protocol).send().await.unwrap();
            let id = sandbox.messages().await[0]["id"]
                .as_str()
                .unwrap()
                .to_owned();
            for delivered in expected {
                let report = ear.next().await;
                assert_eq!(
                    news(protocol, &report),
                    (id.clone(), *delivered),
                    "{protocol} {variant}"
                );
            }
        }
        order(&sandbox, protocol, &ear, "unknown_id").await;
        good(&sandbox, protocol).send().await.unwrap();
        let (unknown, _) = news(protocol, &ear.next().await);
        let messages = sandbox.messages().await;
        assert!(
            messages.iter().all(|message| message["id"] != unknown),
            "{protocol}"
        );
        assert!(ear.nothing_more(), "{protocol}");
    }
}

#[tokio::test]
async fn a_report_before_the_answer_is_answered_before_it() {
    let sandbox = lax().await;
    let mut ear = Ear::open(&[(200, wanted("tencent-cloud"))]).await;
    order(&sandbox, "tencent-cloud", &ear, "before_answer").await;
    sandbox.fault("tencent-cloud", "reset", 1, 0).await;
    assert!(good(&sandbox, "tencent-cloud").send().await.is_err());
    // It has arrived by the time that the caller hears, even if that is a reset.
    assert!(!ear.nothing_more());
}

#[tokio::test]
async fn no_report_is_made_where_none_is_wanted() {
    let sandbox = lax().await;
    let mut ear = Ear::open(&[(200, wanted("chuanglan"))]).await;
    order(&sandbox, "chuanglan", &ear, "none").await;
    good(&sandbox, "chuanglan").send().await.unwrap();
    order(&sandbox, "chuanglan", &ear, "normal").await;
    sandbox.fault("chuanglan", "system_busy", 1, 0).await;
    good(&sandbox, "chuanglan").send().await.unwrap();
    good(&sandbox, "chuanglan").send().await.unwrap();
    let last = sandbox.messages().await[0]["id"].clone();
    assert_eq!(news("chuanglan", &ear.next().await).0, last);
    assert_eq!(made(&sandbox, 1).await.len(), 1);
}

#[tokio::test]
async fn an_answer_that_is_not_wanted_is_shown_as_such() {
    let sandbox = lax().await;
    for protocol in PROTOCOLS.into_iter().filter(|protocol| *protocol != "http") {
        let ear = Ear::open(&[(200, "thanks")]).await;
        order(&sandbox, protocol, &ear, "normal").await;
        let before = made(&sandbox, 0).await.len();
        good(&sandbox, protocol).send().await.unwrap();
        let made = made(&sandbox, before + 1).await;
        assert_eq!(made[0]["answeredAsWanted"], false, "{protocol}");
        assert_eq!(made[0]["answer"], "thanks");
    }
}

#[tokio::test]
async fn a_report_that_is_not_taken_is_made_once_more() {
    let sandbox = lax().await;
    for (protocol, refusal) in [
        ("alibaba-cloud", (503, "")),
        ("http", (500, "")),
        ("chuanglan", (200, r#"{"clcode":"111111"}"#)),
    ] {
        let mut ear = Ear::open(&[refusal, (200, wanted(protocol))]).await;
        order(&sandbox, protocol, &ear, "normal").await;
        let before = made(&sandbox, 0).await.len();
        good(&sandbox, protocol).send().await.unwrap();
        assert_eq!(
            news(protocol, &ear.next().await),
            news(protocol, &ear.next().await)
        );
        let made = made(&sandbox, before + 2).await;
        let seen: Vec<_> = made
            .iter()
            .take(2)
            .map(|made| (made["attempt"].as_u64(), made["answeredAsWanted"] == true))
            .collect();
        assert_eq!(seen, [(Some(2), true), (Some(1), false)], "{protocol}");
        assert_eq!(ear.answers.lock().unwrap().len(), 1);
    }
}
