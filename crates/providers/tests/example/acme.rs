use std::sync::Arc;

use async_trait::async_trait;
use countersign_core::id::MessageId;
use countersign_core::phone::PhoneNumber;
use countersign_core::ports::provider::{Provider, Sms};
use countersign_core::receipt::{self, Callback, Delivery, InvalidCallback, Receipt, Receipts};
use countersign_core::secret::Secret;
use countersign_core::send::outcome::Outcome;
use countersign_core::send::outcome::RefusalKind::{BadNumber, ConfigError, Throttled};
use countersign_providers::account::{Account, InvalidSetup, graphic};
use countersign_providers::egress::{Answer, Egress, Request};
use countersign_providers::kind::{Field, Kind, field};
use countersign_providers::meaning::Meaning::{self, Refused, Unknown};
use countersign_providers::meaning::{ErrorMap, answer};
use reqwest::{Method, Url};
use serde::Deserialize;
use serde_json::{Map, Value, json};

/// The kind in the table of vendors: the name, the fields of an account, how to check one and how to open it.
pub(crate) const KIND: Kind = Kind {
    name: "acme",
    about: "Acme SMS, to every country",
    content: "sends text",
    template: |_| None,
    country: None,
    reports: "set it in the vendor's console, as the address for delivery reports",
    fields: &[
        Field::setting("sender", "the sender that phones show", "Example")
            .called("Sender ID", "https://acme.example/console/senders")
            .required(),
        field::ENDPOINT,
        field::ERRORS,
        Field::secret("api_key", "an API key that may send SMS", "example-key")
            .called("API key", "https://acme.example/console/keys")
            .required(),
    ],
    check: |account| AcmeAccount::check(account).map(drop),
    endpoint: |account| AcmeAccount::check(account).map(|account| account.url),
    open: |account, resources| {
        Ok(Arc::new(Acme {
            name: account.name.to_string(),
            account: AcmeAccount::check(&account)?,
            egress: resources.egress,
        }))
    },
};

/// The settings, as an operator writes them. The fields are those of [`KIND`].
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Settings {
    sender: String,
    endpoint: Option<String>,
    #[serde(default)]
    errors: ErrorMap,
}

/// An account whose settings and secrets have been checked: a provider that exists can send.
struct AcmeAccount {
    sender: String,
    url: Url,
    errors: ErrorMap,
    api_key: Secret,
}

impl AcmeAccount {
    fn check(account: &Account) -> Result<Self, InvalidSetup> {
        let settings: Settings = account.settings()?;
        graphic("sender", &settings.sender)?;
        Ok(Self {
            sender: settings.sender,
            url: account.endpoint(
                settings.endpoint.as_deref(),
                "https://api.acme.example/v1/sms",
            )?,
            errors: settings.errors,
            api_key: account.secret("api_key")?,
        })
    }
}

/// The vendor's documented codes. An account's own table, [`Settings::errors`], comes before this one.
const KNOWN: &[(&str, Meaning)] = &[
    ("INVALID_NUMBER", Refused(BadNumber)),
    ("RATE_LIMIT*", Refused(Throttled)),
    ("AUTH_*", Refused(ConfigError)),
    ("UPSTREAM_TIMEOUT", Unknown),
];

struct Acme {
    name: String,
    account: AcmeAccount,
    egress: Egress,
}

impl Acme {
    fn request(&self, sms: &Sms) -> Request {
        let bearer = format!("Bearer {}", self.account.api_key.reveal());
        let body = json!({
            "from": self.account.sender,
            "to": sms.to.e164(),
            "text": sms.text.reveal(),
            "reference": sms.message_id.to_string(),
        });
        Request {
            method: Method::POST,
            url: self.account.url.clone(),
            headers: vec![
                ("authorization".to_owned(), bearer),
                ("content-type".to_owned(), "application/json".to_owned()),
            ],
            body: body.to_string().into_bytes(),
        }
    }
}

/// The outcome that an answer means. Only a documented code is a certain refusal; the status alone, without a code,
/// is left to [`answer::bare`].
fn outcome(answer: &Answer, errors: &ErrorMap) -> Outcome {
    let body = answer::object(&answer.body).unwrap_or_default();
    match (answer::text(&body, "error"), answer::text(&body, "id")) {
        (None, Some(id)) if answer.status == 200 => answer::accepted(Some(id)),
        (Some(code), _) => match errors.meaning(code, KNOWN) {
            Some(meaning) => answer::outcome(meaning, code),
            None => answer::bare(answer.status, errors),
        },
        (None, _) => answer::bare(answer.status, errors),
    }
}

/// The receipt in a report, or `None` when it is about a number or a status that cannot be read.
fn receipt(report: &Map<String, Value>) -> Option<Receipt> {
    let text = |name| answer::text(report, name);
    Some(Receipt {
        provider_message_id: text("id").and_then(answer::id),
        message: text("reference").and_then(MessageId::parse),
        phone: PhoneNumber::parse(text("to")?, None).ok()?,
        status: match text("status")? {
            "delivered" => Delivery::Delivered,
            "undelivered" => Delivery::Failed,
            _ => return None,
        },
        vendor_code: text("code").and_then(answer::code),
    })
}

#[async_trait]
impl Provider for Acme {
    fn name(&self) -> &str {
        &self.name
    }

    fn warm(&self) {
        self.egress.warm(&self.account.url);
    }

    async fn send(&self, sms: &Sms) -> Outcome {
        match self.egress.exchange(self.request(sms)).await {
            Ok(answer) => outcome(&answer, &self.account.errors),
            Err(lost) => lost.outcome(),
        }
    }

    fn receipts(&self, callback: &Callback<'_>) -> Result<Receipts, InvalidCallback> {
        let report = answer::object(callback.body).ok_or(InvalidCallback::Malformed)?;
        Ok(Receipts {
            receipts: receipt(&report).into_iter().collect(),
            answer: receipt::Answer {
                content_type: "text/plain",
                body: "OK",
            },
            left_out: Vec::new(),
        })
    }
}
