use countersign_core::id::MessageId;
use countersign_core::receipt::Delivery;
use countersign_core::send::outcome::NotAccepted;
use countersign_core::template::VendorTemplate;
use countersign_core::time::Timestamp;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::chuanglan::reports::Reporter;
use crate::chuanglan::signature;
use crate::testing::sample::{self, CODE, NOW, answer};

const SECRETS: &[(&str, &str)] = &[("password", "ExamplePassw0rd")];

const TEXT: &str = "【品牌】您的验证码是{code}，{minutes}分钟内有效";

fn account(settings: Value) -> Chuanglan {
    Chuanglan::open(&sample::account(settings, SECRETS), sample::resources()).unwrap()
}

fn v1() -> Chuanglan {
    account(json!({ "account": "YZM0000000" }))
}

fn v2() -> Chuanglan {
    account(json!({ "account": "YZM0000000", "api": "v2" }))
}

fn sms(to: &str, template: Option<VendorTemplate>) -> Sms {
    sample::sms(to, TEXT, template)
}

fn body(request: &Request) -> Value {
    serde_json::from_slice(&request.body).unwrap()
}

fn header<'a>(request: &'a Request, name: &str) -> &'a str {
    let found = request.headers.iter().find(|(held, _)| held == name);
    &found.unwrap().1
}

#[test]
fn a_text_is_that_of_the_vector_with_our_id_in_it() {
    let vectors: Vec<Value> =
        serde_json::from_str(include_str!("../../../vectors/chuanglan.json")).unwrap();
    let vector = vectors.last().unwrap();
    assert_eq!(vector["case"], "domestic-v1-send-json-body");
    let expected = &vector["expected"];
    let sms = sms("+8613800138000", None);
    let request = v1().request(&sms).unwrap();
    assert_eq!(request.method.as_str(), expected["method"]);
    assert_eq!(request.url.as_str(), expected["url"]);
    assert_eq!(expected["content_type"], header(&request, "content-type"));
    let body = String::from_utf8(request.body).unwrap();
    let body = body.replace(&sms.message_id.to_string(), "msg-0001");
    assert_eq!(expected["body"], body);
}

#[test]
fn a_template_is_signed_and_its_gaps_are_named() {
    let template = sample::template("1021", Some("品牌"), &["{code}", "min={minutes}", "{app}"]);
    let sms = sms("+8613800138000", Some(template));
    let nonce = "0123456789abcdef0123456789abcdef";
    let request = messages::template(&v2().account, &sms, NOW, nonce).unwrap();
    // The vector of the same password, time and nonce.
    let signature = "b951ea8bca73b70f3bfe7575c499e9e67516f3b31671a929b925a71e32342e85";
    assert_eq!(header(&request, "x-qa-hmac-signature"), signature);
    assert_eq!(
        request.url.as_str(),
        "https://smssh.253.com/msg/sms/v2/tpl/send"
    );
    let body = body(&request);
    let params = body["templateParamJson"].as_str().unwrap();
    assert_eq!(
        serde_json::from_str::<Value>(params).unwrap(),
        json!([{ "param1": CODE, "min": "5", "param3": "Shop" }])
    );
    let mut rest = body;
    rest.as_object_mut().unwrap().remove("templateParamJson");
    assert_eq!(
        rest,
        json!({
            "account": "YZM0000000", "timestamp": "1767323045", "nonce": nonce,
            "phoneNumbers": "13800138000", "templateId": "1021", "signature": "【品牌】",
            "report": "true", "uid": sms.message_id.to_string(),
        })
    );
}

#[test]
fn a_template_may_go_without_a_signature_and_its_nonce_has_32_characters() {
    let template = |signature| Some(sample::template("1021", signature, &["{code}"]));
    let signature = |signature| {
        let request = v2().request(&sms("+8613800138000", template(signature)));
        body(&request.unwrap())
    };
    assert!(signature(None).get("signature").is_none());
    assert_eq!(signature(Some("【品牌】"))["signature"], "【品牌】");
    assert_eq!(signature(None)["nonce"], "0".repeat(32));
}

#[test]
fn a_message_that_the_vendor_cannot_take_is_not_sent() {
    let refused = |request: Result<Request, Outcome>, kind| {
        let outcome = request.unwrap_err();
        assert!(outcome.is_refusal(kind), "{outcome:?}");
    };
    let template = || Some(sample::template("1021", None, &["{code}"]));
    for abroad in [
        "+6591234567",
        "+85251234567",
        "+85366123456",
        "+886912345678",
    ] {
        let sms = sms(abroad, template());
        refused(v1().request(&sms), RefusalKind::RouteUnavailable);
        refused(v2().request(&sms), RefusalKind::RouteUnavailable);
    }
    let home = "+8613800138000";
    refused(v2().request(&sms(home, None)), RefusalKind::NoTemplate);
    for unsigned in [
        "{code}",
        "[Shop] {code}",
        "【】{code}",
        "【Shop {code}",
        "Hi 【Shop】{code}",
    ] {
        let sms = sample::sms(home, unsigned, None);
        refused(v1().request(&sms), RefusalKind::NoTemplate);
    }
}

#[test]
fn an_endpoint_is_a_host_or_a_host_and_a_path() {
    let url = |api: &str, endpoint: &str| {
        let account = account(json!({ "account": "a", "api": api, "endpoint": endpoint }));
        account.account.url.to_string()
    };
    assert_eq!(
        url("v1", "https://smssh9.253.com"),
        "https://smssh9.253.com/msg/v1/send/json"
    );
    assert_eq!(
        url("v1", "https://smssh9.253.com/msg/send/json"),
        "https://smssh9.253.com/msg/send/json"
    );
    assert_eq!(
        url("v2", "http://127.0.0.1:9000/"),
        "http://127.0.0.1:9000/msg/sms/v2/tpl/send"
    );
}

#[test]
fn an_account_that_cannot_be_used_is_refused_by_path() {
    let wrong =
        |settings: Value, secrets: &[(&str, &str)]| sample::problems(KIND.name, settings, secrets);
    let good = json!({ "account": "a" });
    assert_eq!(wrong(good.clone(), &[]), "secrets.password: missing");
    let empty = [SECRETS[0], ("receipts_password", "")];
    assert_eq!(wrong(good, &empty), "secrets.receipts_password: missing");
    assert!(wrong(json!({}), SECRETS).starts_with("settings.account: missing"));
    assert!(wrong(json!({ "account": "" }), SECRETS).starts_with("settings.account: it has"));
    assert!(
        wrong(json!({ "account": "a", "api": "v3" }), SECRETS)
            .starts_with("settings.api: unknown variant `v3`")
    );
    assert!(wrong(json!({ "account": "a", "host": "b" }), SECRETS).starts_with("settings.host: "));
}

fn said(api: Api, status: u16, body: &str) -> Outcome {
    api.dialect()
        .read(&answer(status, body), &ErrorMap::default())
}

fn accepted(id: &str) -> Outcome {
    Outcome::Accepted {
        provider_message_id: Some(id.to_owned()),
    }
}

#[test]
fn accepted_is_zero_and_in_v2_a_count_too() {
    for (api, body) in [
        (
            Api::V1,
            r#"{"code":"0","msgId":"17041010383624511","time":"20260102110405","errorMsg":""}"#,
        ),
        (Api::V1, r#"{"code":0,"msgId":17041010383624511}"#),
        (
            Api::V1,
            r#"{"code":"0","msgid":"17041010383624511","successNum":"1"}"#,
        ),
        (
            Api::V2,
            r#"{"code":"000000","msgId":"17041010383624511","failNum":0,"successNum":1}"#,
        ),
        (
            Api::V2,
            r#"{"code":"000000","msgid":"17041010383624511","successNum":"1"}"#,
        ),
        (
            Api::V2,
            r#"{"code":0,"msgId":"17041010383624511","successNum":1}"#,
        ),
    ] {
        assert_eq!(
            said(api, 200, body),
            accepted("17041010383624511"),
            "{body}"
        );
    }
    for (api, body) in [
        (Api::V1, r#"{"code":"0","msgId":"1","successNum":0}"#),
        (
            Api::V2,
            r#"{"code":"000000","msgId":"1","failNum":1,"successNum":0}"#,
        ),
        (
            Api::V2,
            r#"{"code":"000000","msgId":"1","failNum":"1","successNum":"0"}"#,
        ),
    ] {
        let outcome = said(api, 200, body);
        assert!(outcome.is_refusal(RefusalKind::Other), "{outcome:?} {body}");
    }
    for (api, status, body) in [
        (Api::V2, 200, r#"{"code":"000000","msgId":"1"}"#),
        (
            Api::V2,
            200,
            r#"{"code":"000000","msgId":"1","successNum":"all"}"#,
        ),
        (Api::V1, 404, r#"{"code":"0","msgId":"1"}"#),
        (Api::V1, 500, r#"{"code":"0","msgId":"1"}"#),
    ] {
        let outcome = said(api, status, body);
        assert!(
            matches!(outcome, Outcome::Unknown { .. }),
            "{outcome:?} {body}"
        );
    }
}

/// The vendor's codes, as its documentation and several clients of it describe them.
const CODES: &[(RefusalKind, &[&str])] = &[
    (
        RefusalKind::ConfigError,
        &[
            "101", "102", "106", "109", "110", "111", "112", "113", "114", "116", "117", "118",
            "119", "121", "123", "124", "125", "126", "127", "128", "129", "130", "101200",
            "101203", "101207", "999", "E1",
        ],
    ),
    (
        RefusalKind::ContentRejected,
        &["105", "115", "120", "101206"],
    ),
    (RefusalKind::BadNumber, &["107", "108"]),
    (RefusalKind::Throttled, &["103"]),
    (RefusalKind::Transient, &["104"]),
    (RefusalKind::RecipientLimited, &["122"]),
];

#[test]
fn a_code_means_the_same_as_a_text_and_as_a_number() {
    for (kind, codes) in CODES {
        for code in *codes {
            let refused = Outcome::NotAccepted(NotAccepted {
                kind: *kind,
                vendor_code: Some((*code).to_owned()),
                retry_after: None,
            });
            let text = json!({ "code": code, "msgId": "", "errorMsg": "13800138000 123456" });
            let number = code.parse::<u32>();
            let number = number.map_or_else(|_| text.clone(), |code| json!({ "code": code }));
            for api in [Api::V1, Api::V2] {
                assert_eq!(said(api, 200, &text.to_string()), refused);
                assert_eq!(said(api, 200, &number.to_string()), refused);
            }
        }
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
        r#"{"code":null}"#,
        r#"{"code":""}"#,
        r#"{"code":0.0}"#,
        r#"{"code":true}"#,
        r#"{"code":["0"]}"#,
        r#"{"code":"not to +8613800138000"}"#,
        r#"{"msgId":"17041010383624511"}"#,
    ] {
        for status in [200, 204, 303, 500, 502, 503] {
            let outcome = said(Api::V1, status, body);
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
            assert_eq!(said(Api::V2, status, body), refused, "{body}");
        }
    }
    // A code of a proxy's, not of the vendor's.
    assert!(said(Api::V1, 500, r#"{"code":500}"#).may_have_been_sent());
    assert!(!said(Api::V1, 500, r#"{"code":103}"#).may_have_been_sent());
}

#[test]
fn nothing_that_the_vendor_says_in_words_is_passed_on() {
    for code in [
        "0",
        "101",
        "nobody knows",
        "to13800138000",
        "+8613800138000",
    ] {
        let body = json!({ "code": code, "errorMsg": "13800138000 123456", "time": "123456" });
        for status in [200, 400, 500] {
            let outcome = format!("{:?}", said(Api::V1, status, &body.to_string()));
            assert!(!outcome.contains("13800138000"), "{outcome}");
            assert!(!outcome.contains(CODE), "{outcome}");
        }
    }
}

fn callback<'a>(method: &'a str, query: &'a str) -> Callback<'a> {
    Callback {
        method,
        query,
        headers: &[],
        body: &[],
        now: NOW,
    }
}

proptest! {
    #[test]
    fn any_bytes_are_an_outcome(status: u16, body: Vec<u8>, v2: bool) {
        let api = if v2 { Api::V2 } else { Api::V1 };
        let outcome = api.dialect().read(&answer(status, body), &ErrorMap::default());
        let taken = matches!(outcome, Outcome::Accepted { .. });
        prop_assert!(!taken);
    }

    #[test]
    fn any_code_and_count_are_an_outcome(status: u16, code: String, count: i64, v2: bool) {
        let api = if v2 { Api::V2 } else { Api::V1 };
        let body = json!({ "code": code, "successNum": count }).to_string();
        let taken = matches!(said(api, status, &body), Outcome::Accepted { .. });
        let zero = !code.is_empty() && code.chars().all(|c| c == '0');
        prop_assert!(!taken || (zero && count != 0));
    }

    #[test]
    fn any_query_is_a_callback_or_not(query: String) {
        let anyone = Reporter { receiver: None, password: None };
        let _ = anyone.read(&callback("GET", &query), REPORTS);
    }
}

#[tokio::test]
async fn the_password_of_v2_does_not_go_over_the_wire() {
    let (endpoint, vendor) =
        sample::vendor(r#"{"code":"000000","msgId":"17","failNum":0,"successNum":1}"#);
    let settings = json!({ "account": "YZM0000000", "api": "v2", "endpoint": endpoint });
    let template = sample::template("1021", None, &["{code}"]);
    let outcome = account(settings)
        .send(&sms("+8613800138000", Some(template)))
        .await;
    assert_eq!(outcome, accepted("17"));
    let heard = vendor.join().unwrap();
    assert_eq!(heard.head[0], "POST /msg/sms/v2/tpl/send HTTP/1.1");
    let whole = heard.head.join("\n") + &String::from_utf8(heard.body.clone()).unwrap();
    assert!(!whole.contains("ExamplePassw0rd"), "{whole}");
    let body: Value = serde_json::from_slice(&heard.body).unwrap();
    let nonce = body["nonce"].as_str().unwrap();
    let signature = signature::domestic("ExamplePassw0rd", "1767323045", nonce);
    assert_eq!(heard.header("x-qa-hmac-signature"), signature);
}

const REPORT: &str = "receiver=us&pswd=a%26b&msgid=17041010383624511&reportTime=2601021104&mobile=13800138000\
    &status=DELIVRD&notifyTime=260102110409&statusDesc=%E7%9F%AD%E4%BF%A1&length=1";

#[test]
fn a_report_gives_our_id_back() {
    let message = MessageId::first_at(Timestamp::from_millis(1));
    let query = format!("{REPORT}&uid={message}");
    let read = v1().receipts(&callback("GET", &query)).unwrap();
    assert_eq!(read.answer.body, r#"{"clcode":"000000"}"#);
    assert_eq!(read.receipts.len(), 1);
    let receipt = &read.receipts[0];
    assert_eq!(receipt.message, Some(message));
    assert_eq!(
        receipt.provider_message_id.as_deref(),
        Some("17041010383624511")
    );
    assert_eq!(receipt.phone.e164(), "+8613800138000");
    assert_eq!(receipt.status, Delivery::Delivered);
    assert_eq!(receipt.vendor_code.as_deref(), Some("DELIVRD"));
}

#[test]
fn only_delivrd_is_delivered() {
    for (status, delivery) in [
        ("DELIVRD", Delivery::Delivered),
        ("UNKNOWN", Delivery::Underway),
        ("REJECTD", Delivery::Failed),
        ("MK%3A0001", Delivery::Failed),
        ("delivrd", Delivery::Failed),
    ] {
        let query = REPORT.replace("DELIVRD", status);
        let read = v1().receipts(&callback("GET", &query)).unwrap();
        assert_eq!(read.receipts[0].status, delivery, "{status}");
    }
}

#[test]
fn a_report_on_no_number_of_the_mainland_is_left_out() {
    for number in ["", "138", "%2B6591234567", "13800138000,13800138001"] {
        let query = REPORT.replace("mobile=13800138000", &format!("mobile={number}"));
        let read = v1().receipts(&callback("GET", &query)).unwrap();
        assert_eq!(read.receipts, [], "{number}");
    }
}

#[test]
fn a_callback_that_is_no_report_is_refused() {
    let no_id = REPORT.replace("msgid", "id");
    let no_status = REPORT.replace("status=", "stat=");
    let no_number = REPORT.replace("mobile", "tel");
    for (method, query) in [
        ("POST", REPORT),
        ("GET", ""),
        ("GET", "%"),
        ("GET", &no_id),
        ("GET", &no_status),
        ("GET", &no_number),
    ] {
        let read = v1().receipts(&callback(method, query));
        assert_eq!(read, Err(InvalidCallback::Malformed), "{method} {query}");
    }
}

#[test]
fn reports_come_with_the_name_and_the_password_that_were_set() {
    let guarded = |receiver: Option<&str>, password: &str| {
        let settings = json!({ "account": "a", "receiver": receiver });
        let secrets = [SECRETS[0], ("receipts_password", password)];
        Chuanglan::open(&sample::account(settings, &secrets), sample::resources()).unwrap()
    };
    let unsigned = Err(InvalidCallback::Unsigned);
    let read = |account: Chuanglan| account.receipts(&callback("GET", REPORT));
    assert!(read(guarded(Some("us"), "a&b")).is_ok());
    assert!(read(guarded(None, "a&b")).is_ok());
    assert_eq!(read(guarded(Some("them"), "a&b")), unsigned);
    assert_eq!(read(guarded(Some("us"), "a&c")), unsigned);
    assert_eq!(read(guarded(Some("us"), "a")), unsigned);
    let without = REPORT.replace("pswd=a%26b&", "");
    let read = guarded(Some("us"), "a&b").receipts(&callback("GET", &without));
    assert_eq!(read, unsigned);
}
