//! What vendors report afterwards: on the timeline, and nowhere else.

use countersign_api::MessageDto;
use tempfile::TempDir;

use crate::products::Product;
use crate::sandbox::{Sandbox, until};
use crate::server::{Server, folder};

/// A manner of reporting, and what is to be on the timeline.
struct Manner {
    name: &'static str,
    /// How many reports are made of a message.
    reports: usize,
    /// What they say, each once.
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

/// A server that hears from a product, through which its application sends.
struct Line {
    server: Server,
    sandbox: Sandbox,
    product: Product,
    secret: String,
    path: String,
    _data: TempDir,
}

impl Line {
    async fn of(product: Product) -> Self {
        let (data, sandbox) = (folder(), Sandbox::start().await);
        let server = Server::start(data.path(), &["--quiet"]).await;
        let shown = server.provider("vendor", product, &sandbox.url, None).await;
        Self {
            secret: server.app("app", &["vendor"]).await,
            path: shown["receiptsPath"].as_str().unwrap().to_owned(),
            server,
            sandbox,
            product,
            _data: data,
        }
    }

    /// A message to the `n`th number, of which the vendor reports in that manner; its timeline when it has.
    async fn message(&self, n: usize, manner: &Manner) -> MessageDto {
        let url = format!("{}{}", self.server.url, self.path);
        let vendor = self.product.vendor();
        self.sandbox.reports_to(vendor, &url, manner.name).await;
        let before = self.sandbox.reported().await.len();
        let to = self.product.number(n);
        assert_eq!(self.server.login_as("app", &to).await, 200);
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
        self.server.timelines(&to).await.remove(0)
    }
}

#[tokio::test]
async fn every_vendor_is_heard_however_it_reports() {
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
            // Whatever it says: the minute is taken, and the code unused and good.
            assert_eq!(
                (&*message.code, message.gave_back),
                ("live", false),
                "{what}"
            );
            let to = product.number(n);
            assert_eq!(line.server.login_as("app", &to).await, 429, "{what}");
            let code = line.sandbox.code(product.vendor(), &to).await;
            let good = line.server.takes("app", &line.secret, &to, &code).await;
            assert!(good, "{what}: the code");
        }
    }
}
