//! Alibaba Cloud SMS, the domestic product (Dysmsapi 2017-05-25): numbers of mainland China, and with an
//! international template those of other countries.
//!
//! # What an operator should know
//!
//! | | |
//! |---|---|
//! | settings | `access_key_id`; optional `endpoint`, `errors`, `signature` (`v3`, or `v1` for an old gateway) |
//! | secrets | `access_key_secret`; with temporary keys `security_token` |
//! | templates | the vendor's only: an id (`SMS_...`), a signature, and variables by name, such as `code={code}`. A template for codes has one variable in mainland China, and it holds 4 to 6 characters |
//! | source address | messages to mainland China must be sent from an address there, else `isv.DENY_IP_RANGE` |
//! | receipts | "HTTP batch push", set up in the vendor's console. They are not signed |
//!
//! **One message per signature and number a minute**, five an hour, ten a day: the vendor counts each pair of signature
//! and number, for all templates and all outcomes together, and refuses the rest with `isv.BUSINESS_LIMIT_CONTROL`.
//! Countersign's minute is for each application, *channel* and number. So a code to sign in and a code to change a
//! password within one minute need two signatures, or a second vendor in the route: the refusal is definite, and the
//! next vendor is tried. An account may have other figures by agreement.
//!
//! The vendor does not recognise a repeated message: `OutId` is our id, and only comes back with the receipt.

mod codes;

use std::sync::Arc;

use async_trait::async_trait;
use countersign_core::id::MessageId;
use countersign_core::phone::{Country, PhoneNumber};
use countersign_core::ports::provider::{Content, Credentials, Provider, Sms};
use countersign_core::receipt::{Callback, Delivery, InvalidCallback, Receipt, Receipts};
use countersign_core::send::outcome::Outcome;
use serde_json::{Map, Value};

use crate::account::{Account, InvalidSetup};
use crate::alibaba::gateway::{self, Call, Gateway, GatewayAccount};
use crate::egress::Answer;
use crate::kind::Kind;
use crate::kind::field;
use crate::meaning::ErrorMap;
use crate::meaning::answer;

/// The product's endpoint, for every region of the mainland.
const ENDPOINT: &str = "https://dysmsapi.aliyuncs.com/";

/// The kind in the table of vendors.
pub(crate) const KIND: Kind = Kind {
    name: "alibaba-cloud",
    about: "Alibaba Cloud SMS: mainland China, and other countries with an international template",
    content: "fills a template of the vendor's for every number",
    template: |_| Some(gateway::TEMPLATE),
    country: Some("CN"),
    reports: "set it in the vendor's console, as the address of the HTTP batch push of reports",
    fields: &[
        gateway::ACCESS_KEY_ID,
        field::ENDPOINT,
        gateway::SIGNATURE,
        field::ERRORS,
        gateway::ACCESS_KEY_SECRET,
        gateway::SECURITY_TOKEN,
    ],
    check: |account| check(account).map(drop),
    endpoint: |account| check(account).map(|account| account.endpoint().clone()),
    open: |account, resources| {
        let gateway = Gateway::new(check(&account)?, resources);
        let name = account.name.to_string();
        Ok(Arc::new(AlibabaCloud { name, gateway }))
    },
};

/// A call that sends nothing: the list of the account's signatures.
const SIGNATURES: (&str, &str) = ("QuerySmsSignList", "2017-05-25");

struct AlibabaCloud {
    name: String,
    gateway: Gateway,
}

fn check(account: &Account) -> Result<GatewayAccount, InvalidSetup> {
    GatewayAccount::check(account, account.settings()?, ENDPOINT)
}

#[async_trait]
impl Provider for AlibabaCloud {
    fn name(&self) -> &str {
        &self.name
    }

    fn content(&self, _: &PhoneNumber) -> Content {
        Content::Template
    }

    fn warm(&self) {
        self.gateway.warm();
    }

    async fn send(&self, sms: &Sms) -> Outcome {
        let call = match call(sms) {
            Ok(call) => call,
            Err(outcome) => return outcome,
        };
        match self.gateway.ask(&call).await {
            Ok(answer) => {
                let outcome = outcome(&answer, self.gateway.errors());
                gateway::with_sentence(outcome, &answer)
            }
            Err(outcome) => outcome,
        }
    }

    async fn credentials(&self) -> Credentials {
        self.gateway.credentials(&SIGNATURES).await
    }

    fn receipts(&self, callback: &Callback<'_>) -> Result<Receipts, InvalidCallback> {
        read(callback)
    }
}

/// The call for a message, or the outcome where there is none.
fn call(sms: &Sms) -> Result<Call, Outcome> {
    let template = gateway::template_params(sms.template.as_ref())?;
    Ok(Call {
        action: "SendSms",
        version: "2017-05-25",
        params: vec![
            ("PhoneNumbers", number(&sms.to).to_owned()),
            ("SignName", template.signature.to_owned()),
            ("TemplateCode", template.code.to_owned()),
            ("TemplateParam", template.params),
            ("OutId", sms.message_id.to_string()),
        ],
    })
}

/// A number as the product writes it: a number of the mainland without its country code.
fn number(phone: &PhoneNumber) -> &str {
    let digits = gateway::digits(phone);
    match phone.country() {
        Country::CHINA => digits.strip_prefix("86").unwrap_or(digits),
        _ => digits,
    }
}

/// The outcome that an answer means. Only `OK` with status 200 accepts the message: errors of the product have status
/// 200 too.
fn outcome(answer: &Answer, errors: &ErrorMap) -> Outcome {
    let object = answer::object(&answer.body).unwrap_or_default();
    let said = answer::text(&object, "Code").or_else(|| gateway::xml_code(&answer.body));
    match said {
        None => answer::bare(answer.status, errors),
        Some("OK") if answer.status == 200 && !object.is_empty() => {
            answer::accepted(answer::text(&object, "BizId"))
        }
        Some(said) => {
            let meaning = errors.meaning(said, codes::KNOWN);
            let meaning = meaning.unwrap_or_else(|| gateway::meaning(said, answer.status, errors));
            answer::outcome(meaning, said)
        }
    }
}

/// Reads the reports in a callback.
fn read(callback: &Callback<'_>) -> Result<Receipts, InvalidCallback> {
    let reports = gateway::reports(callback)?;
    Ok(Receipts {
        receipts: reports.iter().flat_map(receipts).collect(),
        answer: gateway::HEARD,
        left_out: Vec::new(),
    })
}

/// The receipts in a report. Eleven digits may be a number of the mainland, and a number of North America with its
/// country code. Then there is a receipt for each, and the store ignores the one with another number than the message.
fn receipts(report: &Map<String, Value>) -> Vec<Receipt> {
    let Some(success) = report.get("success").and_then(Value::as_bool) else {
        return Vec::new();
    };
    let text = |field| answer::text(report, field);
    let given = text("phone_number").unwrap_or_default();
    let abroad = format!("+{}", given.trim_start_matches('+'));
    let mut phones: Vec<_> = [
        PhoneNumber::parse(given, Some("86")),
        PhoneNumber::parse(&abroad, None),
    ]
    .into_iter()
    .flatten()
    .collect();
    phones.dedup();
    let receipt = |phone| Receipt {
        provider_message_id: text("biz_id").and_then(answer::id),
        message: text("out_id").and_then(MessageId::parse),
        phone,
        status: if success {
            Delivery::Delivered
        } else {
            Delivery::Failed
        },
        vendor_code: text("err_code").and_then(answer::code),
    };
    phones.into_iter().map(receipt).collect()
}

#[cfg(test)]
mod tests;
