use countersign_core::receipt::Delivery;
use countersign_core::send::outcome::{NotAccepted, RefusalKind};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::chuanglan::reports::Reporter;
use crate::testing::sample::{self, NOW, answer};

const SECRETS: &[(&str, &str)] = &[("password", "ExamplePassw0rd")];

fn account(settings: Value) -> International {
    International::open(&sample::account(settings, SECRETS), sample::resources()).unwrap()
}

fn plain() -> International {
    account(json!({ "account": "I0000000" }))
}

fn header<'a>(request: &'a Request, name: &str) -> &'a str {
    let found = request.headers.iter().find(|(held, _)| held == name);
    &found.unwrap().1
}

#[test]
fn a_request_is_signed_over_its_body() {
    let sms = sample::sms("+6591234567", "Your code is {code}", None);
    let uid = sms.message_id.to_string();
    for sender_id in [None, Some("Shop")] {
        let account = account(json!({ "account": "I0000000", "sender_id": sender_id }));
        let request = account.request(&sms, NOW).unwrap();
        assert_eq!(request.url.as_str(), "https://intapi.253.com/send/sms");
        assert_eq!(header(&request, "nonce"), "1767323045000");
        let mut expected = json!({
            "account": "I0000000", "mobile": "6591234567", "msg": "Your code is 123456", "uid": uid,
        });
        if let Some(sender_id) = sender_id {
            expected["senderId"] = sender_id.into();
        }
        let body: Value = serde_json::from_slice(&request.body).unwrap();
        assert_eq!(body, expected);
        let fields = body.as_object().unwrap();
        let fields: Vec<_> = fields
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str().unwrap()))
            .collect();
        let sign = signature::international("ExamplePassw0rd", "1767323045000", &fields);
        assert_eq!(header(&request, "sign"), sign);
    }
}

#[test]
fn every_country_is_served_and_the_mainland_too() {
    let sms = sample::sms("+8613800138000", "【品牌】{code}", None);
    let request = plain().request(&sms, NOW).unwrap();
    let body: Value = serde_json::from_slice(&request.body).unwrap();
    assert_eq!(body["mobile"], "8613800138000");
}

#[test]
fn an_account_that_cannot_be_used_is_refused_by_path() {
    let wrong = |settings: Value| sample::problems(KIND.name, settings, SECRETS);
    assert!(wrong(json!({})).starts_with("settings.account: missing"));
    assert!(
        wrong(json!({ "account": "a", "sender_id": "a b" }))
            .starts_with("settings.sender_id: it has")
    );
    assert!(wrong(json!({ "account": "a", "api": "v1" })).starts_with("settings.api: "));
}

fn said(status: u16, body: &str) -> Outcome {
    DIALECT.read(&answer(status, body), &ErrorMap::default())
}

/// The vendor's codes, as its repository describes them.
const CODES: &[(RefusalKind, &[&str])] = &[
    (
        RefusalKind::ConfigError,
        &[
            "101", "102", "106", "110", "112", "114", "115", "116", "123", "124", "129", "131",
            "132", "133", "135", "999",
        ],
    ),
    (RefusalKind::BadNumber, &["108", "109"]),
    (RefusalKind::RecipientLimited, &["125", "134"]),
    (RefusalKind::Transient, &["130"]),
];

#[test]
fn each_documented_code_has_its_outcome() {
    let accepted = Outcome::Accepted {
        provider_message_id: Some("17041010383624511".to_owned()),
    };
    for body in [
        r#"{"code":"0","error":"","msgid":"17041010383624511"}"#,
        r#"{"code":0,"error":"","msgid":"17041010383624511"}"#,
    ] {
        assert_eq!(said(200, body), accepted);
    }
    for (kind, codes) in CODES {
        for code in *codes {
            let refused = Outcome::NotAccepted(NotAccepted {
                kind: *kind,
                vendor_code: Some((*code).to_owned()),
                retry_after: None,
            });
            let body = json!({ "code": code, "error": "6591234567", "msgid": "" });
            assert_eq!(said(200, &body.to_string()), refused);
        }
    }
    for (status, body) in [
        (200, ""),
        (200, "OK"),
        (500, ""),
        (502, "<html>"),
        (200, "{}"),
    ] {
        assert!(said(status, body).may_have_been_sent(), "{status} {body}");
    }
    assert!(said(401, "").is_refusal(RefusalKind::ConfigError));
}

proptest! {
    #[test]
    fn any_bytes_are_an_outcome(status: u16, body: Vec<u8>) {
        let outcome = DIALECT.read(&answer(status, body), &ErrorMap::default());
        let taken = matches!(outcome, Outcome::Accepted { .. });
        prop_assert!(!taken);
    }

    #[test]
    fn any_query_is_a_callback_or_not(query: String) {
        let anyone = Reporter { receiver: None, password: None };
        let _ = anyone.read(&callback(&query), REPORTS);
    }
}

#[tokio::test]
async fn the_bytes_on_the_wire_are_those_that_were_signed() {
    let (endpoint, vendor) = sample::vendor(r#"{"code":"0","error":"","msgid":"17"}"#);
    let provider = account(json!({ "account": "I0000000", "endpoint": endpoint }));
    let sms = sample::sms("+6591234567", "Your code is {code}", None);
    let outcome = provider.send(&sms).await;
    assert_eq!(
        outcome,
        Outcome::Accepted {
            provider_message_id: Some("17".to_owned())
        }
    );
    let heard = vendor.join().unwrap();
    assert_eq!(heard.head[0], "POST /send/sms HTTP/1.1");
    assert_eq!(heard.header("nonce"), "1767323045000");
    let request = provider.request(&sms, NOW).unwrap();
    assert_eq!(heard.header("sign"), header(&request, "sign"));
    assert_eq!(heard.body, request.body);
}

fn callback(query: &str) -> Callback<'_> {
    Callback {
        method: "GET",
        query,
        headers: &[],
        body: &[],
        now: NOW,
    }
}

#[test]
fn a_report_is_on_a_number_with_its_country() {
    for (mobile, status, expected) in [
        ("6591234567", "DELIVRD", Delivery::Delivered),
        ("%2B6591234567", "UNKNOWN", Delivery::Underway),
        ("006591234567", "MBBLACK", Delivery::Failed),
        ("+6591234567", "SM11", Delivery::Failed),
    ] {
        let query = format!(
            "receiver=&pswd=&msgid=17&reportTime=2601021104&mobile={mobile}&status={status}&notifyTime=1&batchSeq=1"
        );
        let read = plain().receipts(&callback(&query)).unwrap();
        assert_eq!(read.answer.content_type, "text/plain");
        assert_eq!(read.answer.body, "OK");
        let receipt = &read.receipts[0];
        assert_eq!(receipt.phone.e164(), "+6591234567");
        assert_eq!(receipt.status, expected, "{status}");
        assert_eq!(receipt.provider_message_id.as_deref(), Some("17"));
        assert_eq!(receipt.message, None);
    }
}
