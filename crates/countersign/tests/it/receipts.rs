//! Receipts, the delivery reports of vendors: they change the timeline and nothing else.

use countersign_api::MessageDto;
use insta::assert_snapshot;
use serde_json::json;
use tempfile::TempDir;

use crate::actors::App;
use crate::products::Product;
use crate::sandbox::{Sandbox, until};
use crate::server::{Server, folder};

/// A manner of reporting, and the timeline that it must make.
struct Manner {
    name: &'static str,
    /// The number of reports of one message.
    reports: usize,
    /// The statuses on the timeline.
    receipts: &'static [&'static str],
    delivery: Option<&'static str>,
}

const MANNERS: &[Manner] = &[
    Manner {
        name: "normal",
        reports: 1,
        receipts: &["delivered"],
        delivery: Some("delivered"),
    },
    Manner {
        name: "duplicate",
        reports: 2,
        receipts: &["delivered"],
        delivery: Some("delivered"),
    },
    Manner {
        name: "out_of_order",
        reports: 2,
        receipts: &["delivered", "failed"],
        delivery: Some("delivered"),
    },
    Manner {
        name: "before_answer",
        reports: 1,
        receipts: &["delivered"],
        delivery: Some("delivered"),
    },
    Manner {
        name: "failed",
        reports: 1,
        receipts: &["failed"],
        delivery: Some("failed"),
    },
    Manner {
        name: "unknown_id",
        reports: 1,
        receipts: &[],
        delivery: None,
    },
];

/// A server with an application that sends through one product, which reports back.
struct Line {
    server: Server,
    sandbox: Sandbox,
    product: Product,
    app: App,
    path: String,
    _data: TempDir,
}

impl Line {
    async fn of(product: Product) -> Self {
        let (data, sandbox) = (folder(), Sandbox::start().await);
        let server = Server::start(data.path(), &["--quiet"]).await;
        let operator = server.operator();
        let shown = operator
            .set_up_provider("vendor", product, &sandbox.url, None)
            .await;
        Self {
            app: operator
                .create_application_through("app", &["vendor"])
                .await,
            path: shown["receiptsPath"].as_str().unwrap().to_owned(),
            server,
            sandbox,
            product,
            _data: data,
        }
    }

    /// Sends to the `n`th number, and waits until the vendor has reported in that manner: the timeline.
    async fn message(&self, n: usize, manner: &Manner) -> MessageDto {
        let url = format!("{}{}", self.server.url, self.path);
        let vendor = self.product.vendor();
        self.sandbox.reports_to(vendor, &url, manner.name).await;
        let before = self.sandbox.reported().await.len();
        let to = self.product.number(n);
        assert_eq!(self.app.public.login(&to).await, 200);
        let made = until("reports", async || {
            let mut made = self.sandbox.reported().await;
            made.truncate(made.len() - before);
            (made.len() == manner.reports).then_some(made)
        })
        .await;
        for report in made {
            assert_eq!(report["status"], 200, "{report}");
            assert_eq!(report["answeredAsWanted"], true, "{report}");
        }
        self.server.operator().timeline(&to).await
    }
}

// shows: found-H1
#[tokio::test]
async fn a_vendor_that_encodes_its_report_is_told_which_encoding_is_not_read() {
    let line = Line::of(Product::Tencent).await;
    let url = format!("{}{}", line.server.url, line.path);
    let report = line.server.client().post(url).body(vec![0x1f, 0x8b]);
    let refused = report.header("content-encoding", "gzip").send().await;
    let refused = refused.unwrap();
    assert_eq!(refused.status(), 415);
    let sentence = refused.text().await.unwrap();
    assert_snapshot!(sentence, @"The content encoding gzip is not supported: send the report as it is.");
}

#[tokio::test]
async fn the_operator_reads_a_delivery_report_on_the_timeline() {
    let line = Line::of(Product::ChuanglanText).await;
    let normal = &MANNERS[0];
    line.message(1, normal).await;
    let number = json!({"phoneNumber": line.product.number(1)});
    let operator = line.server.operator();
    assert_snapshot!(operator.post("find-messages", number).await, @r#"
    HTTP 200
    {
      "statusCode": 200,
      "message": "Operation successful",
      "requestId": "[request id]",
      "data": [
        {
          "messageId": "[message id]",
          "requestId": "[request id]",
          "appId": "app",
          "channel": "CHANNEL_LOGIN",
          "to": "+86138****0001",
          "decidedAt": "[time]",
          "verdicts": [
            {"rule": "minute", "allowed": true, "enforced": true, "mode": "enforce"},
            {"rule": "channel-hour", "allowed": true, "enforced": false, "mode": "monitor"},
            {"rule": "channel-waits", "allowed": true, "enforced": false, "mode": "monitor"},
            {"rule": "app-number-hour", "allowed": true, "enforced": false, "mode": "monitor"},
            {"rule": "app-number-day", "allowed": true, "enforced": false, "mode": "monitor"},
            {"rule": "number-minute", "allowed": true, "enforced": false, "mode": "monitor"},
            {"rule": "number-hour", "allowed": true, "enforced": false, "mode": "monitor"},
            {"rule": "number-day", "allowed": true, "enforced": false, "mode": "monitor"},
            {"rule": "address-burst", "allowed": true, "enforced": false, "mode": "monitor"},
            {"rule": "address-numbers", "allowed": true, "enforced": false, "mode": "monitor"},
            {"rule": "address-hour", "allowed": true, "enforced": false, "mode": "monitor"},
            {"rule": "address-day", "allowed": true, "enforced": false, "mode": "monitor"},
            {"rule": "block-numbers", "allowed": true, "enforced": false, "mode": "monitor"},
            {"rule": "prefix-home-hour", "allowed": true, "enforced": false, "mode": "monitor"},
            {"rule": "app-burst", "allowed": true, "enforced": false, "mode": "monitor"},
            {"rule": "app-day", "allowed": true, "enforced": false, "mode": "monitor"},
            {"rule": "deployment-day", "allowed": true, "enforced": false, "mode": "monitor"}
          ],
          "attempts": [
            {
              "provider": "vendor",
              "startedAt": "[time]",
              "endedAt": "[time]",
              "outcome": "accepted",
              "providerMessageId": "[provider message id]"
            }
          ],
          "receipts": [
            {"at": "[time]", "provider": "vendor", "status": "delivered", "detail": "DELIVRD"}
          ],
          "delivery": "delivered",
          "gaveBack": false,
          "checks": [],
          "code": "live"
        }
      ]
    }
    "#);
}

#[tokio::test]
async fn a_vendor_that_reports_in_any_manner_changes_the_delivery_alone() {
    for product in Product::ALL {
        let line = Line::of(product).await;
        for (n, manner) in MANNERS.iter().enumerate() {
            let what = format!("{product:?}, {}", manner.name);
            let message = line.message(n, manner).await;
            let statuses = message.receipts.iter().map(|receipt| &*receipt.status);
            let mut statuses: Vec<_> = statuses.collect();
            statuses.sort_unstable();
            assert_eq!(statuses, manner.receipts, "{what}: {message:?}");
            assert_eq!(message.delivery.as_deref(), manner.delivery, "{what}");
            for receipt in &message.receipts {
                assert_eq!(receipt.provider, "vendor", "{what}");
            }
            // No report gives the minute back or ends the code.
            assert_eq!(
                (&*message.code, message.gave_back),
                ("live", false),
                "{what}"
            );
            let to = product.number(n);
            assert_eq!(line.app.public.login(&to).await, 429, "{what}");
            let code = line.sandbox.code(product.vendor(), &to).await;
            let accepted = line.app.server.accepts(&to, &code).await;
            assert!(accepted, "{what}: the code");
        }
    }
}
