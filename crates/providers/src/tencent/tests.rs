use countersign_core::receipt::Delivery;
use countersign_core::template::VendorTemplate;
use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::meaning::Meaning;
use crate::testing::sample::{self, CODE, NOW, answer};

const SECRETS: &[(&str, &str)] = &[("secret_key", "ExampleSecretKey0000000000000001")];

fn settings() -> Value {
    json!({ "secret_id": "AKIDEXAMPLE000000000000000000000001", "sdk_app_id": "1400006666" })
}

fn with(more: Value) -> Value {
    let mut settings = settings();
    let more = more.as_object().unwrap().clone();
    settings.as_object_mut().unwrap().extend(more);
    settings
}

fn account(settings: Value) -> TencentCloud {
    TencentCloud::open(&sample::account(settings, SECRETS), sample::resources()).unwrap()
}

fn template(signature: Option<&str>) -> Option<VendorTemplate> {
    Some(sample::template(
        "1110",
        signature,
        &["{code}", "{minutes}"],
    ))
}

fn sms(to: &str, template: Option<VendorTemplate>) -> Sms {
    sample::sms(to, "{code}", template)
}

fn body(request: &Request) -> Value {
    serde_json::from_slice(&request.body).unwrap()
}

fn header<'a>(request: &'a Request, name: &str) -> &'a str {
    let found = request.headers.iter().find(|(held, _)| held == name);
    &found.unwrap().1
}

#[test]
fn a_request_is_that_of_the_vector_with_our_id_in_it() {
    let vectors: Vec<Value> =
        serde_json::from_str(include_str!("../../vectors/tencent.json")).unwrap();
    let vector = &vectors[1];
    assert_eq!(vector["case"], "tc3-SendSms-compact-utf8");
    let sms = sms("+8613800138000", template(Some("腾讯云")));
    let request = account(settings()).request(&sms, NOW).unwrap();
    let theirs = vector["inputs"]["body"].as_str().unwrap();
    let ours = String::from_utf8(request.body.clone()).unwrap();
    assert_eq!(
        ours.replace(&sms.message_id.to_string(), "msg-0001"),
        theirs
    );
    for (name, value) in vector["inputs"]["headers"].as_object().unwrap() {
        assert_eq!(header(&request, &name.to_lowercase()), value, "{name}");
    }
    // With their bytes it is their signature.
    let request = account(settings()).signed("SendSms", theirs.into(), NOW);
    let expected = vector["expected"]["authorization"].as_str().unwrap();
    assert_eq!(header(&request, "authorization"), expected);
    assert_eq!(request.url.as_str(), "https://sms.tencentcloudapi.com/");
}

#[test]
fn abroad_the_signature_may_be_missing_and_a_sender_is_named() {
    let account = account(with(
        json!({ "sender_id": "Shop", "region": "ap-singapore" }),
    ));
    let request = |to, signature| account.request(&sms(to, template(signature)), NOW);

    let abroad = request("+6591234567", None).unwrap();
    assert_eq!(header(&abroad, "x-tc-region"), "ap-singapore");
    let abroad = body(&abroad);
    assert_eq!(abroad["PhoneNumberSet"], json!(["+6591234567"]));
    assert_eq!(abroad["SenderId"], "Shop");
    assert!(abroad.get("SignName").is_none());
    assert_eq!(
        body(&request("+6591234567", Some("S")).unwrap())["SignName"],
        "S"
    );

    let at_home = body(&request("+8613800138000", Some("S")).unwrap());
    assert!(at_home.get("SenderId").is_none());
    // Hong Kong is abroad for the vendor.
    assert!(request("+85251234567", None).is_ok());
}

#[test]
fn a_message_that_the_vendor_cannot_take_is_not_sent() {
    let account = account(settings());
    for template in [None, template(None)] {
        let refused = account.request(&sms("+8613800138000", template), NOW);
        let refused = refused.unwrap_err();
        assert!(refused.is_refusal(RefusalKind::NoTemplate), "{refused:?}");
    }
}

#[test]
fn an_account_that_cannot_be_used_is_refused_by_path() {
    let wrong =
        |settings: Value, secrets: &[(&str, &str)]| sample::problems(KIND.name, settings, secrets);
    let all = |settings| wrong(settings, SECRETS);
    assert_eq!(wrong(settings(), &[]), "secrets.secret_key: missing");
    assert!(all(json!({ "secret_id": "x" })).starts_with("settings.sdk_app_id: "));
    assert!(all(with(json!({ "regoin": "x" }))).starts_with("settings.regoin: "));
    assert!(all(with(json!({ "secret_id": "a b" }))).starts_with("settings.secret_id: "));
    assert!(all(with(json!({ "region": "a\nb" }))).starts_with("settings.region: "));
    assert!(all(with(json!({ "sdk_app_id": "" }))).starts_with("settings.sdk_app_id: "));
    let endpoint = |url: &str| all(with(json!({ "endpoint": url })));
    assert!(endpoint("https://sms.example/?a=b").starts_with("settings.endpoint: "));
    assert!(endpoint("http://sms.example/").starts_with("settings.endpoint: "));
}

fn sent(code: &str) -> String {
    json!({ "Response": { "SendStatusSet": [{
        "SerialNo": "5000:1045710669157053657849499619", "PhoneNumber": "+8613800138000", "Fee": 1,
        "SessionContext": "msg-0001", "Code": code, "Message": "13800138000 123456", "IsoCode": "CN",
    }], "RequestId": "a-b" } })
    .to_string()
}

fn failed(code: &str) -> String {
    json!({ "Response": { "Error": { "Code": code, "Message": "13800138000 123456" }, "RequestId": "a" } })
        .to_string()
}

fn outcome(status: u16, body: impl Into<Vec<u8>>) -> Outcome {
    read(&answer(status, body), &ErrorMap::default())
}

#[test]
fn accepted_is_ok_without_an_error() {
    let accepted = Outcome::Accepted {
        provider_message_id: Some("5000:1045710669157053657849499619".to_owned()),
    };
    assert_eq!(outcome(200, sent("Ok")), accepted);
    // Yes and no at once, and yes with a status that says no.
    let mut both: Value = serde_json::from_str(&sent("Ok")).unwrap();
    both["Response"]["Error"] = json!({ "Code": "InternalError", "Message": "" });
    for (status, body) in [
        (200, both.to_string()),
        (404, sent("Ok")),
        (500, sent("Ok")),
    ] {
        let outcome = outcome(status, body);
        assert!(
            matches!(outcome, Outcome::Unknown { .. }),
            "{status} {outcome:?}"
        );
    }
}

/// The vendor's codes, as its documentation describes them.
const CODES: &[(RefusalKind, &[&str])] = &[
    (
        RefusalKind::BadNumber,
        &[
            "InvalidParameterValue.IncorrectPhoneNumber",
            "FailedOperation.PhoneNumberParseFail",
            "FailedOperation.PhoneNumberInBlacklist",
            "MissingParameter.EmptyPhoneNumberSet",
        ],
    ),
    (
        RefusalKind::RecipientLimited,
        &[
            "LimitExceeded.PhoneNumberThirtySecondLimit",
            "LimitExceeded.PhoneNumberOneHourLimit",
            "LimitExceeded.PhoneNumberDailyLimit",
            "LimitExceeded.PhoneNumberSameContentDailyLimit",
            "LimitExceeded.DeliveryFrequencyLimit",
        ],
    ),
    (
        RefusalKind::Throttled,
        &[
            "LimitExceeded.GlobalSmsSendingRateLimit",
            "RequestLimitExceeded",
            "RequestLimitExceeded.UinLimitExceeded",
            "LimitExceeded",
        ],
    ),
    (
        RefusalKind::ConfigError,
        &[
            "LimitExceeded.AppDailyLimit",
            "LimitExceeded.AppMainlandChinaDailyLimit",
            "LimitExceeded.AppGlobalDailyLimit",
            "LimitExceeded.AppCountryOrRegionDailyLimit",
            "LimitExceeded.DailyLimit",
            "FailedOperation.SignatureIncorrectOrUnapproved",
            "FailedOperation.TemplateIncorrectOrUnapproved",
            "FailedOperation.TemplateUnapprovedOrNotExist",
            "FailedOperation.TemplateParamSetNotMatchApprovedTemplate",
            "FailedOperation.InsufficientBalanceInSmsPackage",
            "FailedOperation.FailResolvePacket",
            "FailedOperation.JsonParseFail",
            "InvalidParameterValue.TemplateParameterFormatError",
            "InvalidParameterValue.TemplateParameterLengthLimit",
            "InvalidParameterValue.SdkAppIdNotExist",
            "InvalidParameterValue.ContentLengthLimit",
            "UnauthorizedOperation",
            "UnauthorizedOperation.SmsSdkAppIdVerifyFail",
            "AuthFailure.SignatureFailure",
            "AuthFailure.SignatureExpire",
            "InvalidParameter",
            "MissingParameter",
            "InternalError.RequestTimeException",
            "InternalError.SigVerificationFail",
            "FailedOperation.NobodyKnows",
            "IpNotInWhitelist",
        ],
    ),
    (
        RefusalKind::RouteUnavailable,
        &[
            "LimitExceeded.AppCountryOrRegionInBlacklist",
            "UnsupportedOperation.UnsupportedRegion",
            "UnsupportedOperation.ContainDomesticAndInternationalPhoneNumber",
        ],
    ),
    (
        RefusalKind::NoTemplate,
        &[
            "UnsupportedOperation.ChineseMainlandTemplateToGlobalPhone",
            "UnsupportedOperation.GlobalTemplateToChineseMainlandPhone",
        ],
    ),
    (
        RefusalKind::ContentRejected,
        &[
            "FailedOperation.ContainSensitiveWord",
            "InvalidParameterValue.ProhibitedUseUrlInTemplateParameter",
            "InvalidParameter.DirtyWordFound",
        ],
    ),
    (
        RefusalKind::Transient,
        &[
            "InternalError",
            "InternalError.OtherError",
            "InternalError.UnknownError",
            "FailedOperation.OtherError",
        ],
    ),
];

#[test]
fn a_code_means_the_same_for_the_request_and_for_the_number() {
    let rows = CODES.iter();
    for (kind, code) in rows.flat_map(|(kind, codes)| codes.iter().map(move |code| (*kind, *code)))
    {
        let refused = Outcome::NotAccepted(NotAccepted {
            kind,
            vendor_code: Some(code.to_owned()),
            retry_after: None,
        });
        assert_eq!(outcome(200, failed(code)), refused);
        assert_eq!(outcome(200, sent(code)), refused);
    }
    for code in [
        "InternalError.Timeout",
        "InternalError.SendAndRecvFail",
        "InternalError.NobodyKnows",
    ] {
        let unknown = Outcome::Unknown {
            cause: format!("the vendor answered {code}"),
        };
        assert_eq!(outcome(200, failed(code)), unknown);
        assert_eq!(outcome(200, sent(code)), unknown);
    }
}

#[test]
fn an_answer_without_a_code_says_nothing_but_its_status() {
    for body in [
        "",
        "<html>",
        "[]",
        "{}",
        "null",
        r#"{"Response":{}}"#,
        r#"{"Response":{"RequestId":"a"}}"#,
        r#"{"Response":{"SendStatusSet":[]}}"#,
        r#"{"Response":{"SendStatusSet":[{"Code":""}]}}"#,
        r#"{"Response":{"SendStatusSet":[{"Code":"a number +8613800138000"}]}}"#,
        r#"{"Response":{"Error":{"Message":"no code"},"SendStatusSet":[{"Code":"Ok"}]}}"#,
    ] {
        for status in [200, 204, 303, 500, 502, 503] {
            let outcome = outcome(status, body);
            assert!(
                matches!(outcome, Outcome::Unknown { .. }),
                "{status} {body}"
            );
        }
        for status in [400, 403, 404] {
            let refused = Outcome::NotAccepted(NotAccepted {
                kind: RefusalKind::ConfigError,
                vendor_code: Some(format!("HTTP {status}")),
                retry_after: None,
            });
            assert_eq!(outcome(status, body), refused, "{body}");
        }
    }
    // A code that the vendor does not document, from something that failed.
    assert!(outcome(500, failed("Oops")).may_have_been_sent());
    assert!(!outcome(503, failed("RequestLimitExceeded")).may_have_been_sent());
}

#[test]
fn an_operator_may_know_better() {
    let errors = json!({ "InternalError.Timeout": "transient", "FailedOperation.*": "unknown" });
    let errors: ErrorMap = serde_json::from_value(errors).unwrap();
    let outcome = |code: &str| read(&answer(200, failed(code)), &errors);
    assert!(outcome("InternalError.Timeout").is_refusal(RefusalKind::Transient));
    assert!(outcome("FailedOperation.NobodyKnows").may_have_been_sent());
    assert!(outcome("FailedOperation.JsonParseFail").may_have_been_sent());
    assert!(outcome("AuthFailure.X").is_refusal(RefusalKind::ConfigError));
}

#[test]
fn nothing_that_the_vendor_says_in_words_is_passed_on() {
    for body in [
        sent("Ok"),
        sent("No.Such"),
        failed("No.Such"),
        failed("to +8613800138000"),
    ] {
        for status in [200, 400, 500] {
            let outcome = format!("{:?}", outcome(status, body.as_str()));
            assert!(!outcome.contains("13800138000"), "{outcome}");
            assert!(!outcome.contains(CODE), "{outcome}");
        }
    }
}

proptest! {
    #[test]
    fn any_bytes_are_an_outcome(status: u16, body: Vec<u8>) {
        let outcome = outcome(status, body);
        let taken = matches!(outcome, Outcome::Accepted { .. });
        prop_assert!(!taken);
    }

    #[test]
    fn any_code_is_an_outcome(status: u16, code: String, whole: bool) {
        let body = if whole { failed(&code) } else { sent(&code) };
        let outcome = outcome(status, body);
        let taken = matches!(outcome, Outcome::Accepted { .. });
        prop_assert_eq!(taken, !whole && code == "Ok" && (200..300).contains(&status));
    }

    #[test]
    fn any_bytes_are_a_callback_or_not(body: Vec<u8>) {
        let _ = reports::read(&callback("POST", &body));
    }
}

#[tokio::test]
async fn the_bytes_on_the_wire_are_those_that_were_signed() {
    let reply = r#"{"Response":{"SendStatusSet":[{"SerialNo":"5000:1","Code":"Ok"}]}}"#;
    let (endpoint, vendor) = sample::vendor(reply);
    let provider = account(with(json!({ "endpoint": endpoint })));
    let outcome = provider
        .send(&sms("+8613800138000", template(Some("S"))))
        .await;
    assert_eq!(
        outcome,
        Outcome::Accepted {
            provider_message_id: Some("5000:1".to_owned())
        }
    );
    let heard = vendor.join().unwrap();
    assert_eq!(format!("http://{}", heard.header("host")), endpoint);
    let signer = Signer {
        secret_id: "AKIDEXAMPLE000000000000000000000001",
        secret_key: SECRETS[0].1,
        service: "sms",
        now: NOW,
    };
    let authorization = signer.authorization(&SignedRequest {
        path: "/",
        headers: &[
            ("content-type", heard.header("content-type")),
            ("host", heard.header("host")),
        ],
        body: &heard.body,
    });
    assert_eq!(heard.header("authorization"), authorization);
    assert_eq!(heard.head[0], "POST / HTTP/1.1");
}

fn callback<'a>(method: &'a str, body: &'a [u8]) -> Callback<'a> {
    Callback {
        method,
        query: "",
        headers: &[],
        body,
        now: NOW,
    }
}

#[test]
fn reports_come_in_arrays() {
    let report = |status: &str, sid: &str, country: &str, mobile: &str| {
        json!({
            "user_receive_time": "2026-01-02 11:04:09", "nationcode": country, "mobile": mobile,
            "report_status": status, "errmsg": "DELIVRD", "description": "用户短信送达成功", "sid": sid,
        })
    };
    let body = json!([
        report("SUCCESS", "5000:1", "86", "13800138000"),
        report("FAIL", "5000:2", "65", "91234567"),
        report("SOON", "5000:3", "+86", "13800138000"),
        report("SUCCESS", "5000:4", "86", "no number"),
        report("SUCCESS", "", "86", "13800138000"),
        "no report",
    ]);
    let body = body.to_string();
    let read = account(settings())
        .receipts(&callback("POST", body.as_bytes()))
        .unwrap();
    assert_eq!(read.answer.body, r#"{"result":0,"errmsg":"OK"}"#);
    let found: Vec<_> = read
        .receipts
        .iter()
        .map(|receipt| {
            (
                receipt.provider_message_id.as_deref(),
                receipt.phone.e164(),
                receipt.status,
            )
        })
        .collect();
    assert_eq!(
        found,
        [
            (Some("5000:1"), "+8613800138000", Delivery::Delivered),
            (Some("5000:2"), "+6591234567", Delivery::Failed),
            (Some("5000:3"), "+8613800138000", Delivery::Underway),
        ]
    );
    assert_eq!(read.receipts[0].vendor_code.as_deref(), Some("DELIVRD"));
    assert_eq!(read.receipts[0].message, None);
}

#[test]
fn a_callback_that_is_no_array_is_refused() {
    for (method, body) in [("POST", "{}"), ("POST", ""), ("POST", "[{"), ("GET", "[]")] {
        let read = reports::read(&callback(method, body.as_bytes()));
        assert_eq!(read, Err(InvalidCallback::Malformed), "{method} {body}");
    }
}

#[test]
fn the_vendor_codes_are_all_readable() {
    for (pattern, meaning) in codes::KNOWN {
        let code = pattern.trim_end_matches('*');
        assert!(answer::code(code).is_some(), "{pattern}");
        assert_ne!(*meaning, Meaning::Accepted, "{pattern}");
    }
}
