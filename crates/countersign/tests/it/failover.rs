//! One message through several vendors: who is tried after whom, with which code, and what it counts as.

use serde_json::json;

use crate::products::{Product, attempts};
use crate::sandbox::{Sandbox, nobody};
use crate::server::{Server, folder};

const ALIBABA: &str = "alibaba-cloud";
const TENCENT: &str = "tencent-cloud";
const CHUANGLAN: &str = "chuanglan";

/// A server with three vendors of mainland China, named as their kinds are.
struct Set {
    server: Server,
    sandbox: Sandbox,
    _data: tempfile::TempDir,
}

const ALL: [&str; 3] = [ALIBABA, TENCENT, CHUANGLAN];

impl Set {
    async fn up() -> Self {
        let (data, sandbox) = (folder(), Sandbox::start().await);
        let server = Server::start(data.path(), &["--quiet"]).await;
        for product in [Product::Alibaba, Product::Tencent, Product::ChuanglanText] {
            server
                .provider(product.vendor(), product, &sandbox.url, None)
                .await;
        }
        Self {
            server,
            sandbox,
            _data: data,
        }
    }

    /// From now on only the vendor of texts has its words.
    async fn forget_templates(&self) {
        for name in [ALIBABA, TENCENT] {
            let template = json!({"provider": name, "vendorTemplate": {"id": "", "variables": []}});
            self.server.set("delete-sms-template", template).await;
        }
    }

    async fn calls(&self) -> [u64; 3] {
        let mut calls = [0; 3];
        for (calls, vendor) in calls.iter_mut().zip(ALL) {
            *calls = self.sandbox.calls(vendor).await;
        }
        calls
    }

    /// The attempts of the newest message to `to`, and what its code is good for.
    async fn newest(&self, to: &str) -> (Vec<(String, String)>, String) {
        let message = self.server.timelines(to).await.pop().unwrap();
        let attempts = attempts(&message).into_iter();
        let owned = attempts.map(|(name, outcome)| (name.to_owned(), outcome.to_owned()));
        (owned.collect(), message.code)
    }
}

fn pairs(expected: &[(&str, &str)]) -> Vec<(String, String)> {
    let owned = expected.iter();
    owned
        .map(|(name, outcome)| ((*name).to_owned(), (*outcome).to_owned()))
        .collect()
}

fn to(n: usize) -> String {
    Product::Alibaba.number(n)
}

#[tokio::test]
async fn a_definite_no_goes_to_the_second_vendor_with_the_same_message() {
    let set = Set::up().await;
    let down = "down";
    set.server
        .provider(down, Product::Alibaba, &nobody(), None)
        .await;
    let wrong = "wrong";
    let secret = Some(Product::Alibaba.wrong_secret());
    set.server
        .provider(wrong, Product::Alibaba, &set.sandbox.url, secret)
        .await;
    for (n, (first, fault, outcome)) in [
        (down, None, "unreachable"),
        (wrong, None, "config_error"),
        (ALIBABA, Some("throttle"), "throttled"),
        (ALIBABA, Some("config_error"), "config_error"),
        (ALIBABA, Some("system_busy"), "transient"),
        (ALIBABA, Some("content"), "content_rejected"),
    ]
    .into_iter()
    .enumerate()
    {
        let (app, to) = (format!("app-{n}"), to(n));
        let secret = set.server.app(&app, &[first, TENCENT, CHUANGLAN]).await;
        if let Some(fault) = fault {
            set.sandbox.fails_once(ALIBABA, fault).await;
        }
        let before = set.calls().await;
        assert_eq!(set.server.login_as(&app, &to).await, 200, "{outcome}");
        let after = set.calls().await;
        let asked = u64::from(first != down);
        assert_eq!(after, [before[0] + asked, before[1] + 1, before[2]]);
        let (attempts, _) = set.newest(&to).await;
        let expected = [(first, outcome), (TENCENT, "accepted")];
        assert_eq!(attempts, pairs(&expected));
        assert_eq!(set.server.login_as(&app, &to).await, 429, "{outcome}");
        assert!(set.sandbox.messages(ALIBABA, &to).await.is_empty());
        let code = set.sandbox.code(TENCENT, &to).await;
        assert!(set.server.takes(&app, &secret, &to, &code).await);
    }
}

#[tokio::test]
async fn two_vendors_are_called_and_no_third() {
    let set = Set::up().await;
    set.server.app("app", &ALL).await;
    set.sandbox.fails(ALIBABA, "throttle").await;
    set.sandbox.fails(TENCENT, "system_busy").await;
    let sent = set.server.send_as("app", "CHANNEL_LOGIN", &to(1)).await;
    assert_eq!(sent.status, 602, "{sent:?}");
    assert_eq!(set.calls().await, [1, 1, 0]);
    let expected = [(ALIBABA, "throttled"), (TENCENT, "transient")];
    let expected = (pairs(&expected), "void".to_owned());
    assert_eq!(set.newest(&to(1)).await, expected);
    assert_eq!(
        set.server.login_as("app", &to(1)).await,
        602,
        "the minute is back"
    );
    assert_eq!(set.calls().await, [2, 2, 0]);
}

#[tokio::test]
async fn a_bad_number_is_bad_everywhere() {
    let set = Set::up().await;
    set.server.app("app", &ALL).await;
    set.sandbox.fails_once(ALIBABA, "bad_number").await;
    assert_eq!(set.server.login_as("app", &to(1)).await, 602);
    assert_eq!(set.calls().await, [1, 0, 0]);
    let expected = (pairs(&[(ALIBABA, "bad_number")]), "void".to_owned());
    assert_eq!(set.newest(&to(1)).await, expected);
}

#[tokio::test]
async fn what_may_have_been_sent_is_not_sent_again() {
    let set = Set::up().await;
    let secret = set.server.app("app", &ALL).await;
    let faults = ["reset", "error_500", "garbage", "stall_after_accept"];
    for (n, fault) in faults.into_iter().enumerate() {
        set.sandbox.fails_once(ALIBABA, fault).await;
        assert_eq!(set.server.login_as("app", &to(n)).await, 200, "{fault}");
        assert_eq!(set.calls().await, [n as u64 + 1, 0, 0], "{fault}");
        let expected = (pairs(&[(ALIBABA, "unknown")]), "live".to_owned());
        assert_eq!(set.newest(&to(n)).await, expected, "{fault}");
        assert_eq!(set.server.login_as("app", &to(n)).await, 429, "{fault}");
        let code = set.sandbox.code(ALIBABA, &to(n)).await;
        assert!(set.server.takes("app", &secret, &to(n), &code).await);
    }
}

#[tokio::test]
async fn an_application_may_have_the_same_code_sent_again() {
    let set = Set::up().await;
    let same = json!({"onUnknown": "failover-same-code"});
    let secret = set.server.app_by("app", &ALL, same).await;
    let faults = [
        "reset",
        "error_500",
        "garbage",
        "half_body",
        "stall_after_accept",
    ];
    for (n, fault) in faults.into_iter().enumerate() {
        let calls = n as u64 + 1;
        set.sandbox.fails_once(ALIBABA, fault).await;
        assert_eq!(set.server.login_as("app", &to(n)).await, 200, "{fault}");
        assert_eq!(set.calls().await, [calls, calls, 0], "{fault}");
        let expected = pairs(&[(ALIBABA, "unknown"), (TENCENT, "accepted")]);
        assert_eq!(set.newest(&to(n)).await.0, expected, "{fault}");
        assert_eq!(set.server.login_as("app", &to(n)).await, 429, "{fault}");
        let code = set.sandbox.code(ALIBABA, &to(n)).await;
        assert_eq!(set.sandbox.code(TENCENT, &to(n)).await, code, "{fault}");
        assert!(set.server.takes("app", &secret, &to(n), &code).await);
    }
}

#[tokio::test]
async fn a_no_after_an_unknown_takes_nothing_back() {
    let set = Set::up().await;
    let same = json!({"onUnknown": "failover-same-code"});
    let secret = set.server.app_by("app", &ALL, same).await;
    set.sandbox.fails_once(ALIBABA, "reset").await;
    set.sandbox.fails_once(TENCENT, "throttle").await;
    assert_eq!(set.server.login_as("app", &to(1)).await, 200);
    assert_eq!(set.calls().await, [1, 1, 0]);
    let expected = pairs(&[(ALIBABA, "unknown"), (TENCENT, "throttled")]);
    let (attempts, code) = set.newest(&to(1)).await;
    assert_eq!((attempts, &*code), (expected, "live"));
    assert_eq!(set.server.login_as("app", &to(1)).await, 429);
    let code = set.sandbox.code(ALIBABA, &to(1)).await;
    assert!(set.server.takes("app", &secret, &to(1), &code).await);
}

#[tokio::test]
async fn the_same_code_for_all_applications_is_refused() {
    let set = Set::up().await;
    let route = json!({"providers": [{"name": TENCENT}], "onUnknown": "failover-same-code"});
    let answer = set.server.manage("set-sms-route", route).await;
    assert_eq!(answer["statusCode"], 400, "{answer}");
    let message = answer["message"].as_str().unwrap();
    assert!(message.contains("onUnknown"), "{message}");
}

#[tokio::test]
async fn a_vendor_without_a_template_is_passed_over() {
    let set = Set::up().await;
    set.forget_templates().await;
    let secret = set.server.app("app", &ALL).await;
    assert_eq!(set.server.login_as("app", &to(1)).await, 200);
    assert_eq!(set.calls().await, [0, 0, 1]);
    let expected = [
        (ALIBABA, "no_template"),
        (TENCENT, "no_template"),
        (CHUANGLAN, "accepted"),
    ];
    assert_eq!(set.newest(&to(1)).await.0, pairs(&expected));
    let code = set.sandbox.code(CHUANGLAN, &to(1)).await;
    assert!(set.server.takes("app", &secret, &to(1), &code).await);
}

#[tokio::test]
async fn without_any_template_the_operator_is_told_and_the_minute_is_back() {
    let set = Set::up().await;
    set.forget_templates().await;
    set.server.app("app", &[ALIBABA, TENCENT]).await;
    for _ in 0..2 {
        let sent = set.server.send_as("app", "CHANNEL_LOGIN", &to(1)).await;
        assert_eq!(sent.status, 602);
        let says = "no provider has a template for this application, channel and language";
        assert!(sent.message.contains(says), "{sent:?}");
    }
    assert_eq!(set.calls().await, [0, 0, 0]);
}

#[tokio::test]
async fn alibabas_own_minute_is_for_all_channels_and_another_vendor_helps() {
    let set = Set::up().await;
    set.server.app("app", &ALL).await;
    let send = |channel| set.server.send_as("app", channel, "13800000001");
    assert_eq!(send("CHANNEL_LOGIN").await.status, 200);
    let expected = [(ALIBABA, "accepted")];
    assert_eq!(set.newest(&to(1)).await.0, pairs(&expected));
    assert_eq!(send("CHANNEL_REGISTER").await.status, 200);
    let expected = [(ALIBABA, "recipient_limited"), (TENCENT, "accepted")];
    assert_eq!(set.newest(&to(1)).await.0, pairs(&expected));
    assert_eq!(set.calls().await, [2, 1, 0]);

    set.server.app("alone", &[ALIBABA]).await;
    let sent = set.server.send_as("alone", "CHANNEL_LOGIN", &to(1)).await;
    assert_eq!(sent.status, 602);
    let says = "it has sent this number too many messages lately";
    assert!(sent.message.contains(says), "{sent:?}");
}
