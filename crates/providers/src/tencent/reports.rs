//! The reports of Tencent Cloud: a `POST` of a JSON array, without a signature.

use countersign_core::phone::PhoneNumber;
use countersign_core::receipt::{Answer, Callback, Delivery, InvalidCallback, Receipt, Receipts};
use serde_json::Value;

use crate::meaning::answer::{code, id, text};

/// The answer that the vendor expects.
const ANSWER: Answer = Answer {
    content_type: "application/json",
    body: r#"{"result":0,"errmsg":"OK"}"#,
};

/// Reads a callback. Entries that are no report, or about a number or a message that cannot be read, are left out.
pub(super) fn read(callback: &Callback<'_>) -> Result<Receipts, InvalidCallback> {
    let reports: Vec<Value> =
        serde_json::from_slice(callback.body).map_err(|_| InvalidCallback::Malformed)?;
    if callback.method != "POST" {
        return Err(InvalidCallback::Malformed);
    }
    Ok(Receipts {
        receipts: reports.iter().filter_map(report).collect(),
        answer: ANSWER,
        left_out: Vec::new(),
    })
}

fn report(report: &Value) -> Option<Receipt> {
    let report = report.as_object()?;
    let country = text(report, "nationcode")?.trim_start_matches('+');
    let number = format!("+{country}{}", text(report, "mobile")?);
    Some(Receipt {
        provider_message_id: Some(id(text(report, "sid")?)?),
        message: None,
        phone: PhoneNumber::parse(&number, None).ok()?,
        status: match text(report, "report_status")? {
            "SUCCESS" => Delivery::Delivered,
            "FAIL" => Delivery::Failed,
            _ => Delivery::Underway,
        },
        vendor_code: text(report, "errmsg").and_then(code),
    })
}
