//! Tencent Cloud: `SendSms` of 2021-01-11, for numbers of every country.
//!
//! | settings | |
//! |---|---|
//! | `secret_id` | the public half of the API key; its other half is the secret `secret_key` |
//! | `sdk_app_id` | the application of the SMS console that sends, such as `1400006666` |
//! | `region` | `ap-guangzhou` unless it says otherwise |
//! | `endpoint` | `https://sms.tencentcloudapi.com` unless it says otherwise |
//! | `sender_id` | the sender of messages to other countries than mainland China |
//! | `errors` | the meaning of codes, where an operator knows better ([`ErrorMap`]) |
//!
//! The vendor fills templates whose variables have places and no names. Its reports hold its own id of a message, and are
//! not signed.

mod codes;
mod credentials;
mod reports;
mod signature;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use async_trait::async_trait;
use countersign_core::phone::{Country, PhoneNumber};
use countersign_core::ports::provider::{Content, Credentials, Provider, Sms};
use countersign_core::receipt::{Callback, InvalidCallback, Receipts};
use countersign_core::secret::Secret;
use countersign_core::send::outcome::{NotAccepted, Outcome, RefusalKind};
use countersign_core::time::{Clock, Timestamp};
use reqwest::{Method, Url};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::account::{Account, InvalidSetup, Resources, graphic};
use crate::egress::{self, Answer, Egress, Request};
use crate::kind::field::{self, Field};
use crate::kind::{Kind, TemplateParts, Variables};
use crate::meaning::answer;
use crate::meaning::{self, ErrorMap, Meaning};
use signature::{SignedRequest, Signer};

/// The endpoint for accounts of mainland China.
const ENDPOINT: &str = "https://sms.tencentcloudapi.com/";

/// The region that handles requests for accounts of mainland China.
const REGION: &str = "ap-guangzhou";

/// The content type of bodies. It is signed, so it must be the same letter by letter on the wire.
const JSON: &str = "application/json; charset=utf-8";

/// The kind in the table of vendors.
pub(crate) const KIND: Kind = Kind {
    name: "tencent-cloud",
    about: "Tencent Cloud SMS, at home and abroad",
    content: "fills a template of the vendor's for every number",
    template: |_| {
        Some(TemplateParts {
            signature: true,
            variables: Variables::Counted,
            country: None,
        })
    },
    country: Some("CN"),
    reports: "set it in the vendor's console, as the callback address for delivery reports",
    fields: FIELDS,
    check: |account| TencentAccount::check(account).map(drop),
    endpoint: |account| TencentAccount::check(account).map(|account| account.url),
    open: |account, resources| Ok(Arc::new(TencentCloud::open(&account, resources)?)),
};

/// The page of the vendor's console with the keys of an account.
const KEYS: &str = "https://console.cloud.tencent.com/cam/capi";

const FIELDS: &[Field] = &[
    Field::setting(
        "secret_id",
        "the public half of an API key that may send SMS",
        "AKIDexample",
    )
    .called("SecretId", KEYS)
    .required(),
    Field::setting(
        "sdk_app_id",
        "the application of the SMS console that sends",
        "1400006666",
    )
    .called(
        "SDKAppID",
        "https://console.cloud.tencent.com/smsv2/app-manage",
    )
    .required(),
    Field::setting(
        "region",
        "the region that handles requests: ap-guangzhou if left out",
        "ap-singapore",
    )
    .called("Region", "https://cloud.tencent.com/document/api/382/52071"),
    Field::setting(
        "sender_id",
        "the sender of messages to other countries than mainland China",
        "Example",
    )
    .called(
        "SenderId",
        "https://cloud.tencent.com/document/product/382/55981",
    ),
    field::ENDPOINT,
    field::ERRORS,
    Field::secret(
        "secret_key",
        "the secret half of that API key",
        "example-secret-key",
    )
    .called("SecretKey", KEYS)
    .required(),
];

/// The settings of an account.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Settings {
    secret_id: String,
    sdk_app_id: String,
    region: Option<String>,
    endpoint: Option<String>,
    sender_id: Option<String>,
    #[serde(default)]
    errors: ErrorMap,
}

/// An account whose settings and secrets have been checked.
struct TencentAccount {
    settings: Settings,
    region: String,
    secret_key: Secret,
    url: Url,
}

struct TencentCloud {
    name: String,
    account: TencentAccount,
    egress: Egress,
    clock: Arc<dyn Clock>,
}

impl TencentAccount {
    fn check(account: &Account) -> Result<Self, InvalidSetup> {
        let settings: Settings = account.settings()?;
        let region = settings.region.clone().unwrap_or_else(|| REGION.to_owned());
        let secret_key = account.secret("secret_key");
        let url = account.endpoint(settings.endpoint.as_deref(), ENDPOINT);
        let url = url.and_then(|url| match url.query() {
            None => Ok(url),
            Some(_) => Err(InvalidSetup::setting("endpoint", "it has no query")),
        });
        InvalidSetup::refuse_any([
            graphic("secret_id", &settings.secret_id).as_ref().err(),
            graphic("sdk_app_id", &settings.sdk_app_id).as_ref().err(),
            graphic("region", &region).as_ref().err(),
            url.as_ref().err(),
            secret_key.as_ref().err(),
        ])?;
        Ok(Self {
            region,
            secret_key: secret_key?,
            url: url?,
            settings,
        })
    }
}

/// The body of a request.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct SendSms<'a> {
    phone_number_set: [&'a str; 1],
    sms_sdk_app_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    sign_name: Option<&'a str>,
    template_id: &'a str,
    template_param_set: Vec<&'a str>,
    session_context: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    sender_id: Option<&'a str>,
}

impl TencentCloud {
    fn open(account: &Account, resources: Resources) -> Result<Self, InvalidSetup> {
        Ok(Self {
            name: account.name.to_string(),
            account: TencentAccount::check(account)?,
            egress: resources.egress,
            clock: resources.clock,
        })
    }

    /// The request for a message, or the outcome where there is none.
    fn request(&self, sms: &Sms, now: Timestamp) -> Result<Request, Outcome> {
        let none = || Outcome::not_accepted(RefusalKind::NoTemplate);
        let template = sms.template.as_ref().ok_or_else(none)?;
        let at_home = sms.to.country() == Country::CHINA;
        if at_home && template.signature.is_none() {
            return Err(Outcome::NotAccepted(NotAccepted {
                kind: RefusalKind::NoTemplate,
                vendor_code: Some("the template has no signature".to_owned()),
                retry_after: None,
            }));
        }
        let values = template.variables.iter();
        let body = serde_json::to_vec(&SendSms {
            phone_number_set: [sms.to.e164()],
            sms_sdk_app_id: &self.account.settings.sdk_app_id,
            sign_name: template.signature.as_deref(),
            template_id: &template.id,
            template_param_set: values.map(|(_, value)| value.reveal()).collect(),
            session_context: &sms.message_id.to_string(),
            sender_id: self
                .account
                .settings
                .sender_id
                .as_deref()
                .filter(|_| !at_home),
        });
        let body = body.map_err(|_| Outcome::not_accepted(RefusalKind::Other))?;
        Ok(self.signed("SendSms", body, now))
    }

    /// A request for `action` with this body.
    fn signed(&self, action: &str, body: Vec<u8>, now: Timestamp) -> Request {
        let host = egress::host(&self.account.url);
        let signer = Signer {
            secret_id: &self.account.settings.secret_id,
            secret_key: self.account.secret_key.reveal(),
            service: "sms",
            now,
        };
        let authorization = signer.authorization(&SignedRequest {
            path: self.account.url.path(),
            headers: &[("content-type", JSON), ("host", &host)],
            body: &body,
        });
        let headers = [
            ("authorization", authorization),
            ("content-type", JSON.to_owned()),
            ("host", host),
            ("x-tc-action", action.to_owned()),
            ("x-tc-version", "2021-01-11".to_owned()),
            ("x-tc-timestamp", signer.seconds().to_string()),
            ("x-tc-region", self.account.region.clone()),
        ];
        Request {
            method: Method::POST,
            url: self.account.url.clone(),
            headers: headers.map(|(name, value)| (name.to_owned(), value)).into(),
            body,
        }
    }
}

/// The outcome that an answer means.
fn read(answer: &Answer, errors: &ErrorMap) -> Outcome {
    let understood = (200..300).contains(&answer.status);
    match verdict(&answer.body) {
        Some(Verdict::Accepted(serial)) if understood => answer::accepted(serial.as_deref()),
        Some(Verdict::Accepted(_)) => answer::outcome(Meaning::Unknown, "Ok"),
        Some(Verdict::Refused(code)) => match errors.meaning(&code, codes::KNOWN) {
            Some(meaning) => answer::outcome(meaning, &code),
            None if understood => {
                answer::outcome(Meaning::Refused(RefusalKind::ConfigError), &code)
            }
            None => answer::bare(answer.status, errors),
        },
        None => answer::bare(answer.status, errors),
    }
}

/// The vendor's verdict on the one number in the request.
enum Verdict {
    /// The number is accepted. Holds the vendor's id of the message.
    Accepted(Option<String>),
    /// The number is refused. Holds the vendor's code.
    Refused(String),
}

/// The verdict in a body; `None` if the body cannot be read, or says both yes and no.
fn verdict(body: &[u8]) -> Option<Verdict> {
    let body = answer::object(body)?;
    let response = body.get("Response")?.as_object()?;
    let sent = response.get("SendStatusSet").and_then(|set| set.get(0));
    let sent = sent.and_then(Value::as_object);
    let code = sent.and_then(|sent| answer::text(sent, "Code"));
    if let Some(error) = response.get("Error").filter(|error| !error.is_null()) {
        let error = answer::text(error.as_object()?, "Code")?;
        return (code != Some("Ok")).then(|| refused(error))?;
    }
    match code? {
        "Ok" => {
            let serial = sent.and_then(|sent| answer::text(sent, "SerialNo"));
            Some(Verdict::Accepted(serial.map(str::to_owned)))
        }
        code => refused(code),
    }
}

/// The vendor's own sentence about a refusal of the one number, or of the whole request.
fn sentence(body: &[u8]) -> Option<String> {
    let body = answer::object(body)?;
    let response = body.get("Response")?;
    let error = response.get("Error").filter(|error| !error.is_null());
    let sent = || response.get("SendStatusSet").and_then(|set| set.get(0));
    let said = error.or_else(sent)?.as_object()?;
    answer::text(said, "Message").map(str::to_owned)
}

fn refused(code: &str) -> Option<Verdict> {
    answer::code(code).map(Verdict::Refused)
}

#[async_trait]
impl Provider for TencentCloud {
    fn name(&self) -> &str {
        &self.name
    }

    fn content(&self, _: &PhoneNumber) -> Content {
        Content::Template
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
            Ok(answer) => {
                let outcome = read(&answer, &self.account.settings.errors);
                let outcome = meaning::with_sentence(outcome, sentence(&answer.body).as_deref());
                codes::with_template(outcome, sms)
            }
            Err(lost) => lost.outcome(),
        }
    }

    async fn credentials(&self) -> Credentials {
        let Some(request) = credentials::request(self, self.clock.wall()) else {
            return Credentials::NotAsked;
        };
        match self.egress.exchange(request).await {
            Ok(answer) => credentials::read(&answer),
            Err(lost) => lost.credentials(),
        }
    }

    fn receipts(&self, callback: &Callback<'_>) -> Result<Receipts, InvalidCallback> {
        reports::read(callback)
    }
}
