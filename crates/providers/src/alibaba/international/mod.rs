//! Alibaba Cloud SMS, the international product (Dysmsapi 2018-05-01): text to every country but mainland
//! China, and the vendor's templates to there.
//!
//! | | |
//! |---|---|
//! | settings | `access_key_id`; optional `sender_id`, `endpoint`, `errors`, `signature` (`v3`, or `v1` for an old gateway) |
//! | secrets | `access_key_secret`; with temporary keys `security_token` |
//! | sender | `sender_id` is what a phone shows, where the country allows it: 1 to 11 letters and digits, or up to 15 digits. Without one the vendor chooses |
//! | templates | for mainland China only: an id, a signature, and variables by name, such as `code={code}` |
//! | price | for each message that the vendor took, whether it arrived or not |
//! | receipts | set up in the vendor's console. They are not signed. Receipts about mainland China hold the vendor's id of the message and not ours |
//!
//! The codes of its errors have a prefix (`isv.`, `isp.`) or none, depending on their age. Both are the same code, in an
//! operator's `errors` too.

mod codes;

use std::sync::Arc;

use async_trait::async_trait;
use countersign_core::id::MessageId;
use countersign_core::phone::{Country, PhoneNumber};
use countersign_core::ports::provider::{Content, Provider, Sms};
use countersign_core::receipt::{Callback, Delivery, InvalidCallback, Receipt, Receipts};
use countersign_core::send::outcome::Outcome;
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::account::{Account, InvalidSetup, Resources};
use crate::alibaba::gateway::{self, Call, Gateway, GatewayAccount, GatewaySettings, Signature};
use crate::egress::Answer;
use crate::kind::field::{self, Field};
use crate::kind::{Kind, TemplateParts};
use crate::meaning::ErrorMap;
use crate::meaning::answer;

/// The product's endpoint.
const ENDPOINT: &str = "https://dysmsapi.ap-southeast-1.aliyuncs.com/";

const VERSION: &str = "2018-05-01";

/// The kind in the table of vendors.
pub(crate) const KIND: Kind = Kind {
    name: "alibaba-cloud-international",
    about: "Alibaba Cloud SMS of the international site, to every country",
    content: "sends text; to mainland China, fills a template of the vendor's",
    template: |_| {
        Some(TemplateParts {
            country: Some("CN"),
            ..gateway::TEMPLATE
        })
    },
    country: None,
    reports: "set it in the vendor's console, as the address for delivery reports",
    fields: &[
        gateway::ACCESS_KEY_ID,
        SENDER_ID,
        field::ENDPOINT,
        gateway::SIGNATURE,
        field::ERRORS,
        gateway::ACCESS_KEY_SECRET,
        gateway::SECURITY_TOKEN,
    ],
    check: |account| check(account).map(drop),
    endpoint: |account| check(account).map(|(_, account)| account.endpoint().clone()),
    open: |account, resources| {
        Ok(Arc::new(AlibabaCloudInternational::open(
            &account, resources,
        )?))
    },
};

/// The setting `sender_id`.
const SENDER_ID: Field =
    Field::setting("sender_id", "the sender that a phone shows, where its country allows one", "Example")
        .called(
            "SenderId",
            "https://www.alibabacloud.com/help/en/sms/developer-reference/api-dysmsapi-2018-05-01-sendmessagetoglobe",
        );

/// The settings of an account.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Settings {
    access_key_id: String,
    sender_id: Option<SenderId>,
    endpoint: Option<String>,
    #[serde(default)]
    signature: Signature,
    #[serde(default)]
    errors: ErrorMap,
}

/// The sender that a phone shows.
#[derive(Deserialize)]
#[serde(try_from = "String")]
struct SenderId(String);

impl TryFrom<String> for SenderId {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let plain = text.bytes().all(|byte| byte.is_ascii_alphanumeric());
        let digits = text.bytes().all(|byte| byte.is_ascii_digit());
        let most = if digits { 15 } else { 11 };
        if !plain || text.is_empty() || text.len() > most {
            return Err("a sender_id has 1 to 11 letters and digits, or up to 15 digits");
        }
        Ok(Self(text))
    }
}

struct AlibabaCloudInternational {
    name: String,
    sender_id: Option<SenderId>,
    gateway: Gateway,
}

fn check(account: &Account) -> Result<(Option<SenderId>, GatewayAccount), InvalidSetup> {
    let settings: Settings = account.settings()?;
    let common = GatewaySettings {
        access_key_id: settings.access_key_id,
        endpoint: settings.endpoint,
        signature: settings.signature,
        errors: settings.errors,
    };
    let checked = GatewayAccount::check(account, common, ENDPOINT)?;
    Ok((settings.sender_id, checked))
}

impl AlibabaCloudInternational {
    fn open(account: &Account, resources: Resources) -> Result<Self, InvalidSetup> {
        let (sender_id, checked) = check(account)?;
        Ok(Self {
            name: account.name.to_string(),
            sender_id,
            gateway: Gateway::new(checked, resources),
        })
    }
}

#[async_trait]
impl Provider for AlibabaCloudInternational {
    fn name(&self) -> &str {
        &self.name
    }

    fn content(&self, phone: &PhoneNumber) -> Content {
        match phone.country() {
            Country::CHINA => Content::Template,
            _ => Content::Text,
        }
    }

    fn warm(&self) {
        self.gateway.warm();
    }

    async fn send(&self, sms: &Sms) -> Outcome {
        let call = match self.content(&sms.to) {
            Content::Text => text_call(sms, self.sender_id.as_ref()),
            Content::Template => match template_call(sms) {
                Ok(call) => call,
                Err(outcome) => return outcome,
            },
        };
        match self.gateway.ask(&call).await {
            Ok(answer) => {
                let outcome = outcome(&answer, self.gateway.errors());
                gateway::with_sentence(outcome, &answer)
            }
            Err(outcome) => outcome,
        }
    }

    fn receipts(&self, callback: &Callback<'_>) -> Result<Receipts, InvalidCallback> {
        read(callback)
    }
}

/// The call for a message to any country but mainland China.
fn text_call(sms: &Sms, sender_id: Option<&SenderId>) -> Call {
    let mut params = vec![
        ("To", gateway::digits(&sms.to).to_owned()),
        ("Message", sms.text.reveal().to_owned()),
        ("Type", "OTP".to_owned()),
        ("TaskId", sms.message_id.to_string()),
        ("ValidityPeriod", validity(sms)),
    ];
    params.extend(sender_id.map(|SenderId(id)| ("From", id.clone())));
    Call {
        action: "SendMessageToGlobe",
        version: VERSION,
        params,
    }
}

/// The call for a message to mainland China, or the outcome where there is none.
fn template_call(sms: &Sms) -> Result<Call, Outcome> {
    let template = gateway::template_params(sms.template.as_ref())?;
    Ok(Call {
        action: "SendMessageWithTemplate",
        version: VERSION,
        params: vec![
            ("To", gateway::digits(&sms.to).to_owned()),
            ("From", template.signature.to_owned()),
            ("TemplateCode", template.code.to_owned()),
            ("TemplateParam", template.params),
            ("ValidityPeriod", validity(sms)),
        ],
    })
}

/// The seconds for which the vendor may try to deliver: the life of the code.
fn validity(sms: &Sms) -> String {
    sms.minutes.saturating_mul(60).to_string()
}

/// The outcome that an answer means. The product answers `ResponseCode`, and the gateway in front of it `Code`. Only the
/// product can accept a message.
fn outcome(answer: &Answer, errors: &ErrorMap) -> Outcome {
    let object = answer::object(&answer.body).unwrap_or_default();
    let product = answer::text(&object, "ResponseCode");
    if product == Some("OK") && answer.status == 200 {
        return answer::accepted(answer::text(&object, "MessageId"));
    }
    let gateway = || answer::text(&object, "Code").or_else(|| gateway::xml_code(&answer.body));
    match product.or_else(gateway) {
        None => answer::bare(answer.status, errors),
        Some(said) => answer::outcome(codes::meaning(said, answer.status, errors), said),
    }
}

/// Reads the reports in a callback.
fn read(callback: &Callback<'_>) -> Result<Receipts, InvalidCallback> {
    let reports = gateway::reports(callback)?;
    Ok(Receipts {
        receipts: reports.iter().filter_map(receipt).collect(),
        answer: gateway::HEARD,
        left_out: Vec::new(),
    })
}

/// The receipt in a report, in its newer spelling (`MessageId`) or its older one (`message_id`).
fn receipt(report: &Map<String, Value>) -> Option<Receipt> {
    let text = |new, old| answer::text(report, new).or_else(|| answer::text(report, old));
    let status = report.get("Status").or_else(|| report.get("status"))?;
    let digits = text("To", "to")?.trim_start_matches('+');
    Some(Receipt {
        provider_message_id: text("MessageId", "message_id").and_then(answer::id),
        message: text("TaskId", "task_id").and_then(MessageId::parse),
        phone: PhoneNumber::parse(&format!("+{digits}"), None).ok()?,
        status: delivery(status)?,
        vendor_code: text("ErrorCode", "error_code").and_then(answer::code),
    })
}

/// The meaning of a status, which is a text or a number.
fn delivery(status: &Value) -> Option<Delivery> {
    match status.to_string().trim_matches('"') {
        "1" => Some(Delivery::Delivered),
        "2" | "6" => Some(Delivery::Failed),
        "3" => Some(Delivery::Underway),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
