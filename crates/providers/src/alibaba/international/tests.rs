use countersign_core::send::outcome::{NotAccepted, RefusalKind};
use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::testing::sample::{NOW, account, answer, problems, resources, sms, template, vendor};

const SECRETS: &[(&str, &str)] = &[("access_key_secret", "TopSecret0000001")];

fn errors() -> ErrorMap {
    ErrorMap::default()
}

fn refused(kind: RefusalKind, code: &str) -> Outcome {
    Outcome::NotAccepted(NotAccepted {
        kind,
        vendor_code: Some(code.to_owned()),
        retry_after: None,
    })
}

fn said(status: u16, code: &str) -> Outcome {
    let body = json!({ "ResponseCode": code, "ResponseDescription": "6591234567 123456" });
    outcome(&answer(status, body.to_string()), &errors())
}

fn provider(settings: Value) -> AlibabaCloudInternational {
    AlibabaCloudInternational::open(&account(settings, SECRETS), resources()).unwrap()
}

fn owned<const N: usize>(params: [(&'static str, &str); N]) -> Vec<(&'static str, String)> {
    params.map(|(name, value)| (name, value.to_owned())).into()
}

#[test]
fn abroad_it_is_text() {
    let sms = sms("+6591234567", "{app}: {code}", None);
    let id = sms.message_id.to_string();
    let mut expected = owned([
        ("To", "6591234567"),
        ("Message", "Shop: 123456"),
        ("Type", "OTP"),
        ("TaskId", &id),
        ("ValidityPeriod", "300"),
    ]);
    let call = text_call(&sms, None);
    assert_eq!(
        (call.action, call.version),
        ("SendMessageToGlobe", "2018-05-01")
    );
    assert_eq!(call.params, expected);
    let from = SenderId("Shop".to_owned());
    expected.extend(owned([("From", "Shop")]));
    assert_eq!(text_call(&sms, Some(&from)).params, expected);
}

#[test]
fn to_mainland_china_it_is_a_template() {
    let template = template("SMS_0000001", Some("Alicloud"), &["code={code}"]);
    let call = template_call(&sms("+8613800138000", "{code}", Some(template)))
        .unwrap_or_else(|outcome| panic!("{outcome:?}"));
    assert_eq!(
        (call.action, call.version),
        ("SendMessageWithTemplate", "2018-05-01")
    );
    let expected = owned([
        ("To", "8613800138000"),
        ("From", "Alicloud"),
        ("TemplateCode", "SMS_0000001"),
        ("TemplateParam", r#"{"code":"123456"}"#),
        ("ValidityPeriod", "300"),
    ]);
    assert_eq!(call.params, expected);
    let without = template_call(&sms("+8613800138000", "{code}", None));
    assert_eq!(
        without.err(),
        Some(Outcome::not_accepted(RefusalKind::NoTemplate))
    );
    let provider = provider(json!({ "access_key_id": "LTAI" }));
    for (number, content) in [
        ("+8613800138000", Content::Template),
        ("+85251234567", Content::Text),
        ("+6591234567", Content::Text),
    ] {
        let phone = PhoneNumber::parse(number, None).unwrap();
        assert_eq!(provider.content(&phone), content, "{number}");
    }
}

#[tokio::test]
async fn each_number_gets_the_product_that_serves_it() {
    for (number, action) in [
        ("+6591234567", "SendMessageToGlobe"),
        ("+8613800138000", "SendMessageWithTemplate"),
    ] {
        let (endpoint, heard) = vendor(r#"{"ResponseCode":"OK","MessageId":"1008"}"#);
        let settings = json!({ "access_key_id": "LTAI", "endpoint": endpoint });
        let template = template("SMS_1", Some("Alicloud"), &["code={code}"]);
        let sms = sms(number, "{code}", Some(template));
        let outcome = provider(settings).send(&sms).await;
        let id = Some("1008".to_owned());
        assert_eq!(
            outcome,
            Outcome::Accepted {
                provider_message_id: id
            }
        );
        let heard = heard.join().unwrap();
        assert_eq!(heard.header("x-acs-action"), action);
        assert_eq!(heard.header("x-acs-version"), "2018-05-01");
    }
}

#[test]
fn a_message_is_taken_if_the_response_code_is_ok_and_nothing_else() {
    let body =
        r#"{"ResponseCode":"OK","ResponseDescription":"OK","MessageId":"10080303","To":"65"}"#;
    let read = |status, body: &str| outcome(&answer(status, body), &errors());
    let accepted = |id: Option<&str>| Outcome::Accepted {
        provider_message_id: id.map(str::to_owned),
    };
    assert_eq!(read(200, body), accepted(Some("10080303")));
    assert_eq!(read(200, r#"{"ResponseCode":"OK"}"#), accepted(None));
    for (status, body) in [
        (200, r#"{"Code":"OK","MessageId":"1"}"#),
        (200, r#"{"ResponseCode":"ok"}"#),
        (200, r#"{"ResponseCode":200}"#),
        (200, r#"{"responseCode":"OK"}"#),
        (200, r#"{"ResponseCode":"SOMETHING_NEW"}"#),
        (200, r#"{"ResponseCode":"OK""#),
        (200, ""),
        (202, r#"{"ResponseCode":"OK"}"#),
        (400, r#"{"ResponseCode":"OK"}"#),
        (500, r#"{"ResponseCode":"OK"}"#),
        (500, ""),
        (503, "<html>"),
    ] {
        let outcome = read(status, body);
        assert!(
            matches!(outcome, Outcome::Unknown { .. }),
            "{status} {body}: {outcome:?}"
        );
    }
}

#[test]
fn every_known_code_has_its_meaning_with_a_prefix_and_without() {
    use RefusalKind::{
        BadNumber, ConfigError, ContentRejected, RecipientLimited, RouteUnavailable, Transient,
    };
    let table: [(RefusalKind, &[&str]); 6] = [
        (
            BadNumber,
            &["MOBILE_NUMBER_ILLEGAL", "MOBILE_COUNT_OVER_LIMIT"],
        ),
        (
            RouteUnavailable,
            &["NOT_SUPPORTED_COUNTRY", "COUNTRY_RESTRICTED"],
        ),
        (
            RecipientLimited,
            &[
                "BUSINESS_LIMIT_CONTROL",
                "BUSINESS_LIMIT_CONTROL_MINUTE",
                "BUSINESS_LIMIT_HOUR",
                "BUSINESS_LIMIT_DAY",
                "BUSINESS_LIMIT_CONTROL_PHONE",
                "BUSINESS_LIMIT_CONTROL_HOUR",
                "BUSINESS_LIMIT_CONTROL_DAY",
            ],
        ),
        (ContentRejected, &["BLACK_KEY_CONTROL_LIMIT"]),
        (
            Transient,
            &[
                "SYSTEM_ERROR",
                "GATEWAY_ERROR",
                "UNKNOWN",
                "BILLING_DEDUCTION_ERROR",
            ],
        ),
        (
            ConfigError,
            &[
                "INVALID_SENDERID",
                "SENDERID_ERROR",
                "FORBIDDEN_ACTION",
                "OUT_OF_SERVICE",
                "AMOUNT_NOT_ENOUGH",
                "ACCOUNT_NOT_EXISTS",
                "ACCOUNT_ABNORMAL",
                "SMS_CONTENT_CODE_ILLEGAL",
                "SMS_SIGN_NAME_ILLEGAL",
                "CONTENT_MISSING_PARAMETERS",
                "INVALID_PARAMETERS",
                "PARAM_LENGTH_LIMIT",
                "RAM_PERMISSION_DENY",
                "PRODUCT_UN_SUBSCRIPT",
            ],
        ),
    ];
    for (kind, codes) in table {
        for code in codes {
            for prefix in ["", "isv.", "isp."] {
                let code = format!("{prefix}{code}");
                assert_eq!(said(200, &code), refused(kind, &code));
            }
        }
    }
    let unheard = |code, kind| assert_eq!(said(200, code), refused(kind, code));
    unheard("isv.NEVER_HEARD_OF", ConfigError);
    unheard("isp.NEVER_HEARD_OF", Transient);
}

#[test]
fn the_gateway_says_code() {
    let read = |status, body: &str| outcome(&answer(status, body), &errors());
    let body = r#"{"RequestId":"R","HostId":"H","Code":"SignatureDoesNotMatch","Message":"m"}"#;
    let refusal = refused(RefusalKind::ConfigError, "SignatureDoesNotMatch");
    assert_eq!(read(400, body), refusal);
    let xml = "<Error><Code>SignatureDoesNotMatch</Code></Error>";
    assert_eq!(read(400, xml), refusal);
    let throttled = refused(RefusalKind::Throttled, "Throttling.User");
    assert_eq!(read(429, r#"{"Code":"Throttling.User"}"#), throttled);
    assert_eq!(read(429, ""), refused(RefusalKind::Throttled, "HTTP 429"));
}

#[test]
fn an_operator_may_know_better_under_either_name() {
    let table = json!({ "SYSTEM_ERROR": "unknown", "isv.OUT_OF_SERVICE": "transient" });
    let errors: ErrorMap = serde_json::from_value(table).unwrap();
    let meaning = |code| codes::meaning(code, 200, &errors);
    use crate::meaning::Meaning::{Refused, Unknown};
    assert_eq!(meaning("SYSTEM_ERROR"), Unknown);
    assert_eq!(meaning("isp.SYSTEM_ERROR"), Unknown);
    assert_eq!(
        meaning("isv.OUT_OF_SERVICE"),
        Refused(RefusalKind::Transient)
    );
    assert_eq!(meaning("OUT_OF_SERVICE"), Refused(RefusalKind::ConfigError));
}

#[test]
fn settings_are_read_strictly() {
    let problems = |settings| problems(KIND.name, settings, SECRETS);
    for sender in ["Alicloud321", "A", "123456789012345"] {
        let settings = json!({ "access_key_id": "LTAI", "sender_id": sender });
        assert_eq!(problems(settings), "", "{sender}");
    }
    for sender in ["", "AlicloudSMS1", "1234567890123456", "My Shop", "商店"] {
        let settings = json!({ "access_key_id": "LTAI", "sender_id": sender });
        assert!(
            problems(settings).starts_with("settings.sender_id: a "),
            "{sender}"
        );
    }
    assert!(
        problems(json!({ "access_key_id": "LTAI", "sign": "x" })).starts_with("settings.sign: ")
    );
}

fn read(body: impl AsRef<[u8]>) -> Result<Receipts, InvalidCallback> {
    super::read(&Callback {
        method: "POST",
        query: "",
        headers: &[],
        body: body.as_ref(),
        now: NOW,
    })
}

#[test]
fn reports_are_read_in_both_spellings() {
    let id = MessageId::first_at(NOW);
    let new = |status: Value| {
        json!({
            "To": "6591234567", "SendDate": "Thu, 25 Nov 2021 10:25:00 +0800", "Status": status,
            "ErrorCode": "success", "ErrorDescription": "success", "TaskId": id.to_string(),
            "SmsSize": "1", "MessageId": "1008030300",
        })
    };
    let old = json!({
        "to": "+6591234567", "status": "2", "message_id": "1008030300", "error_code": "UNDELIV",
        "task_id": "theirs",
    });
    let unreadable = [
        json!({ "To": "65", "Status": "1" }),
        new(json!("9")),
        json!({}),
        json!(1),
    ];
    let body = [
        new(json!("1")),
        new(json!(1)),
        new(json!("3")),
        new(json!("6")),
        old,
    ];
    let body: Vec<_> = body.into_iter().chain(unreadable).collect();
    let read = read(Value::from(body).to_string()).unwrap();
    assert_eq!(read.answer.body, r#"{"code":0,"msg":"ok"}"#);
    let receipt = |status, message, code: &str| Receipt {
        provider_message_id: Some("1008030300".to_owned()),
        message,
        phone: PhoneNumber::parse("+6591234567", None).unwrap(),
        status,
        vendor_code: Some(code.to_owned()),
    };
    use Delivery::{Delivered, Failed, Underway};
    assert_eq!(
        read.receipts,
        [
            receipt(Delivered, Some(id), "success"),
            receipt(Delivered, Some(id), "success"),
            receipt(Underway, Some(id), "success"),
            receipt(Failed, Some(id), "success"),
            receipt(Failed, None, "UNDELIV"),
        ]
    );
}

proptest! {
    #[test]
    fn no_answer_and_no_report_is_too_strange(status: u16, bytes: Vec<u8>, text: String) {
        let code = json!({ "ResponseCode": text, "Code": "OK", "MessageId": text }).to_string();
        for body in [bytes, code.into_bytes()] {
            let taken = outcome(&answer(status, body.clone()), &errors());
            let taken = matches!(taken, Outcome::Accepted { .. });
            prop_assert!(!taken || (status == 200 && text == "OK"));
            let _ = read(&body);
        }
    }

    #[test]
    fn no_field_of_a_report_is_too_strange(to: String, status: String, id: String) {
        let report = json!([{ "To": to, "Status": status, "MessageId": id, "ErrorCode": id }]);
        prop_assert!(read(report.to_string()).unwrap().receipts.len() <= 1);
    }
}
