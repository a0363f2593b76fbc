mod reports;

use countersign_core::send::outcome::{NotAccepted, RefusalKind};
use proptest::prelude::*;
use serde_json::json;

use reports::read;

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
    let body = json!({ "Code": code, "Message": "+8613800138000 has 123456", "RequestId": "R" });
    outcome(&answer(status, body.to_string()), &errors())
}

fn params(to: &str) -> Vec<(&'static str, String)> {
    let template = template("SMS_1", Some("阿里云"), &["code={code}", "min={minutes}"]);
    let call = call(&sms(to, "{code}", Some(template))).unwrap();
    assert_eq!((call.action, call.version), ("SendSms", "2017-05-25"));
    call.params
}

#[test]
fn a_message_fills_the_vendors_template() {
    let id = countersign_core::id::MessageId::first_at(NOW).to_string();
    let expected = [
        ("PhoneNumbers", "13800138000"),
        ("SignName", "阿里云"),
        ("TemplateCode", "SMS_1"),
        ("TemplateParam", r#"{"code":"123456","min":"5"}"#),
        ("OutId", &id),
    ];
    let expected = expected.map(|(name, value)| (name, value.to_owned()));
    assert_eq!(params("+8613800138000"), expected);
    // Of other countries with their code, without a plus.
    assert_eq!(params("+85251234567")[0].1, "85251234567");
    assert_eq!(params("+6591234567")[0].1, "6591234567");
}

#[tokio::test]
async fn a_message_goes_out_once_and_its_answer_is_read() {
    let (endpoint, heard) = vendor(r#"{"Code":"OK","BizId":"9^0"}"#);
    let settings = json!({ "access_key_id": "LTAI", "endpoint": endpoint });
    let provider = (KIND.open)(account(settings, SECRETS), resources()).unwrap();
    let template = template("SMS_1", Some("阿里云"), &["code={code}"]);
    let sms = sms("+8613800138000", "{code}", Some(template));
    let outcome = provider.send(&sms).await;
    let id = Some("9^0".to_owned());
    assert_eq!(
        outcome,
        Outcome::Accepted {
            provider_message_id: id
        }
    );
    let heard = heard.join().unwrap();
    assert!(heard.head[0].contains("PhoneNumbers=13800138000&SignName=%E9%98%BF"));
    assert!(!heard.head.join("\n").contains("TopSecret0000001"));
}

#[test]
fn a_message_that_the_vendor_would_refuse_is_not_sent() {
    let call = |template| match call(&sms("+8613800138000", "{code}", template)) {
        Ok(_) => panic!("it is asked"),
        Err(outcome) => outcome,
    };
    assert_eq!(call(None), Outcome::not_accepted(RefusalKind::NoTemplate));
    for bad in [
        template("SMS_1", None, &["code={code}"]),
        template("SMS_1", Some(""), &["code={code}"]),
        template("SMS_1", Some("阿里云"), &["{code}"]),
    ] {
        let outcome = call(Some(bad));
        let Outcome::NotAccepted(why) = outcome else {
            panic!("{outcome:?}")
        };
        assert_eq!(why.kind, RefusalKind::ConfigError);
    }
}

#[test]
fn a_message_is_taken_if_the_code_is_ok_and_nothing_else() {
    let body = r#"{"Code":"OK","Message":"OK","BizId":"900619746936498440^0","RequestId":"R"}"#;
    let accepted = |id: Option<&str>| Outcome::Accepted {
        provider_message_id: id.map(str::to_owned),
    };
    let read = |status, body: &str| outcome(&answer(status, body), &errors());
    assert_eq!(read(200, body), accepted(Some("900619746936498440^0")));
    assert_eq!(read(200, r#"{"Code":"OK"}"#), accepted(None));
    assert_eq!(read(200, r#"{"Code":"OK","BizId":7}"#), accepted(None));
    for (status, body) in [
        (200, r#"{"Code":"ok","BizId":"1"}"#),
        (200, r#"{"Code":"Ok"}"#),
        (200, r#"{"Code":" OK"}"#),
        (200, r#"{"code":"OK"}"#),
        (200, r#"{"Code":0}"#),
        (200, r#"{"Code":""}"#),
        (200, r#"{"ResponseCode":"OK"}"#),
        (200, r#"[{"Code":"OK"}]"#),
        (200, r#""OK""#),
        (200, r#"{"Code":"OK""#),
        (200, r#"{"Code":"OK"}}"#),
        (200, "<SendSmsResponse><Code>OK</Code></SendSmsResponse>"),
        (200, "<Error><Code>OK</Code></Error>"),
        (200, ""),
        (200, "<html>hello</html>"),
        (200, "SomethingNew"),
        (200, r#"{"Code":"SomethingNew"}"#),
        (201, r#"{"Code":"OK"}"#),
        (400, r#"{"Code":"OK"}"#),
        (500, r#"{"Code":"OK"}"#),
        (500, ""),
        (502, "<html>bad gateway</html>"),
        (503, r#"{"Message":"no code"}"#),
        (504, r#"{"Code":"SomethingNew"}"#),
        (303, ""),
    ] {
        let outcome = read(status, body);
        assert!(
            matches!(outcome, Outcome::Unknown { .. }),
            "{status} {body}: {outcome:?}"
        );
    }
    let long = "x".repeat(64 * 1024);
    assert!(matches!(read(200, &long), Outcome::Unknown { .. }));
}

#[test]
fn every_known_code_has_its_meaning() {
    use RefusalKind::{
        BadNumber, ConfigError, ContentRejected, RecipientLimited, Throttled, Transient,
    };
    let table: [(RefusalKind, &[&str]); 6] = [
        (
            BadNumber,
            &["isv.MOBILE_NUMBER_ILLEGAL", "isv.MOBILE_COUNT_OVER_LIMIT"],
        ),
        (RecipientLimited, &["isv.BUSINESS_LIMIT_CONTROL"]),
        (
            ContentRejected,
            &["isv.SMS_CONTENT_ILLEGAL", "isv.BLACK_KEY_CONTROL_LIMIT"],
        ),
        (
            Throttled,
            &["Throttling", "Throttling.User", "Throttling.Api"],
        ),
        (
            Transient,
            &[
                "isp.SYSTEM_ERROR",
                "isp.UNKNOWN",
                "isp.GATEWAY_ERROR",
                "isp.NEVER_HEARD_OF",
                "ServiceUnavailable",
                "InternalError",
            ],
        ),
        (
            ConfigError,
            &[
                "isv.DAY_LIMIT_CONTROL",
                "isv.MONTH_LIMIT_CONTROL",
                "isv.DOMESTIC_NUMBER_NOT_SUPPORTED",
                "isv.SMS_SIGNATURE_ILLEGAL",
                "isv.SMS_SIGN_ILLEGAL",
                "isv.SIGN_STATE_ILLEGAL",
                "isv.SIGN_NAME_ILLEGAL",
                "isv.SIGNATURE_BLACKLIST",
                "isv.SMS_SIGNATURE_SCENE_ILLEGAL",
                "isv.SMS_TEMPLATE_ILLEGAL",
                "isv.TEMPLATE_MISSING_PARAMETERS",
                "isv.TEMPLATE_PARAMS_ILLEGAL",
                "template_parameter_count_illegal",
                "isv.INVALID_JSON_PARAM",
                "isv.INVALID_PARAMETERS",
                "isv.PARAM_LENGTH_LIMIT",
                "isv.PARAM_NOT_SUPPORT_URL",
                "isv.EXTEND_CODE_ERROR",
                "isv.CODE_EXCEED_LIMIT",
                "isv.CODE_ERROR",
                "isv.SMS_TEST_NUMBER_LIMIT",
                "isv.OUT_OF_SERVICE",
                "isv.AMOUNT_NOT_ENOUGH",
                "isv.ACCOUNT_NOT_EXISTS",
                "isv.ACCOUNT_ABNORMAL",
                "isv.SECURITY_FROZEN_ACCOUNT",
                "isv.PRODUCT_UN_SUBSCRIPT",
                "isv.PRODUCT_UNSUBSCRIBE",
                "isp.RAM_PERMISSION_DENY",
                "isv.DENY_IP_RANGE",
                "isv.CUSTOMER_REFUSED",
                "isv.NEVER_HEARD_OF",
                "SignatureDoesNotMatch",
                "IncompleteSignature",
                "InvalidAccessKeyId.NotFound",
                "InvalidAccessKeyId.Inactive",
                "InvalidTimeStamp.Expired",
                "Forbidden.RAM",
                "NoPermission",
            ],
        ),
    ];
    for (kind, codes) in table {
        for code in codes {
            // A code that was read means the same whatever the status.
            for status in [200, 400, 403, 500, 503] {
                assert_eq!(said(status, code), refused(kind, code), "{status}");
            }
        }
    }
}

#[test]
fn a_gateway_that_refuses_has_not_sent() {
    use RefusalKind::{ConfigError, Throttled};
    let read = |status, body: &str| outcome(&answer(status, body), &errors());
    let xml = "<?xml version='1.0'?><Error><RequestId>R</RequestId>\
               <Code>InvalidAccessKeyId.NotFound</Code><Message>13800138000</Message></Error>";
    assert_eq!(
        read(404, xml),
        refused(ConfigError, "InvalidAccessKeyId.NotFound")
    );
    let xml = "<Error><Code>Throttling.User</Code></Error>";
    assert_eq!(read(400, xml), refused(Throttled, "Throttling.User"));
    assert_eq!(
        said(400, "MissingSignName"),
        refused(ConfigError, "MissingSignName")
    );
    assert_eq!(
        said(429, "SomethingNew"),
        refused(Throttled, "SomethingNew")
    );
    assert_eq!(read(429, ""), refused(Throttled, "HTTP 429"));
    assert_eq!(read(403, "<html>"), refused(ConfigError, "HTTP 403"));
    assert!(matches!(read(408, ""), Outcome::Unknown { .. }));
}

#[test]
fn an_operator_may_know_better() {
    let table = json!({ "isv.BUSINESS_LIMIT_CONTROL": "bad_number", "isp.*": "unknown" });
    let errors: ErrorMap = serde_json::from_value(table).unwrap();
    let said = |code| {
        let body = json!({ "Code": code }).to_string();
        outcome(&answer(200, body), &errors)
    };
    let limited = "isv.BUSINESS_LIMIT_CONTROL";
    assert_eq!(said(limited), refused(RefusalKind::BadNumber, limited));
    assert!(matches!(said("isp.SYSTEM_ERROR"), Outcome::Unknown { .. }));
}

#[test]
fn nothing_but_codes_passes_from_an_answer() {
    for code in [
        "isv.X +8613800138000",
        "isv.8613800138000",
        "余额不足",
        "isv.\n",
    ] {
        for status in [200, 400, 500] {
            let seen = format!("{:?}", said(status, code));
            assert!(!seen.contains("8613800138000"), "{seen}");
            assert!(!seen.contains("123456") && !seen.contains('余'), "{seen}");
        }
    }
    let long = format!("isv.{}", "X".repeat(64));
    assert_eq!(
        said(200, &long),
        Outcome::not_accepted(RefusalKind::ConfigError)
    );
}

#[test]
fn settings_are_read_strictly() {
    let problems = |settings| problems(KIND.name, settings, SECRETS);
    assert_eq!(problems(json!({ "access_key_id": "LTAI" })), "");
    assert_eq!(
        problems(json!({
            "access_key_id": "LTAI", "endpoint": "http://127.0.0.1:9/", "signature": "v1",
            "errors": { "isv.X": "transient" },
        })),
        ""
    );
    for (settings, path, about) in [
        (json!({}), "settings.access_key_id: ", "missing"),
        (
            json!({ "access_key_id": "LTAI", "sender_id": "Shop" }),
            "settings.sender_id: ",
            "no such setting",
        ),
        (
            json!({ "access_key_id": "LTAI", "signature": "v2" }),
            "settings.signature: ",
            "v2",
        ),
        (
            json!({ "access_key_id": "LTAI", "errors": { "isv.X": "whatever" } }),
            "settings.errors: ",
            "whatever",
        ),
    ] {
        let found = problems(settings);
        assert!(found.starts_with(path) && found.contains(about), "{found}");
    }
}

proptest! {
    #[test]
    fn no_answer_and_no_report_is_too_strange(status: u16, bytes: Vec<u8>, text: String) {
        let code = json!({ "Code": text, "BizId": text }).to_string();
        let xml = format!("<Error><Code>{text}</Code></Error>");
        for body in [bytes, code.into_bytes(), xml.into_bytes()] {
            let taken = outcome(&answer(status, body.clone()), &errors());
            let ok = status == 200 && text == "OK";
            let taken = matches!(taken, Outcome::Accepted { .. });
            prop_assert!(!taken || ok);
            let _ = read(&body);
        }
    }

    #[test]
    fn no_field_of_a_report_is_too_strange(number: String, success: bool, id: String) {
        let report = json!([
            { "phone_number": number, "success": success, "biz_id": id, "out_id": id, "err_code": id }
        ]);
        prop_assert!(read(report.to_string()).unwrap().receipts.len() <= 2);
    }
}
