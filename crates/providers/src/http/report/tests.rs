//! Reports as a vendor of any kind sends them.

use countersign_core::receipt::Delivery;
use countersign_core::time::Timestamp;
use serde_json::json;

use super::*;

const ID: &str = "018bcfe5-6800-7000-8000-000000000000";

fn from(method: &str, body: &str) -> Result<Receipts, InvalidCallback> {
    by(json!({}), method, body)
}

fn by(settings: Value, method: &str, body: &str) -> Result<Receipts, InvalidCallback> {
    let settings = serde_json::from_value(settings).unwrap();
    let query = if method == "GET" { body } else { "" };
    ReportRules::new(&settings).unwrap().read(&Callback {
        method,
        query,
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
        "{\"a\"",
        "to=%2B8613800138000&status=on-its-way",
        r#"{"to":"+8613800138000"}"#,
        r#"{"to":[],"status":"delivered"}"#,
        r#"{"providerMessageId":"v","to":"+8613800138000","status":"banana"}"#,
    ] {
        let refused = from("POST", body).unwrap_err();
        assert_eq!(refused, InvalidCallback::Malformed, "{body}");
    }
    let good = r#"{"providerMessageId":"v","to":"+8613800138000","status":"delivered"}"#;
    assert_eq!(from("GET", good).unwrap_err(), InvalidCallback::Malformed);
    assert_eq!(from("PUT", good).unwrap_err(), InvalidCallback::Malformed);
    assert_eq!(from("POST", good).unwrap().receipts.len(), 1);
}

#[test]
fn a_code_that_holds_the_number_is_not_kept() {
    let body = r#"{"providerMessageId":"v","to":"+8613800138000","status":"failed","code":"no 8613800138000"}"#;
    assert_eq!(from("POST", body).unwrap().receipts[0].vendor_code, None);
}

#[test]
fn a_report_that_cannot_be_read_leaves_the_others_of_its_batch() {
    let good = r#"{"providerMessageId":"v","to":"+8613800138000","status":"Delivered"}"#;
    let banana = good.replace("Delivered", "banana");
    let nobody = good.replace("+8613800138000", "110");
    let read = from("POST", &format!("[{good},{banana},null,{nobody},{good}]")).unwrap();
    assert_eq!(read.receipts.len(), 2);
    let left_out: Vec<_> = read.left_out.iter().map(|one| (one.nth, one.why)).collect();
    assert_eq!(
        left_out,
        [
            (2, "a status that is not known"),
            (3, "no number"),
            (4, "no number in international form"),
        ]
    );
    assert_eq!(from("POST", "[null]").unwrap().receipts, []);
}

#[test]
fn words_of_many_vendors_are_known_in_capitals_or_not() {
    for (word, status) in [
        ("DELIVRD", Delivery::Delivered),
        ("Delivered", Delivery::Delivered),
        ("UNDELIV", Delivery::Failed),
        ("undelivered", Delivery::Failed),
        ("EXPIRED", Delivery::Failed),
        ("sent", Delivery::Underway),
        ("ENROUTE", Delivery::Underway),
    ] {
        let form = format!("providerMessageId=v&to=%2B8613800138000&status={word}");
        for method in ["GET", "POST"] {
            let read = from(method, &form).unwrap();
            assert_eq!(read.receipts[0].status, status, "{word}");
        }
    }
}

#[test]
fn the_settings_describe_a_form_a_list_and_words() {
    let form = json!({
        "to": "To", "status": "MessageStatus", "provider_message_id": "MessageSid", "code": "ErrorCode",
        "words": {"failed": ["lost"]},
    });
    let body = "MessageSid=SM1&To=+8613800138000&MessageStatus=LOST&ErrorCode=30003&From=x";
    let read = by(form, "POST", body).unwrap().receipts.remove(0);
    assert_eq!(read.provider_message_id.as_deref(), Some("SM1"));
    assert_eq!(read.status, Delivery::Failed);
    assert_eq!(read.vendor_code.as_deref(), Some("30003"));

    let nested = json!({
        "list": "/results", "to": "/to", "status": "/status/groupId", "provider_message_id": "/messageId",
        "words": {"delivered": [3], "failed": [2, 4, 5], "underway": [1]},
    });
    let body = r#"{"results":[
        {"messageId":"a","to":"8613800138000","status":{"groupId":3}},
        {"messageId":"b","to":"8613800138000","status":{"groupId":5}},
        {"messageId":"c","to":"8613800138000","status":{"groupId":9}}]}"#;
    let read = by(nested, "POST", body).unwrap();
    let statuses: Vec<_> = read.receipts.iter().map(|receipt| receipt.status).collect();
    assert_eq!(statuses, [Delivery::Delivered, Delivery::Failed]);
    assert_eq!(read.left_out.len(), 1);
}

#[test]
fn a_description_that_cannot_be_read_is_refused_by_its_path() {
    for (settings, path) in [
        (json!({"to": "/~2"}), "settings.reports.to"),
        (json!({"list": "/~"}), "settings.reports.list"),
        (
            json!({"words": {"failed": [[]]}}),
            "settings.reports.words.failed",
        ),
    ] {
        let settings = serde_json::from_value(settings).unwrap();
        let refused = ReportRules::new(&settings).err().unwrap();
        assert_eq!(refused.first().path, path);
    }
}
