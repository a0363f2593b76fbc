//! What the sandbox's vendors sell, and how it is set up by an operator: accounts, templates, routes.

use std::time::Duration;

use countersign_api::MessageDto;
use serde_json::{Value, json};

use crate::answer::Answer;
use crate::server::{Server, number};

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

    /// The settings of its account, with the vendor at `url`.
    fn settings(self, url: &str) -> Value {
        (self.row().settings)(url)
    }

    /// The template that the vendor has approved, if it fills templates.
    fn template(self) -> Option<Value> {
        let (id, signature, variables) = self.row().template?;
        Some(json!({"id": id, "signature": signature, "variables": variables}))
    }
}

/// How long the official SDKs wait for an answer.
const PATIENCE: Duration = Duration::from_secs(10);

/// What became of one `send-sms`.
#[derive(Debug)]
pub(crate) struct Sent {
    pub(crate) status: u16,
    pub(crate) message: String,
}

impl Server {
    /// Calls a management endpoint.
    pub(crate) async fn manage(&self, name: &str, body: Value) -> Answer {
        self.operator().post(name, body).await
    }

    /// Calls a management endpoint, which does as it is asked.
    pub(crate) async fn set(&self, name: &str, body: Value) -> Value {
        self.operator().set(name, body).await
    }

    /// Sets up a provider of that name and its template, with the vendor at `url`; with `secret` or the right one.
    pub(crate) async fn provider(
        &self,
        name: &str,
        product: Product,
        url: &str,
        secret: Option<&str>,
    ) -> Value {
        let (secret_name, right) = product.secret();
        let account = json!({
            "name": name, "kind": product.vendor(), "settings": product.settings(url),
            "secrets": {secret_name: secret.unwrap_or(right)},
        });
        let shown = self.set("set-sms-provider", account).await;
        if let Some(template) = product.template() {
            let template = json!({"provider": name, "vendorTemplate": template});
            self.set("set-sms-template", template).await;
        }
        shown
    }

    /// An application whose messages go through these providers in order; its secret.
    pub(crate) async fn app(&self, id: &str, providers: &[&str]) -> String {
        self.app_by(id, providers, json!({})).await
    }

    /// The same, with more said of its route.
    pub(crate) async fn app_by(&self, id: &str, providers: &[&str], more: Value) -> String {
        let new = json!({"appId": id, "appName": "Shop"});
        let created = self.set("create-application", new).await;
        let providers: Vec<_> = providers.iter().map(|name| json!({"name": name})).collect();
        let mut route = json!({"appId": id, "providers": providers});
        let more = more.as_object().unwrap().clone();
        route.as_object_mut().unwrap().extend(more);
        self.set("set-sms-route", route).await;
        created["appSecret"].as_str().unwrap().to_owned()
    }

    /// A code of `app` to `to`, in full: what is answered before the SDKs give up.
    pub(crate) async fn send_as(&self, app: &str, channel: &str, to: &str) -> Sent {
        let headers = [("x-authing-app-id", app), ("x-authing-lang", "en-US")];
        let body = json!({"channel": channel, "phoneNumber": to}).to_string();
        let answer = tokio::time::timeout(PATIENCE, self.post("send-sms", &headers, body));
        let answer = answer.await.expect("an answer within ten seconds");
        Sent {
            status: answer.status().try_into().unwrap(),
            message: answer.message().to_owned(),
        }
    }

    /// A login code of `app` to `to`: the `statusCode`.
    pub(crate) async fn login_as(&self, app: &str, to: &str) -> u16 {
        self.send_as(app, "CHANNEL_LOGIN", to).await.status
    }

    /// Whether `code` is good, and used up by this.
    pub(crate) async fn takes(&self, app: &str, secret: &str, to: &str, code: &str) -> bool {
        let body = json!({
            "channel": "CHANNEL_LOGIN", "phoneNumber": to, "passCode": code, "withToken": false,
            "client_id": app, "client_secret": secret,
        });
        let answer = self.post("verify-code", &[], body.to_string()).await;
        answer.is_valid()
    }

    /// The timelines of a number, the oldest first.
    pub(crate) async fn timelines(&self, to: &str) -> Vec<MessageDto> {
        let found = self.set("find-messages", json!({"phoneNumber": to})).await;
        let mut found: Vec<MessageDto> = serde_json::from_value(found).unwrap();
        found.reverse();
        found
    }

    /// A provider as the operator sees it.
    pub(crate) async fn shown(&self, name: &str) -> Value {
        let all = self.listed("list-sms-providers").await;
        let mut all = all.as_array().unwrap().iter();
        all.find(|provider| provider["name"] == name)
            .unwrap()
            .clone()
    }

    /// What a management endpoint lists.
    pub(crate) async fn listed(&self, name: &str) -> Value {
        self.operator().get(name).await.data().clone()
    }
}

/// The attempts of a message: by whom, and with what outcome.
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
