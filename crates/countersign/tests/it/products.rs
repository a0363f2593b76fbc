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

use Product::*;

impl Product {
    pub(crate) const ALL: [Product; 8] = [
        Alibaba,
        AlibabaAbroad,
        AlibabaToChina,
        Tencent,
        ChuanglanText,
        ChuanglanTemplate,
        ChuanglanAbroad,
        Http,
    ];

    /// The vendor's name: of the kind of account, and in the sandbox.
    pub(crate) const fn vendor(self) -> &'static str {
        match self {
            Alibaba => "alibaba-cloud",
            AlibabaAbroad | AlibabaToChina => "alibaba-cloud-international",
            Tencent => "tencent-cloud",
            ChuanglanText | ChuanglanTemplate => "chuanglan",
            ChuanglanAbroad => "chuanglan-international",
            Http => "http",
        }
    }

    /// The `n`th number that it is for, in full.
    pub(crate) fn number(self, n: usize) -> String {
        match self {
            AlibabaAbroad | ChuanglanAbroad => format!("+447400{n:06}"),
            _ => format!("+86{}", number(n)),
        }
    }

    /// The secret of its account: name and value.
    pub(crate) const fn secret(self) -> (&'static str, &'static str) {
        match self {
            Alibaba | AlibabaAbroad | AlibabaToChina => {
                ("access_key_secret", "sandbox-access-key-secret-0001")
            }
            Tencent => ("secret_key", "sandbox-secret-key-0001"),
            ChuanglanText | ChuanglanTemplate | ChuanglanAbroad => {
                ("password", "sandbox-password-0001")
            }
            Http => (
                "webhook_secret",
                "whsec_c2FuZGJveC13ZWJob29rLXNpZ25pbmcta2V5LTAwMDE=",
            ),
        }
    }

    /// A secret of the same form that is not it.
    pub(crate) const fn wrong_secret(self) -> &'static str {
        match self {
            Http => "whsec_YW5vdGhlci1zZWNyZXQtb2YtdGhlLXNhbWUtbGVuZ3Ro",
            _ => "another-secret-of-the-same-form",
        }
    }

    /// The settings of its account, with the vendor at `url`.
    fn settings(self, url: &str) -> Value {
        match self {
            Alibaba | AlibabaAbroad | AlibabaToChina => {
                json!({"access_key_id": "sandbox-access-key-id", "endpoint": url})
            }
            Tencent => {
                json!({"secret_id": "sandbox-secret-id", "sdk_app_id": "1400000000", "endpoint": url})
            }
            ChuanglanText => json!({"account": "YZM0000001", "endpoint": url}),
            ChuanglanTemplate => json!({"account": "YZM0000001", "api": "v2", "endpoint": url}),
            ChuanglanAbroad => json!({"account": "I0000001", "endpoint": url}),
            Http => json!({
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
            }),
        }
    }

    /// The template that the vendor has approved, if it fills templates.
    fn template(self) -> Option<Value> {
        match self {
            Alibaba | AlibabaToChina => Some(json!({
                "id": "SMS_154950909", "signature": "阿里云", "variables": ["code={code}"],
            })),
            Tencent => Some(json!({
                "id": "449740", "signature": "腾讯云", "variables": ["{code}", "{minutes}"],
            })),
            ChuanglanTemplate => Some(json!({
                "id": "1000001", "signature": "示例", "variables": ["{code}"],
            })),
            AlibabaAbroad | ChuanglanText | ChuanglanAbroad | Http => None,
        }
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
