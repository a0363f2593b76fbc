//! The reports of a vendor that an operator describes.
//!
//! A report is a JSON object, or a list of them: `to` (E.164), `status` (`delivered`, `failed` or `underway`), one or both of
//! `messageId` (ours) and `providerMessageId` (the vendor's), and perhaps `code`. Other fields are ignored.

use countersign_core::id::MessageId;
use countersign_core::phone::PhoneNumber;
use countersign_core::receipt::{Answer, Callback, Delivery, InvalidCallback, Receipt, Receipts};
use serde::Deserialize;

use crate::meaning::answer;

#[derive(Deserialize)]
#[serde(untagged)]
enum Body {
    Many(Vec<Report>),
    One(Report),
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Report {
    message_id: Option<String>,
    provider_message_id: Option<String>,
    to: String,
    status: String,
    code: Option<Code>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Code {
    Text(String),
    Number(i64),
}

/// Reads the reports in `callback`, whose signature has been checked.
pub(super) fn read(callback: &Callback<'_>) -> Result<Receipts, InvalidCallback> {
    if callback.method != "POST" {
        return Err(InvalidCallback::Malformed);
    }
    let body = serde_json::from_slice(callback.body).map_err(|_| InvalidCallback::Malformed)?;
    let reports = match body {
        Body::Many(reports) => reports,
        Body::One(report) => vec![report],
    };
    let mut receipts = Vec::with_capacity(reports.len());
    for report in reports {
        let status = Delivery::parse(&report.status).ok_or(InvalidCallback::Malformed)?;
        receipts.extend(receipt(report, status));
    }
    Ok(Receipts {
        receipts,
        answer: Answer {
            content_type: "application/json",
            body: "{}",
        },
    })
}

/// The receipt in a report; `None` when the report names no message or no number that can be read.
fn receipt(report: Report, status: Delivery) -> Option<Receipt> {
    // A vendor may write the number without its plus, as the request did; a national number is not accepted.
    let digits = report.to.strip_prefix('+').unwrap_or(&report.to);
    let phone = PhoneNumber::parse(&format!("+{digits}"), None).ok()?;
    let message = report.message_id.as_deref().and_then(MessageId::parse);
    let provider_message_id = report.provider_message_id.and_then(|id| answer::id(&id));
    if message.is_none() && provider_message_id.is_none() {
        return None;
    }
    let code = report.code.map(|code| match code {
        Code::Text(text) => text,
        Code::Number(number) => number.to_string(),
    });
    Some(Receipt {
        provider_message_id,
        message,
        phone,
        status,
        vendor_code: code.and_then(|code| answer::code(&code)),
    })
}

#[cfg(test)]
mod tests {
    use countersign_core::time::Timestamp;

    use super::*;

    const ID: &str = "018bcfe5-6800-7000-8000-000000000000";

    fn from(method: &str, body: &str) -> Result<Receipts, InvalidCallback> {
        read(&Callback {
            method,
            query: "",
            headers: &[],
            body: body.as_bytes(),
            now: Timestamp::from_millis(0),
        })
    }

    #[test]
    fn one_report_or_several_are_read() {
        let body = format!(
            r#"{{"messageId":"{ID}","providerMessageId":"v-1","to":"+8613800138000",
                "status":"failed","code":"UNDELIV","more":[1]}}"#
        );
        let one = from("POST", &body).unwrap();
        let expected = Receipt {
            provider_message_id: Some("v-1".to_owned()),
            message: MessageId::parse(ID),
            phone: PhoneNumber::parse("+8613800138000", None).unwrap(),
            status: Delivery::Failed,
            vendor_code: Some("UNDELIV".to_owned()),
        };
        assert_eq!(one.receipts, std::slice::from_ref(&expected));
        assert_eq!(one.answer.body, "{}");

        let more = format!(
            r#"[{body},{{"providerMessageId":"v-2","to":"8613800138000","status":"delivered","code":0}},
                {{"messageId":"{ID}","to":"+8613800138000","status":"underway"}}]"#
        );
        let more = from("POST", &more).unwrap().receipts;
        assert_eq!(more.len(), 3);
        assert_eq!(more[0], expected);
        assert_eq!(more[1].phone, expected.phone);
        assert_eq!(more[1].vendor_code.as_deref(), Some("0"));
        assert_eq!(more[2].status, Delivery::Underway);
        assert_eq!(from("POST", "[]").unwrap().receipts, []);
    }

    #[test]
    fn a_report_about_no_message_or_number_is_left_out() {
        for body in [
            r#"{"providerMessageId":"v","to":"13800138000","status":"delivered"}"#,
            r#"{"providerMessageId":"v","to":"","status":"delivered"}"#,
            r#"{"providerMessageId":"v","to":"++8613800138000","status":"delivered"}"#,
            r#"{"to":"+8613800138000","status":"delivered"}"#,
            r#"{"messageId":"17","to":"+8613800138000","status":"delivered"}"#,
            r#"{"providerMessageId":"a\nb","to":"+8613800138000","status":"delivered"}"#,
        ] {
            assert_eq!(from("POST", body).unwrap().receipts, [], "{body}");
        }
    }

    #[test]
    fn a_callback_that_is_no_report_is_refused() {
        for body in [
            "",
            "{}",
            "null",
            "[null]",
            "to=%2B8613800138000&status=delivered",
            r#"{"to":"+8613800138000"}"#,
            r#"{"to":8613800138000,"status":"delivered"}"#,
            r#"{"providerMessageId":"v","to":"+8613800138000","status":"DELIVERED"}"#,
            r#"{"providerMessageId":"v","to":"+8613800138000","status":"delivered","code":[]}"#,
        ] {
            let refused = from("POST", body).unwrap_err();
            assert_eq!(refused, InvalidCallback::Malformed, "{body}");
        }
        let good = r#"{"providerMessageId":"v","to":"+8613800138000","status":"delivered"}"#;
        assert_eq!(from("GET", good).unwrap_err(), InvalidCallback::Malformed);
        assert_eq!(from("POST", good).unwrap().receipts.len(), 1);
    }

    #[test]
    fn a_code_that_holds_the_number_is_not_kept() {
        let body = r#"{"providerMessageId":"v","to":"+8613800138000","status":"failed","code":"no 8613800138000"}"#;
        assert_eq!(from("POST", body).unwrap().receipts[0].vendor_code, None);
    }
}
