//! Any request at a path where vendors report: no panic, and nothing that is read is about a number that cannot be.
//!
//! An input is a vendor, a method and, after a line feed, the query or the body.

#![no_main]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a target panics to report"
)]

use std::sync::{Arc, LazyLock};

use async_trait::async_trait;
use countersign_core::entropy::{Entropy, EntropyError};
use countersign_core::ports::provider::{Provider, ReportNotKept, ReportSink};
use countersign_core::receipt::{Callback, Receipt};
use countersign_core::secret::Secret;
use countersign_core::send::route::ProviderName;
use countersign_core::time::{Clock, Timestamp};
use countersign_providers::account::{Account, Resources};
use countersign_providers::egress::{Egress, Reach};
use countersign_providers::kinds;
use libfuzzer_sys::fuzz_target;
use serde_json::{Value, json};

const NOW: Timestamp = Timestamp::from_millis(1_767_323_045_000);

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

static PROVIDERS: LazyLock<Vec<Arc<dyn Provider>>> = LazyLock::new(|| {
    let account = |kind: &str, settings: Value, secret: &str| {
        let account = Account {
            name: ProviderName::parse("account").unwrap(),
            settings,
            secrets: [(secret.to_owned(), Secret::new("secret".to_owned()))].into(),
            reach: Reach::Public,
        };
        let resources = Resources {
            egress: Egress::new(Reach::Public).unwrap(),
            clock: Arc::new(Still),
            entropy: Arc::new(Still),
            reports: Arc::new(Still),
        };
        kinds::open(kind, account, resources).unwrap()
    };
    let described = |reports: Value| {
        let settings = json!({
            "url": "https://sms.example/", "format": "json", "reports": reports,
            "body": r#"{"to":"{to}","text":"{text}"}"#,
        });
        account("http", settings, "token")
    };
    let alibaba = json!({"access_key_id": "id"});
    let chuanglan = json!({"account": "account"});
    vec![
        account("alibaba-cloud", alibaba.clone(), "access_key_secret"),
        account("alibaba-cloud-international", alibaba, "access_key_secret"),
        account(
            "tencent-cloud",
            json!({"secret_id": "id", "sdk_app_id": "1"}),
            "secret_key",
        ),
        account("chuanglan", chuanglan.clone(), "password"),
        account("chuanglan-international", chuanglan, "password"),
        described(json!({})),
        described(
            json!({"list": "/data", "to": "/to/0", "status": "/s", "provider_message_id": "/id", "code": "/c"}),
        ),
        described(
            json!({"to": "To", "status": "MessageStatus", "provider_message_id": "MessageSid", "code": "ErrorCode",
            "words": {"failed": ["lost"], "delivered": ["0"]}}),
        ),
    ]
});

fuzz_target!(|input: (u8, bool, &[u8])| {
    let (vendor, posted, text) = input;
    let provider = &PROVIDERS[usize::from(vendor) % PROVIDERS.len()];
    let query = std::str::from_utf8(text).unwrap_or_default();
    let read = provider.receipts(&Callback {
        method: if posted { "POST" } else { "GET" },
        query: if posted { "" } else { query },
        headers: &[],
        body: if posted { text } else { b"" },
        now: NOW,
    });
    for receipt in read.into_iter().flat_map(|read| read.receipts) {
        assert!(receipt.phone.e164().starts_with('+'));
    }
});
