//! The reports of Chuanglan 253: a `GET` per message. They are not signed, but hold a name and a password where the
//! vendor's support has set them.

use std::borrow::Cow;

use countersign_core::id::MessageId;
use countersign_core::phone::PhoneNumber;
use countersign_core::receipt::{Answer, Callback, Delivery, InvalidCallback, Receipt, Receipts};
use countersign_core::secret::Secret;
use subtle::ConstantTimeEq;
use url::form_urlencoded;

use crate::meaning::answer;

/// The name and the password that reports must hold.
pub(crate) struct Reporter {
    /// The name, if there is one.
    pub(crate) receiver: Option<String>,
    /// The password, if there is one.
    pub(crate) password: Option<Secret>,
}

/// A product's way to report.
#[derive(Clone, Copy)]
pub(crate) struct Reports {
    /// Reads a number as the product writes it.
    pub(crate) phone: fn(&str) -> Option<PhoneNumber>,
    /// The answer that the product expects.
    pub(crate) answer: Answer,
}

type Query<'a> = Vec<(Cow<'a, str>, Cow<'a, str>)>;

impl Reporter {
    /// Reads a callback. A report about a number that cannot be read is left out.
    pub(crate) fn read(
        &self,
        callback: &Callback<'_>,
        reports: Reports,
    ) -> Result<Receipts, InvalidCallback> {
        let query: Query<'_> = form_urlencoded::parse(callback.query.as_bytes()).collect();
        if !self.sent(&query) {
            return Err(InvalidCallback::Unsigned);
        }
        if callback.method != "GET" {
            return Err(InvalidCallback::Malformed);
        }
        let receipt = receipt(&query, reports.phone).ok_or(InvalidCallback::Malformed)?;
        Ok(Receipts {
            receipts: receipt.into_iter().collect(),
            answer: reports.answer,
            left_out: Vec::new(),
        })
    }

    /// Whether a query holds the name and the password that are set.
    fn sent(&self, query: &Query<'_>) -> bool {
        let holds = |field: &str, expected: Option<&str>| {
            let held = value(query, field).unwrap_or_default();
            expected.is_none_or(|expected| held.as_bytes().ct_eq(expected.as_bytes()).into())
        };
        let password = self.password.as_ref().map(Secret::reveal);
        let receiver = holds("receiver", self.receiver.as_deref());
        holds("pswd", password) && receiver
    }
}

fn value<'a>(query: &'a Query<'_>, field: &str) -> Option<&'a str> {
    let found = query.iter().find(|(name, _)| name == field);
    found.map(|(_, value)| value.trim())
}

/// The receipt in a query: `None` if the query is no report, and `Some(None)` if its number cannot be read.
fn receipt(query: &Query<'_>, phone: fn(&str) -> Option<PhoneNumber>) -> Option<Option<Receipt>> {
    let status = value(query, "status").and_then(answer::code)?;
    let number = value(query, "mobile")?;
    let provider_message_id = value(query, "msgid").and_then(answer::id);
    let message = value(query, "uid").and_then(MessageId::parse);
    if provider_message_id.is_none() && message.is_none() {
        return None;
    }
    Some(phone(number).map(|phone| Receipt {
        provider_message_id,
        message,
        phone,
        status: match status.as_str() {
            "DELIVRD" => Delivery::Delivered,
            "UNKNOWN" => Delivery::Underway,
            _ => Delivery::Failed,
        },
        vendor_code: Some(status),
    }))
}
