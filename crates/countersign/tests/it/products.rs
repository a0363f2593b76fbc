//! The products of the sandbox's vendors, with accounts and templates for them.

use countersign_api::MessageDto;
use serde_json::{Value, json};

use crate::server::number;

/// A way to send through a vendor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Product {
    Alibaba,
    /// The international product, with text to other countries.
    AlibabaAbroad,
    /// The international product, with a template to mainland China.
    AlibabaToChina,
    Tencent,
    ChuanglanText,
    ChuanglanTemplate,
    ChuanglanAbroad,
    Http,
}

/// A product, as an operator sets it up and as its numbers are.
struct Row {
    product: Product,
    /// The name of the kind of account, here and in the sandbox.
    vendor: &'static str,
    /// Whether it sends to other countries than mainland China.
    abroad: bool,
    /// The settings of its account, with the vendor at a URL.
    settings: fn(&str) -> Value,
    /// The secret of its account: name and value.
    secret: (&'static str, &'static str),
    /// A wrong secret of the same form.
    wrong_secret: &'static str,
    /// The template that the vendor has approved: id, signature and variables, if it fills templates.
    template: Option<(&'static str, &'static str, &'static [&'static str])>,
}

const ALIBABA_SECRET: (&str, &str) = ("access_key_secret", "sandbox-access-key-secret-0001");
const ALIBABA_TEMPLATE: (&str, &str, &[&str]) = ("SMS_154950909", "阿里云", &["code={code}"]);
const CHUANGLAN_SECRET: (&str, &str) = ("password", "sandbox-password-0001");
const WRONG: &str = "another-secret-of-the-same-form";

fn alibaba(url: &str) -> Value {
    json!({"access_key_id": "sandbox-access-key-id", "endpoint": url})
}

/// All products, one row each.
const ROWS: &[Row] = &[
    Row {
        product: Product::Alibaba,
        vendor: "alibaba-cloud",
        abroad: false,
        settings: alibaba,
        secret: ALIBABA_SECRET,
        wrong_secret: WRONG,
        template: Some(ALIBABA_TEMPLATE),
    },
    Row {
        product: Product::AlibabaAbroad,
        vendor: "alibaba-cloud-international",
        abroad: true,
        settings: alibaba,
        secret: ALIBABA_SECRET,
        wrong_secret: WRONG,
        template: None,
    },
    Row {
        product: Product::AlibabaToChina,
        vendor: "alibaba-cloud-international",
        abroad: false,
        settings: alibaba,
        secret: ALIBABA_SECRET,
        wrong_secret: WRONG,
        template: Some(ALIBABA_TEMPLATE),
    },
    Row {
        product: Product::Tencent,
        vendor: "tencent-cloud",
        abroad: false,
        settings: |url| json!({"secret_id": "sandbox-secret-id", "sdk_app_id": "1400000000", "endpoint": url}),
        secret: ("secret_key", "sandbox-secret-key-0001"),
        wrong_secret: WRONG,
        template: Some(("449740", "腾讯云", &["{code}", "{minutes}"])),
    },
    Row {
        product: Product::ChuanglanText,
        vendor: "chuanglan",
        abroad: false,
        settings: |url| json!({"account": "YZM0000001", "endpoint": url}),
        secret: CHUANGLAN_SECRET,
        wrong_secret: WRONG,
        template: None,
    },
    Row {
        product: Product::ChuanglanTemplate,
        vendor: "chuanglan",
        abroad: false,
        settings: |url| json!({"account": "YZM0000001", "api": "v2", "endpoint": url}),
        secret: CHUANGLAN_SECRET,
        wrong_secret: WRONG,
        template: Some(("1000001", "示例", &["{code}"])),
    },
    Row {
        product: Product::ChuanglanAbroad,
        vendor: "chuanglan-international",
        abroad: true,
        settings: |url| json!({"account": "I0000001", "endpoint": url}),
        secret: CHUANGLAN_SECRET,
        wrong_secret: WRONG,
        template: None,
    },
    Row {
        product: Product::Http,
        vendor: "http",
        abroad: false,
        settings: |url| {
            json!({
                "url": format!("{url}/http/send"),
                "format": "json",
                "body": {"to": "{to}", "text": "{text}", "id": "{message_id}"},
                "signature": "standard-webhooks",
                "success": {"statuses": [202]},
                "message_id": "/id",
                "error_code": "/error",
                "errors": {
                    "bad_number": "bad_number", "content": "content_rejected", "HTTP 503": "transient",
                },
            })
        },
        secret: (
            "webhook_secret",
            "whsec_c2FuZGJveC13ZWJob29rLXNpZ25pbmcta2V5LTAwMDE=",
        ),
        wrong_secret: "whsec_YW5vdGhlci1zZWNyZXQtb2YtdGhlLXNhbWUtbGVuZ3Ro",
        template: None,
    },
];

impl Product {
    pub(crate) const ALL: [Product; ROWS.len()] = {
        let mut all = [Product::Http; ROWS.len()];
        let mut nth = 0;
        while nth < ROWS.len() {
            all[nth] = ROWS[nth].product;
            nth += 1;
        }
        all
    };

    fn row(self) -> &'static Row {
        let found = ROWS.iter().find(|row| row.product == self);
        found.unwrap_or_else(|| panic!("{self:?} has no row"))
    }

    /// The name of the kind of account, here and in the sandbox.
    pub(crate) fn vendor(self) -> &'static str {
        self.row().vendor
    }

    /// The `n`th number that it sends to, in E.164.
    pub(crate) fn number(self, n: usize) -> String {
        match self.row().abroad {
            true => format!("+447400{n:06}"),
            false => format!("+86{}", number(n)),
        }
    }

    /// The secret of its account: name and value.
    pub(crate) fn secret(self) -> (&'static str, &'static str) {
        self.row().secret
    }

    /// A wrong secret of the same form.
    pub(crate) fn wrong_secret(self) -> &'static str {
        self.row().wrong_secret
    }

    /// A provider `name` with an account at the vendor at `url`, and with `secret` or the right one.
    pub(crate) fn account(self, name: &str, url: &str, secret: Option<&str>) -> Value {
        let (secret_name, right) = self.secret();
        json!({
            "name": name, "kind": self.vendor(), "settings": self.settings(url),
            "secrets": {secret_name: secret.unwrap_or(right)},
        })
    }

    /// The settings of its account, with the vendor at `url`.
    fn settings(self, url: &str) -> Value {
        (self.row().settings)(url)
    }

    /// The template that the vendor has approved, if it fills templates.
    pub(crate) fn template(self) -> Option<Value> {
        let (id, signature, variables) = self.row().template?;
        Some(json!({"id": id, "signature": signature, "variables": variables}))
    }
}

/// The attempts of a message: each with its provider and its outcome.
pub(crate) fn attempts(message: &MessageDto) -> Vec<(&str, &str)> {
    let attempts = message.attempts.iter();
    attempts
        .map(|attempt| {
            (
                attempt.provider.as_deref().unwrap_or_default(),
                &*attempt.outcome,
            )
        })
        .collect()
}
