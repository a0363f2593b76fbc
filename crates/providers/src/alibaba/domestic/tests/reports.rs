use countersign_core::id::MessageId;
use countersign_core::phone::PhoneNumber;
use countersign_core::receipt::{Callback, Delivery, InvalidCallback, Receipt, Receipts};
use serde_json::json;

use crate::testing::sample::NOW;

pub(super) fn read(body: impl AsRef<[u8]>) -> Result<Receipts, InvalidCallback> {
    super::super::read(&Callback {
        method: "POST",
        query: "",
        headers: &[],
        body: body.as_ref(),
        now: NOW,
    })
}

#[test]
fn a_report_of_success_or_failure_is_read() {
    let id = MessageId::first_at(NOW);
    let report = |number: &str, success, code: &str, out_id: &str| {
        json!({
            "phone_number": number, "send_time": "2026-01-02 11:04:05",
            "report_time": "2026-01-02 11:04:09", "success": success, "err_code": code,
            "err_msg": "用户接收成功", "sms_size": "1", "biz_id": "900619746936498440^0",
            "out_id": out_id,
        })
    };
    let body = json!([
        report("13800138000", true, "DELIVERED", &id.to_string()),
        report("85251234567", false, "MK:0001", "theirs"),
        report("not a number", true, "DELIVERED", ""),
        report("8613800138000", true, "13800138000", ""),
        { "phone_number": "13800138000" },
        7,
    ]);
    let read = read(body.to_string()).unwrap();
    assert_eq!(read.answer.body, r#"{"code":0,"msg":"ok"}"#);
    let receipt = |phone, status, message, code: Option<&str>| Receipt {
        provider_message_id: Some("900619746936498440^0".to_owned()),
        message,
        phone: PhoneNumber::parse(phone, None).unwrap(),
        status,
        vendor_code: code.map(str::to_owned),
    };
    use Delivery::{Delivered, Failed};
    assert_eq!(
        read.receipts,
        [
            receipt("+8613800138000", Delivered, Some(id), Some("DELIVERED")),
            receipt("+85251234567", Failed, None, Some("MK:0001")),
            receipt("+8613800138000", Delivered, None, None),
        ]
    );
}

#[test]
fn a_number_that_may_be_of_two_countries_is_read_as_both() {
    let body = r#"[{"phone_number":"13055550132","success":true,"biz_id":"1"}]"#;
    let receipts = read(body).unwrap().receipts;
    let phones: Vec<_> = receipts
        .iter()
        .map(|receipt| receipt.phone.e164())
        .collect();
    assert_eq!(phones, ["+8613055550132", "+13055550132"]);
}

#[test]
fn a_callback_that_is_no_report_is_refused_and_a_long_one_is_read_whole() {
    for body in ["", "{}", "7", "[", "null", "phone_number=1"] {
        assert_eq!(read(body), Err(InvalidCallback::Malformed), "{body}");
    }
    assert_eq!(read("[]").unwrap().receipts, []);
    let one = r#"{"phone_number":"13800138000","success":true}"#;
    let many = format!("[{}]", vec![one; 1_500].join(","));
    assert_eq!(read(&many).unwrap().receipts.len(), 1_500);
}
