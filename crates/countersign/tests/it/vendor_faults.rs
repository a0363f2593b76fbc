//! Every vendor with every fault: the class of the outcome, the number of calls, the answer to the caller and its time,
//! the minute, and the code.

use std::sync::Arc;

use tokio::task::JoinSet;

use crate::actors::App;
use crate::products::{Product, attempts};
use crate::sandbox::{Sandbox, nobody};
use crate::server::{Server, folder};

/// A fault, and the outcome that it must have.
struct Case {
    /// The name of the fault in the sandbox, where it has one.
    name: &'static str,
    /// The class of the outcome.
    outcome: &'static str,
    /// Whether the vendor took the message.
    taken: bool,
}

const WRONG_SECRET: &str = "wrong secret";
const NOBODY: &str = "nobody there";
const NONE: &str = "none";

const CASES: &[Case] = &[
    case(NONE, "accepted", true),
    case("bad_number", "bad_number", false),
    case("throttle", "throttled", false),
    case(WRONG_SECRET, "config_error", false),
    case("config_error", "config_error", false),
    case("content", "content_rejected", false),
    case("system_busy", "transient", false),
    case("error_500", "unknown", true),
    case("garbage", "unknown", true),
    case("not_http", "unknown", true),
    case("half_body", "unknown", true),
    case("reset", "unknown", true),
    case("reset_before_read", "unknown", false),
    case("stall", "unknown", false),
    case("stall_after_accept", "unknown", true),
    case(NOBODY, "unreachable", false),
];

const fn case(name: &'static str, outcome: &'static str, taken: bool) -> Case {
    Case {
        name,
        outcome,
        taken,
    }
}

/// The answer to the caller after an outcome: the `statusCode`, and the part of the sentence that says what to do.
fn heard(outcome: &str) -> (u64, &'static str) {
    match outcome {
        "accepted" | "unknown" => (200, ""),
        "unreachable" => (601, "Nothing was sent. Try again in a moment, or quote"),
        "bad_number" => (
            602,
            "Nothing was sent: this number cannot receive messages.",
        ),
        "recipient_limited" => (602, "too many messages lately. Try again later."),
        "throttled" | "transient" => (602, "Nothing was sent. Try again in a moment."),
        "config_error" | "content_rejected" | "other" => (
            602,
            "Nothing was sent. Quote the requestId when you ask for help.",
        ),
        outcome => panic!("{outcome} is not expected"),
    }
}

/// A product before its fault, ready to be sent through.
struct Cell {
    case: &'static Case,
    product: Product,
    provider: String,
    app: App,
    to: String,
}

/// Two sandboxes for each case, since some products share a vendor: the vendor's counts are the product's.
async fn sandboxes() -> Vec<[Arc<Sandbox>; 2]> {
    let mut all = Vec::new();
    for case in CASES {
        let pair = [Sandbox::start().await, Sandbox::start().await].map(Arc::new);
        if ![NONE, WRONG_SECRET, NOBODY].contains(&case.name) {
            for sandbox in &pair {
                for product in Product::ALL {
                    sandbox.fails(product.vendor(), case.name).await;
                }
            }
        }
        all.push(pair);
    }
    all
}

fn sandbox(pair: &[Arc<Sandbox>; 2], product: Product) -> &Arc<Sandbox> {
    match product {
        Product::AlibabaToChina | Product::ChuanglanTemplate => &pair[1],
        _ => &pair[0],
    }
}

async fn cell(server: &Server, n: usize, case: &'static Case, product: Product, url: &str) -> Cell {
    let name = format!("app-{n}");
    let secret = (case.name == WRONG_SECRET).then(|| product.wrong_secret());
    let operator = server.operator();
    operator.set_up_provider(&name, product, url, secret).await;
    Cell {
        case,
        product,
        app: operator.create_application_through(&name, &[&name]).await,
        to: product.number(n),
        provider: name,
    }
}

impl Cell {
    /// The class of the outcome, which not every vendor's codes tell.
    fn outcome(&self) -> &'static str {
        match (self.product, self.case.name) {
            // "Of one message none was taken", without a reason.
            (Product::ChuanglanTemplate, "bad_number") => "other",
            // It has a code for too much to one number only, and one for content and templates alike.
            (Product::ChuanglanAbroad, "throttle") => "recipient_limited",
            (Product::ChuanglanAbroad, "content") => "config_error",
            _ => self.case.outcome,
        }
    }

    async fn check(&self, server: &Server, sandbox: &Sandbox) {
        let what = format!("{:?}, {}", self.product, self.case.name);
        let outcome = self.outcome();
        let (status, says) = heard(outcome);
        let first = self.app.public.send_sms("CHANNEL_LOGIN", &self.to).await;
        assert_eq!(first.status(), status, "{what}: {first:?}");
        assert!(first.message().contains(says), "{what}: {first:?}");

        let second = self.app.public.login(&self.to).await;
        let kept = status == 200;
        let expected = if kept { 429 } else { status };
        assert_eq!(second, expected, "{what}: the minute");

        let timelines = server.operator().timelines(&self.to).await;
        // A send that a limit refuses is no message.
        assert_eq!(timelines.len(), if kept { 1 } else { 2 }, "{what}");
        for message in &timelines {
            let expected = [(&*self.provider, outcome)];
            assert_eq!(attempts(message), expected, "{what}: {message:?}");
            assert_eq!(message.gave_back, !kept, "{what}");
            assert_eq!(message.code, if kept { "live" } else { "void" }, "{what}");
        }
        self.check_vendor(sandbox, &what, kept).await;
    }

    async fn check_vendor(&self, sandbox: &Sandbox, what: &str, kept: bool) {
        let vendor = self.product.vendor();
        let counts = sandbox.counts(vendor).await;
        let calls = match self.case.name {
            NOBODY => 0,
            _ if kept => 1,
            _ => 2,
        };
        assert_eq!(counts["requests"], calls, "{what}: {counts}");
        let unsigned = counts["badSignature"].as_object().unwrap();
        assert_eq!(
            !unsigned.is_empty(),
            self.case.name == WRONG_SECRET,
            "{what}: {counts}"
        );
        let messages = sandbox.messages(vendor, &self.to).await;
        assert_eq!(messages.len(), usize::from(self.case.taken), "{what}");
        if self.case.taken {
            let code = messages[0]["code"].as_str().unwrap();
            let good = self.app.server.accepts(&self.to, code).await;
            assert!(good, "{what}: the code");
        }
    }
}

#[tokio::test]
async fn a_vendor_with_any_fault_gives_the_outcome_that_is_documented() {
    let data = folder();
    let server = Arc::new(Server::start(data.path(), &["--quiet"]).await);
    let sandboxes = sandboxes().await;
    let nobody = nobody();
    let mut cells = Vec::new();
    for (case, pair) in CASES.iter().zip(&sandboxes) {
        for product in Product::ALL {
            let sandbox = sandbox(pair, product);
            let url = match case.name {
                NOBODY => &nobody,
                _ => &sandbox.url,
            };
            let cell = cell(&server, cells.len(), case, product, url).await;
            cells.push((cell, Arc::clone(sandbox)));
        }
    }
    // All at once, since some vendors stall for seconds.
    let mut checks = JoinSet::new();
    for (cell, sandbox) in cells {
        let server = Arc::clone(&server);
        checks.spawn(async move { cell.check(&server, &sandbox).await });
    }
    let mut wrong = 0;
    while let Some(check) = checks.join_next().await {
        wrong += usize::from(check.is_err());
    }
    assert_eq!(wrong, 0, "each of them is said above");
}
