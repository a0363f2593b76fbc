//! Chuanglan 253, the international product: text to numbers of every country.
//!
//! | settings | |
//! |---|---|
//! | `account` | such as `I0000000`; its password is the secret `password` |
//! | `endpoint` | the vendor's host for the account: `https://intapi.253.com` unless it says otherwise |
//! | `sender_id` | the sender of messages, where a country lets one choose |
//! | `receiver` | the name in reports, where the vendor's support has set one; the password is the secret `receipts_password` |
//! | `errors` | the meaning of codes, where an operator knows better ([`ErrorMap`]) |

#[cfg(test)]
mod tests;

use std::sync::Arc;

use async_trait::async_trait;
use countersign_core::phone::PhoneNumber;
use countersign_core::ports::provider::{Provider, Sms};
use countersign_core::receipt::{Answer, Callback, InvalidCallback, Receipts};
use countersign_core::send::outcome::Outcome;
use countersign_core::send::outcome::RefusalKind::{
    BadNumber, ConfigError, RecipientLimited, Transient,
};
use countersign_core::time::{Clock, Timestamp};
use serde::Deserialize;

use crate::account::{Account, InvalidSetup, Resources, graphic};
use crate::chuanglan::account::{self, ChuanglanAccount, CommonSettings};
use crate::chuanglan::answers::{Dialect, with_sentence};
use crate::chuanglan::reports::Reports;
use crate::chuanglan::signature;
use crate::egress::{Egress, Request};
use crate::kind::Kind;
use crate::kind::field::{self, Field};
use crate::meaning::ErrorMap;
use crate::meaning::Meaning::Refused;

/// The host and the path of most accounts.
const PLACE: (&str, &str) = ("https://intapi.253.com", "/send/sms");

/// The kind in the table of vendors.
pub(crate) const KIND: Kind = Kind {
    name: "chuanglan-international",
    about: "Chuanglan 253, for every country",
    content: "sends text",
    template: |_| None,
    country: None,
    reports: account::REPORTS,
    fields: &[
        account::ACCOUNT,
        Field::setting(
            "sender_id",
            "the sender of messages, where a country lets one choose",
            "Example",
        )
        .called("senderId", account::DOCUMENTS),
        account::RECEIVER,
        field::ENDPOINT,
        field::ERRORS,
        account::PASSWORD,
        account::RECEIPTS_PASSWORD,
    ],
    check: |account| check(account).map(drop),
    endpoint: |account| check(account).map(|(_, account)| account.url),
    open: |account, resources| Ok(Arc::new(International::open(&account, resources)?)),
};

/// The settings of an account.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Settings {
    account: String,
    endpoint: Option<String>,
    sender_id: Option<String>,
    receiver: Option<String>,
    #[serde(default)]
    errors: ErrorMap,
}

/// The product's answers.
const DIALECT: Dialect = Dialect {
    known: &[
        ("101", Refused(ConfigError)),
        ("102", Refused(ConfigError)),
        ("106", Refused(ConfigError)),
        ("108", Refused(BadNumber)),
        ("109", Refused(BadNumber)),
        ("110", Refused(ConfigError)),
        ("112", Refused(ConfigError)),
        ("114", Refused(ConfigError)),
        ("115", Refused(ConfigError)),
        ("116", Refused(ConfigError)),
        ("123", Refused(ConfigError)),
        ("124", Refused(ConfigError)),
        ("125", Refused(RecipientLimited)),
        ("129", Refused(ConfigError)),
        ("130", Refused(Transient)),
        ("131", Refused(ConfigError)),
        ("132", Refused(ConfigError)),
        ("133", Refused(ConfigError)),
        ("134", Refused(RecipientLimited)),
        ("135", Refused(ConfigError)),
    ],
    counts: false,
};

/// The product's reports.
const REPORTS: Reports = Reports {
    phone: |number| {
        let digits = number.trim_start_matches('+').trim_start_matches("00");
        PhoneNumber::parse(&format!("+{digits}"), None).ok()
    },
    answer: Answer {
        content_type: "text/plain",
        body: "OK",
    },
};

struct International {
    name: String,
    account: ChuanglanAccount,
    sender_id: Option<String>,
    egress: Egress,
    clock: Arc<dyn Clock>,
}

fn check(account: &Account) -> Result<(Option<String>, ChuanglanAccount), InvalidSetup> {
    let settings: Settings = account.settings()?;
    if let Some(sender_id) = &settings.sender_id {
        graphic("sender_id", sender_id)?;
    }
    let common = CommonSettings {
        account: &settings.account,
        endpoint: settings.endpoint.as_deref(),
        receiver: settings.receiver.as_deref(),
        errors: settings.errors,
    };
    let checked = ChuanglanAccount::check(account, common, PLACE)?;
    Ok((settings.sender_id, checked))
}

impl International {
    fn open(account: &Account, resources: Resources) -> Result<Self, InvalidSetup> {
        let (sender_id, checked) = check(account)?;
        Ok(Self {
            name: account.name.to_string(),
            account: checked,
            sender_id,
            egress: resources.egress,
            clock: resources.clock,
        })
    }

    /// The request for a message, or the outcome where there is none.
    fn request(&self, sms: &Sms, now: Timestamp) -> Result<Request, Outcome> {
        let uid = sms.message_id.to_string();
        let mut fields = vec![
            ("account", self.account.id.as_str()),
            ("mobile", sms.to.e164().trim_start_matches('+')),
            ("msg", sms.text.reveal()),
            ("uid", &uid),
        ];
        fields.extend(self.sender_id.as_deref().map(|id| ("senderId", id)));
        let nonce = now.as_millis().to_string();
        let password = self.account.password.reveal();
        let sign = signature::international(password, &nonce, &fields);
        let body: std::collections::BTreeMap<_, _> = fields.into_iter().collect();
        self.account
            .post(&body, &[("nonce", &nonce), ("sign", &sign)])
    }
}

#[async_trait]
impl Provider for International {
    fn name(&self) -> &str {
        &self.name
    }

    fn warm(&self) {
        self.egress.warm(&self.account.url);
    }

    async fn send(&self, sms: &Sms) -> Outcome {
        let request = match self.request(sms, self.clock.wall()) {
            Ok(request) => request,
            Err(outcome) => return outcome,
        };
        match self.egress.exchange(request).await {
            Ok(answer) => with_sentence(DIALECT.read(&answer, &self.account.errors), &answer),
            Err(lost) => lost.outcome(),
        }
    }

    fn receipts(&self, callback: &Callback<'_>) -> Result<Receipts, InvalidCallback> {
        self.account.reporter.read(callback, REPORTS)
    }
}
