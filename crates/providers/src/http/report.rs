//! The reports of a vendor that an operator describes.
//!
//! A report is a JSON object, a list of them, or a form: in the body of a `POST`, or in the query of a `GET`. Unless the
//! setting `reports` says otherwise, it has `to` (E.164), `status`, one or both of `messageId` (ours) and
//! `providerMessageId` (the vendor's), and perhaps `code`. Other fields are ignored. A report that cannot be read among
//! others is left out: the vendor would only repeat it.

use countersign_core::id::MessageId;
use countersign_core::phone::PhoneNumber;
use countersign_core::receipt::{Answer, Callback, InvalidCallback, LeftOut, Receipt, Receipts};
use serde::Deserialize;
use serde_json::Value;

use super::pointer::Pointer;
use super::words::{WordSettings, Words};
use crate::account::InvalidSetup;
use crate::meaning::answer;

/// The answer to reports.
const HEARD: Answer = Answer {
    content_type: "application/json",
    body: "{}",
};

/// The operator's description of reports: JSON pointers, or names of fields.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct ReportSettings {
    list: Option<String>,
    to: Option<String>,
    status: Option<String>,
    message_id: Option<String>,
    provider_message_id: Option<String>,
    code: Option<String>,
    words: WordSettings,
}

/// The rules by which reports are read.
pub(super) struct ReportRules {
    list: Option<Pointer>,
    to: Pointer,
    status: Pointer,
    message_id: Pointer,
    provider_message_id: Pointer,
    code: Pointer,
    words: Words,
}

/// The reason why a report is left out.
enum Unread {
    /// It does not say which number or which state, or says it in words that are not known.
    NoReport(&'static str),
    /// It is about no message, or about a number that cannot be one of ours.
    OfNoMessage(&'static str),
}

impl ReportRules {
    pub(super) fn new(settings: &ReportSettings) -> Result<Self, InvalidSetup> {
        let place = |field: &str, set: &Option<String>, otherwise: &str| {
            let path = format!("reports.{field}");
            Pointer::or_name(&path, set.as_deref().unwrap_or(otherwise))
        };
        let list = settings.list.as_deref();
        Ok(Self {
            list: list
                .map(|list| Pointer::or_name("reports.list", list))
                .transpose()?,
            to: place("to", &settings.to, "to")?,
            status: place("status", &settings.status, "status")?,
            message_id: place("message_id", &settings.message_id, "messageId")?,
            provider_message_id: place(
                "provider_message_id",
                &settings.provider_message_id,
                "providerMessageId",
            )?,
            code: place("code", &settings.code, "code")?,
            words: Words::new(&settings.words)?,
        })
    }

    /// Reads the reports in `callback`, whose signature has been checked.
    pub(super) fn read(&self, callback: &Callback<'_>) -> Result<Receipts, InvalidCallback> {
        let document = document(callback)?;
        let listed = match &self.list {
            Some(list) => list.list(&document),
            None => document.as_array(),
        };
        let Some(reports) = listed else {
            return self.one(&document);
        };
        let (mut receipts, mut left_out) = (Vec::with_capacity(reports.len()), Vec::new());
        for (report, nth) in reports.iter().zip(1..) {
            match self.receipt(report) {
                Ok(receipt) => receipts.push(receipt),
                Err(Unread::NoReport(why) | Unread::OfNoMessage(why)) => {
                    left_out.push(LeftOut { nth, why });
                }
            }
        }
        Ok(Receipts {
            receipts,
            answer: HEARD,
            left_out,
        })
    }

    /// The callback of one report.
    fn one(&self, report: &Value) -> Result<Receipts, InvalidCallback> {
        let (receipts, left_out) = match self.receipt(report) {
            Ok(receipt) => (vec![receipt], Vec::new()),
            Err(Unread::OfNoMessage(why)) => (Vec::new(), vec![LeftOut { nth: 1, why }]),
            Err(Unread::NoReport(_)) => return Err(InvalidCallback::Malformed),
        };
        Ok(Receipts {
            receipts,
            answer: HEARD,
            left_out,
        })
    }

    fn receipt(&self, report: &Value) -> Result<Receipt, Unread> {
        let to = self.to.text(report).ok_or(Unread::NoReport("no number"))?;
        let status = self.status.text(report);
        let status = status.ok_or(Unread::NoReport("no status"))?;
        let status = self.words.delivery(&status);
        let status = status.ok_or(Unread::NoReport("a status that is not known"))?;
        let phone = phone(&to).ok_or(Unread::OfNoMessage("no number in international form"))?;
        let message = self.message_id.text(report);
        let message = message.as_deref().and_then(MessageId::parse);
        let id = self.provider_message_id.text(report);
        let provider_message_id = id.and_then(|id| answer::id(&id));
        if message.is_none() && provider_message_id.is_none() {
            return Err(Unread::OfNoMessage("no id of a message"));
        }
        let code = self.code.text(report);
        Ok(Receipt {
            provider_message_id,
            message,
            phone,
            status,
            vendor_code: code.and_then(|code| answer::code(&code)),
        })
    }
}

/// A callback as a JSON value: its body, or the fields of a form.
fn document(callback: &Callback<'_>) -> Result<Value, InvalidCallback> {
    match callback.method {
        "GET" => Ok(form(callback.query.as_bytes())),
        "POST" => Ok(serde_json::from_slice(callback.body).unwrap_or_else(|_| form(callback.body))),
        _ => Err(InvalidCallback::Malformed),
    }
}

fn form(encoded: &[u8]) -> Value {
    let pairs = url::form_urlencoded::parse(encoded);
    let fields = pairs.map(|(name, value)| (name.into_owned(), Value::from(value.into_owned())));
    Value::Object(fields.collect())
}

/// A number in E.164, perhaps without its plus, as the request had it, or with a blank in place of a plus that a form
/// did not encode. A national number is not accepted.
fn phone(to: &str) -> Option<PhoneNumber> {
    let to = to.trim();
    let digits = to.strip_prefix('+').unwrap_or(to);
    PhoneNumber::parse(&format!("+{digits}"), None).ok()
}

#[cfg(test)]
mod tests;
