//! One message through several vendors: which of them are tried in which order, with which code, and which outcome
//! the message has.

use insta::assert_snapshot;
use serde_json::json;

use crate::actors::App;
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
            let (operator, name) = (server.operator(), product.vendor());
            operator
                .set_up_provider(name, product, &sandbox.url, None)
                .await;
        }
        Self {
            server,
            sandbox,
            _data: data,
        }
    }

    /// Leaves only Chuanglan, which sends texts, able to send.
    async fn forget_templates(&self) {
        for name in [ALIBABA, TENCENT] {
            let template = json!({"provider": name, "vendorTemplate": {"id": "", "variables": []}});
            let operator = self.server.operator();
            operator.set("delete-sms-template", template).await;
        }
    }

    /// An application whose messages go through all three vendors, in order.
    async fn app(&self) -> App {
        let operator = self.server.operator();
        operator.create_application_through("app", &ALL).await
    }

    /// [`app`](Self::app), which has the same code sent again through the next vendor after an unknown outcome.
    async fn app_with_failover_of_the_same_code(&self) -> App {
        let app = self.app().await;
        let providers = ALL.map(|name| json!({"name": name}));
        let route =
            json!({"appId": "app", "providers": providers, "onUnknown": "failover-same-code"});
        self.server.operator().set("set-sms-route", route).await;
        app
    }

    /// How many requests each vendor has had.
    async fn calls(&self) -> [u64; 3] {
        let mut calls = [0; 3];
        for (calls, vendor) in calls.iter_mut().zip(ALL) {
            *calls = self.sandbox.calls(vendor).await;
        }
        calls
    }

    /// The attempts of the newest message to `to`, and the state of its code.
    async fn newest(&self, to: &str) -> (Vec<(String, String)>, String) {
        let message = self.server.operator().timeline(to).await;
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

// shows: F3
#[tokio::test]
async fn a_message_that_the_first_vendor_refuses_goes_to_the_second() {
    let set = Set::up().await;
    let (operator, product) = (set.server.operator(), Product::Alibaba);
    operator
        .set_up_provider("down", product, &nobody(), None)
        .await;
    let secret = Some(product.wrong_secret());
    operator
        .set_up_provider("wrong", product, &set.sandbox.url, secret)
        .await;
    for (n, (first, fault, outcome)) in [
        ("down", None, "unreachable"),
        ("wrong", None, "config_error"),
        (ALIBABA, Some("throttle"), "throttled"),
        (ALIBABA, Some("config_error"), "config_error"),
        (ALIBABA, Some("system_busy"), "transient"),
        (ALIBABA, Some("content"), "content_rejected"),
    ]
    .into_iter()
    .enumerate()
    {
        let (id, to) = (format!("app-{n}"), to(n));
        let providers = [first, TENCENT, CHUANGLAN];
        let app = operator.create_application_through(&id, &providers).await;
        if let Some(fault) = fault {
            set.sandbox.fails_once(ALIBABA, fault).await;
        }
        let before = set.calls().await;
        assert_eq!(app.public.login(&to).await, 200, "{outcome}");
        let after = set.calls().await;
        let asked = u64::from(first != "down");
        assert_eq!(after, [before[0] + asked, before[1] + 1, before[2]]);
        let (attempts, _) = set.newest(&to).await;
        let expected = [(first, outcome), (TENCENT, "accepted")];
        assert_eq!(attempts, pairs(&expected));
        assert_eq!(app.public.login(&to).await, 429, "{outcome}");
        assert!(set.sandbox.messages(ALIBABA, &to).await.is_empty());
        let code = set.sandbox.code(TENCENT, &to).await;
        assert!(app.server.accepts(&to, &code).await);
    }
}

// shows: F3
#[tokio::test]
async fn a_message_that_two_vendors_refuse_goes_to_no_third() {
    let set = Set::up().await;
    let app = set.app().await;
    set.sandbox.fails(ALIBABA, "throttle").await;
    set.sandbox.fails(TENCENT, "system_busy").await;
    let sent = app.public.send_sms("CHANNEL_LOGIN", &to(1)).await;
    assert_snapshot!(sent, @r#"
    HTTP 200
    {
      "statusCode": 602,
      "message": "Nothing was sent. Try again in a moment.",
      "requestId": "[request id]"
    }
    "#);
    assert_eq!(set.calls().await, [1, 1, 0]);
    let expected = [(ALIBABA, "throttled"), (TENCENT, "transient")];
    let expected = (pairs(&expected), "void".to_owned());
    assert_eq!(set.newest(&to(1)).await, expected);
    assert_eq!(app.public.login(&to(1)).await, 602, "the minute is back");
    assert_eq!(set.calls().await, [2, 2, 0]);
}

#[tokio::test]
async fn a_message_to_a_bad_number_goes_to_no_second_vendor() {
    let set = Set::up().await;
    let app = set.app().await;
    set.sandbox.fails_once(ALIBABA, "bad_number").await;
    assert_eq!(app.public.login(&to(1)).await, 602);
    assert_eq!(set.calls().await, [1, 0, 0]);
    let expected = (pairs(&[(ALIBABA, "bad_number")]), "void".to_owned());
    assert_eq!(set.newest(&to(1)).await, expected);
}

// shows: F2
#[tokio::test]
async fn a_message_with_an_unknown_outcome_is_not_sent_again() {
    let set = Set::up().await;
    let app = set.app().await;
    let faults = ["reset", "error_500", "garbage", "stall_after_accept"];
    for (n, fault) in faults.into_iter().enumerate() {
        set.sandbox.fails_once(ALIBABA, fault).await;
        assert_eq!(app.public.login(&to(n)).await, 200, "{fault}");
        assert_eq!(set.calls().await, [n as u64 + 1, 0, 0], "{fault}");
        let expected = (pairs(&[(ALIBABA, "unknown")]), "live".to_owned());
        assert_eq!(set.newest(&to(n)).await, expected, "{fault}");
        assert_eq!(app.public.login(&to(n)).await, 429, "{fault}");
        let code = set.sandbox.code(ALIBABA, &to(n)).await;
        assert!(app.server.accepts(&to(n), &code).await);
    }
}

#[tokio::test]
async fn an_application_has_the_same_code_sent_again_after_an_unknown_outcome() {
    let set = Set::up().await;
    let app = set.app_with_failover_of_the_same_code().await;
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
        assert_eq!(app.public.login(&to(n)).await, 200, "{fault}");
        assert_eq!(set.calls().await, [calls, calls, 0], "{fault}");
        let expected = pairs(&[(ALIBABA, "unknown"), (TENCENT, "accepted")]);
        assert_eq!(set.newest(&to(n)).await.0, expected, "{fault}");
        assert_eq!(app.public.login(&to(n)).await, 429, "{fault}");
        let code = set.sandbox.code(ALIBABA, &to(n)).await;
        assert_eq!(set.sandbox.code(TENCENT, &to(n)).await, code, "{fault}");
        assert!(app.server.accepts(&to(n), &code).await);
    }
}

#[tokio::test]
async fn a_refusal_after_an_unknown_outcome_keeps_code_and_minute() {
    let set = Set::up().await;
    let app = set.app_with_failover_of_the_same_code().await;
    set.sandbox.fails_once(ALIBABA, "reset").await;
    set.sandbox.fails_once(TENCENT, "throttle").await;
    assert_eq!(app.public.login(&to(1)).await, 200);
    assert_eq!(set.calls().await, [1, 1, 0]);
    let expected = pairs(&[(ALIBABA, "unknown"), (TENCENT, "throttled")]);
    let (attempts, code) = set.newest(&to(1)).await;
    assert_eq!((attempts, &*code), (expected, "live"));
    assert_eq!(app.public.login(&to(1)).await, 429);
    let code = set.sandbox.code(ALIBABA, &to(1)).await;
    assert!(app.server.accepts(&to(1), &code).await);
}

#[tokio::test]
async fn an_operator_cannot_have_the_same_code_sent_again_for_all_applications() {
    let set = Set::up().await;
    let route = json!({"providers": [{"name": TENCENT}], "onUnknown": "failover-same-code"});
    let answer = set.server.operator().post("set-sms-route", route).await;
    assert_snapshot!(answer, @r#"
    HTTP 200
    {
      "statusCode": 400,
      "message": "onUnknown: failover-same-code is for the routes of an application: people may get a code twice.",
      "requestId": "[request id]"
    }
    "#);
}

#[tokio::test]
async fn a_message_skips_vendors_without_a_template() {
    let set = Set::up().await;
    set.forget_templates().await;
    let app = set.app().await;
    assert_eq!(app.public.login(&to(1)).await, 200);
    assert_eq!(set.calls().await, [0, 0, 1]);
    let expected = [
        (ALIBABA, "no_template"),
        (TENCENT, "no_template"),
        (CHUANGLAN, "accepted"),
    ];
    assert_eq!(set.newest(&to(1)).await.0, pairs(&expected));
    let code = set.sandbox.code(CHUANGLAN, &to(1)).await;
    assert!(app.server.accepts(&to(1), &code).await);
}

#[tokio::test]
async fn a_message_without_any_template_fails_and_gives_the_minute_back() {
    let set = Set::up().await;
    set.forget_templates().await;
    let operator = set.server.operator();
    let providers = [ALIBABA, TENCENT];
    let app = operator.create_application_through("app", &providers).await;
    let first = app.public.send_sms("CHANNEL_LOGIN", &to(1)).await;
    assert_snapshot!(first, @r#"
    HTTP 200
    {
      "statusCode": 602,
      "message": "Nothing was sent. Quote the requestId when you ask for help.",
      "requestId": "[request id]"
    }
    "#);
    let second = app.public.send_sms("CHANNEL_LOGIN", &to(1)).await;
    assert_eq!(second.to_string(), first.to_string());
    assert_eq!(set.calls().await, [0, 0, 0]);
}

#[tokio::test]
async fn a_message_within_the_minute_of_alibaba_goes_to_the_next_vendor() {
    let set = Set::up().await;
    let app = set.app().await;
    let send = |channel| app.public.send_sms(channel, "13800000001");
    assert_eq!(send("CHANNEL_LOGIN").await.status(), 200);
    let expected = [(ALIBABA, "accepted")];
    assert_eq!(set.newest(&to(1)).await.0, pairs(&expected));
    assert_eq!(send("CHANNEL_REGISTER").await.status(), 200);
    let expected = [(ALIBABA, "recipient_limited"), (TENCENT, "accepted")];
    assert_eq!(set.newest(&to(1)).await.0, pairs(&expected));
    assert_eq!(set.calls().await, [2, 1, 0]);

    let operator = set.server.operator();
    let alone = operator
        .create_application_through("alone", &[ALIBABA])
        .await;
    let sent = alone.public.send_sms("CHANNEL_LOGIN", &to(1)).await;
    assert_snapshot!(sent, @r#"
    HTTP 200
    retry-after: [1 to 60]
    {
      "statusCode": 602,
      "message": "Nothing was sent: this number got too many messages lately. Try again later.",
      "requestId": "[request id]"
    }
    "#);
}
