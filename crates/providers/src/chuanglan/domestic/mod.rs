//! Chuanglan 253, the domestic product: numbers of mainland China only.
//!
//! | settings | |
//! |---|---|
//! | `account` | such as `YZM0000000`; its password is the secret `password` |
//! | `api` | `v1`, which sends text, unless it says `v2`, which fills templates |
//! | `endpoint` | the vendor's host for the account; with a path where the account has another than usual |
//! | `receiver` | the name in reports, where the vendor's support has set one; the password is the secret `receipts_password` |
//! | `errors` | the meaning of codes, where an operator knows better ([`ErrorMap`]) |
//!
//! A text must begin with a signature, such as `【Shop】`, and is not sent without one. A template's variables are
//! `param1`, `param2`, ... where they have no names. With `v1` every request holds the password, so only TLS guards it.
//! Reports hold our id of the message.

mod codes;
mod messages;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use async_trait::async_trait;
use countersign_core::entropy::Entropy;
use countersign_core::phone::PhoneNumber;
use countersign_core::ports::provider::{Content, Provider, Sms};
use countersign_core::receipt::{Answer, Callback, InvalidCallback, Receipts};
use countersign_core::send::outcome::{Outcome, RefusalKind};
use countersign_core::time::Clock;
use serde::Deserialize;

use crate::account::{Account, InvalidSetup, Resources};
use crate::chuanglan::account::{self, ChuanglanAccount, CommonSettings};
use crate::chuanglan::answers::{Dialect, with_sentence};
use crate::chuanglan::reports::Reports;
use crate::egress::{Egress, Request};
use crate::kind::field::{self, Field};
use crate::kind::{Kind, TemplateParts, Variables};
use crate::meaning::ErrorMap;

/// The kind in the table of vendors.
pub(crate) const KIND: Kind = Kind {
    name: "chuanglan",
    about: "Chuanglan 253, for mainland China",
    content: "sends text; with api = \"v2\", fills a template of the vendor's",
    template: |settings| {
        (settings["api"] == "v2").then_some(TemplateParts {
            signature: true,
            variables: Variables::Counted,
            country: None,
        })
    },
    country: Some("CN"),
    reports: account::REPORTS,
    fields: &[
        account::ACCOUNT,
        Field::setting(
            "api",
            "v1, which sends text, or v2, which fills templates",
            "v1",
        ),
        account::RECEIVER,
        field::ENDPOINT,
        field::ERRORS,
        account::PASSWORD,
        account::RECEIPTS_PASSWORD,
    ],
    check: |account| check(account).map(drop),
    endpoint: |account| check(account).map(|(_, account)| account.url),
    open: |account, resources| Ok(Arc::new(Chuanglan::open(&account, resources)?)),
};

/// The settings of an account.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Settings {
    account: String,
    #[serde(default)]
    api: Api,
    endpoint: Option<String>,
    receiver: Option<String>,
    #[serde(default)]
    errors: ErrorMap,
}

/// One of the vendor's two interfaces.
#[derive(Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Api {
    #[default]
    V1,
    V2,
}

impl Api {
    /// The host and the path of most accounts.
    const fn place(self) -> (&'static str, &'static str) {
        match self {
            Api::V1 => ("https://smssh1.253.com", "/msg/v1/send/json"),
            Api::V2 => ("https://smssh.253.com", "/msg/sms/v2/tpl/send"),
        }
    }

    const fn dialect(self) -> Dialect {
        Dialect {
            known: codes::KNOWN,
            counts: matches!(self, Api::V2),
        }
    }
}

/// The product's reports.
const REPORTS: Reports = Reports {
    phone: |number| PhoneNumber::parse(number, Some("86")).ok(),
    answer: Answer {
        content_type: "application/json",
        body: r#"{"clcode":"000000"}"#,
    },
};

struct Chuanglan {
    name: String,
    account: ChuanglanAccount,
    api: Api,
    egress: Egress,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
}

fn check(account: &Account) -> Result<(Api, ChuanglanAccount), InvalidSetup> {
    let settings: Settings = account.settings()?;
    let common = CommonSettings {
        account: &settings.account,
        endpoint: settings.endpoint.as_deref(),
        receiver: settings.receiver.as_deref(),
        errors: settings.errors,
    };
    let checked = ChuanglanAccount::check(account, common, settings.api.place())?;
    Ok((settings.api, checked))
}

impl Chuanglan {
    fn open(account: &Account, resources: Resources) -> Result<Self, InvalidSetup> {
        let (api, checked) = check(account)?;
        Ok(Self {
            name: account.name.to_string(),
            account: checked,
            api,
            egress: resources.egress,
            clock: resources.clock,
            entropy: resources.entropy,
        })
    }

    fn request(&self, sms: &Sms) -> Result<Request, Outcome> {
        match self.api {
            Api::V1 => messages::text(&self.account, sms),
            Api::V2 => {
                let mut nonce = [0; 16];
                let drawn = self.entropy.fill(&mut nonce);
                drawn.map_err(|_| Outcome::not_accepted(RefusalKind::Transient))?;
                messages::template(&self.account, sms, self.clock.wall(), &hex::encode(nonce))
            }
        }
    }
}

#[async_trait]
impl Provider for Chuanglan {
    fn name(&self) -> &str {
        &self.name
    }

    fn content(&self, _: &PhoneNumber) -> Content {
        match self.api {
            Api::V1 => Content::Text,
            Api::V2 => Content::Template,
        }
    }

    fn warm(&self) {
        self.egress.warm(&self.account.url);
    }

    async fn send(&self, sms: &Sms) -> Outcome {
        let request = match self.request(sms) {
            Ok(request) => request,
            Err(outcome) => return outcome,
        };
        match self.egress.exchange(request).await {
            Ok(answer) => {
                let outcome = self.api.dialect().read(&answer, &self.account.errors);
                with_sentence(outcome, &answer)
            }
            Err(lost) => lost.outcome(),
        }
    }

    fn receipts(&self, callback: &Callback<'_>) -> Result<Receipts, InvalidCallback> {
        self.account.reporter.read(callback, REPORTS)
    }
}
