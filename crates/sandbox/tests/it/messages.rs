//! What vendors take, and what they do not.

use std::collections::BTreeMap;

use reqwest::RequestBuilder;
use serde_json::{Value, json};

use crate::running::Running;
use crate::signed::{Signer, alibaba, good, secret_of, send_sms, sms, tencent, webhook};

async fn json_of(request: RequestBuilder) -> Value {
    request.send().await.unwrap().json().await.unwrap()
}

/// The answer of Alibaba Cloud at home to a `SendSms` with these changes.
async fn alibaba_says(sandbox: &Running, changes: &[(&'static str, &'static str)]) -> Value {
    let mut params = sms();
    params.extend(changes.iter().copied());
    let signer = Signer::good(sandbox, secret_of("alibaba-cloud"));
    json_of(alibaba(sandbox, "2017-05-25", "SendSms", &params, &signer)).await
}

#[tokio::test]
async fn alibaba_cloud_refuses_a_template_or_signature_that_is_not_approved() {
    let sandbox = Running::start().await;
    let refused = [
        ("SignName", "别的", "isv.SMS_SIGNATURE_ILLEGAL"),
        ("TemplateCode", "SMS_1", "isv.SMS_TEMPLATE_ILLEGAL"),
        (
            "TemplateParam",
            r#"{"min":"5"}"#,
            "isv.TEMPLATE_MISSING_PARAMETERS",
        ),
        ("TemplateParam", "code", "isv.INVALID_JSON_PARAM"),
        ("PhoneNumbers", "1380013800", "isv.MOBILE_NUMBER_ILLEGAL"),
        ("PhoneNumbers", "", "isv.MOBILE_NUMBER_ILLEGAL"),
        (
            "TemplateCode",
            "SMS_154950911",
            "isv.DOMESTIC_NUMBER_NOT_SUPPORTED",
        ),
    ];
    for (name, value, code) in refused {
        let answer = alibaba_says(&sandbox, &[(name, value)]).await;
        assert_eq!(answer["Code"], code, "{name}={value}");
        assert!(answer["BizId"].is_null());
    }
    assert!(
        sandbox.messages().await.is_empty(),
        "and nobody's minute is taken"
    );
    assert_eq!(alibaba_says(&sandbox, &[]).await["Code"], "OK");
    let calls = sandbox.calls("alibaba-cloud").await;
    assert_eq!(calls["requests"], refused.len() + 1);
    assert_eq!(calls["accepted"], 1);
    assert_eq!(calls["refused"]["isv.MOBILE_NUMBER_ILLEGAL"], 2);
}

#[tokio::test]
async fn alibaba_cloud_sends_a_number_one_message_a_minute() {
    let sandbox = Running::start().await;
    let other = [("PhoneNumbers", "+8613800138001")];
    assert_eq!(alibaba_says(&sandbox, &[]).await["Code"], "OK");
    let again = alibaba_says(&sandbox, &[("TemplateCode", "SMS_154950910")]).await;
    assert_eq!(again["Code"], "isv.TEMPLATE_MISSING_PARAMETERS");
    sandbox.advance(59);
    let limited = alibaba_says(&sandbox, &[]).await;
    assert_eq!(limited["Code"], "isv.BUSINESS_LIMIT_CONTROL");
    assert!(limited["Message"].as_str().unwrap().contains("分钟级"));
    assert_eq!(alibaba_says(&sandbox, &other).await["Code"], "OK");
    sandbox.advance(1);
    assert_eq!(alibaba_says(&sandbox, &[]).await["Code"], "OK");

    let lax = Running::with(|options| options.minute_rule = false).await;
    for _ in 0..2 {
        assert_eq!(alibaba_says(&lax, &[]).await["Code"], "OK");
    }
}

#[tokio::test]
async fn a_form_is_as_good_as_a_query() {
    use base64::Engine as _;
    use hmac::{Hmac, KeyInit as _, Mac as _};

    // The older signature: over the parameters themselves.
    let sandbox = Running::start().await;
    let mut params = sms();
    params.extend([
        ("AccessKeyId", "sandbox-access-key-id"),
        ("Action", "SendSms"),
        ("Format", "JSON"),
        ("SignatureMethod", "HMAC-SHA1"),
        ("SignatureNonce", "n1"),
        ("SignatureVersion", "1.0"),
        ("Timestamp", "2026-01-02T03:04:05Z"),
        ("Version", "2017-05-25"),
    ]);
    let encode = |text: &str| {
        let encode = |byte: u8| match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                char::from(byte).to_string()
            }
            _ => format!("%{byte:02X}"),
        };
        text.bytes().map(encode).collect::<String>()
    };
    let pairs = params
        .iter()
        .map(|(name, value)| format!("{}={}", encode(name), encode(value)));
    let body = pairs.collect::<Vec<_>>().join("&");
    let to_sign = format!("POST&%2F&{}", encode(&body));
    let key = b"sandbox-access-key-secret-0001&";
    let mac = Hmac::<sha1::Sha1>::new_from_slice(key).unwrap();
    let mac = mac.chain_update(to_sign).finalize().into_bytes();
    let signature = encode(&base64::prelude::BASE64_STANDARD.encode(mac));
    let send = || {
        let request = sandbox.client.post(&sandbox.url);
        request
            .header("content-type", "application/x-www-form-urlencoded")
            .body(format!("{body}&Signature={signature}"))
    };
    assert_eq!(json_of(send()).await["Code"], "OK");
    assert_eq!(json_of(send()).await["Code"], "SignatureNonceUsed");
    assert_eq!(sandbox.messages().await[0]["to"], "+8613800138000");
}

#[tokio::test]
async fn alibaba_cloud_answers_how_a_message_ended() {
    let sandbox = Running::start().await;
    let id = alibaba_says(&sandbox, &[]).await["BizId"].clone();
    let ask = |date| {
        let params = BTreeMap::from([
            ("PhoneNumber", "13800138000"),
            ("SendDate", date),
            ("PageSize", "10"),
            ("CurrentPage", "1"),
        ]);
        let signer = Signer::good(&sandbox, secret_of("alibaba-cloud"));
        json_of(alibaba(
            &sandbox,
            "2017-05-25",
            "QuerySendDetails",
            &params,
            &signer,
        ))
    };
    let answer = ask("20260102").await;
    assert_eq!(
        (&answer["Code"], &answer["TotalCount"]),
        (&json!("OK"), &json!("1"))
    );
    let detail = &answer["SmsSendDetailDTOs"]["SmsSendDetailDTO"][0];
    assert_eq!(detail["SendStatus"], 3);
    assert_eq!(detail["OutId"], "msg-0001");
    assert_eq!(detail["SendDate"], "2026-01-02 11:04:05");
    assert!(id.as_str().unwrap().ends_with("^0"));
    assert_eq!(ask("20260101").await["TotalCount"], "0");
}

#[tokio::test]
async fn alibaba_cloud_abroad_has_two_ways_to_send() {
    let sandbox = Running::start().await;
    let say = |action, params: &[(&'static str, &'static str)]| {
        let params = params.iter().copied().collect();
        let signer = Signer::good(&sandbox, secret_of("alibaba-cloud"));
        json_of(alibaba(&sandbox, "2018-05-01", action, &params, &signer))
    };
    let globe = |to, from| {
        let params = [
            ("To", to),
            ("From", from),
            ("Message", "Your code is 123456"),
        ];
        say("SendMessageToGlobe", &params)
    };
    let taken = globe("6591234567", "Countersign").await;
    assert_eq!(taken["ResponseCode"], "OK");
    assert_eq!(taken["Segments"], "1");
    assert_eq!(
        globe("8613800138000", "Countersign").await["ResponseCode"],
        "NOT_SUPPORTED_COUNTRY"
    );
    assert_eq!(
        globe("+6591234567", "x").await["ResponseCode"],
        "MOBILE_NUMBER_ILLEGAL"
    );
    assert_eq!(
        globe("6591234567", "not a name").await["ResponseCode"],
        "INVALID_SENDERID"
    );
    let template = |to, from| {
        let params = [
            ("To", to),
            ("From", from),
            ("TemplateCode", "SMS_154950909"),
            ("TemplateParam", r#"{"code":"654321"}"#),
        ];
        say("SendMessageWithTemplate", &params)
    };
    assert_eq!(
        template("8613800138000", "阿里云").await["ResponseCode"],
        "OK"
    );
    assert_eq!(
        template("8613800138000", "别的").await["ResponseCode"],
        "SMS_SIGN_NAME_ILLEGAL"
    );
    let messages = sandbox.messages().await;
    let codes: Vec<_> = messages.iter().map(|message| &message["code"]).collect();
    assert_eq!(codes, ["654321", "123456"]);
}

#[tokio::test]
async fn tencent_cloud_judges_each_number_by_itself() {
    let sandbox = Running::start().await;
    let say = |body: Value| {
        let signer = Signer::good(&sandbox, secret_of("tencent-cloud"));
        json_of(tencent(&sandbox, &body, &signer))
    };
    let mut batch = send_sms("+8613800138000");
    batch["PhoneNumberSet"] = json!(["+8613800138000", "+86138", "+8613800138002"]);
    let answer = say(batch).await;
    let set = answer["Response"]["SendStatusSet"].as_array().unwrap();
    let codes: Vec<_> = set.iter().map(|status| &status["Code"]).collect();
    assert_eq!(
        codes,
        ["Ok", "InvalidParameterValue.IncorrectPhoneNumber", "Ok"]
    );
    assert_eq!(set[0]["SessionContext"], "msg-0001");
    assert_ne!(set[0]["SerialNo"], set[2]["SerialNo"]);
    assert_eq!(sandbox.messages().await.len(), 2);

    let per_number = [
        (
            "SignName",
            json!("别的"),
            "FailedOperation.SignatureIncorrectOrUnapproved",
        ),
        (
            "TemplateId",
            json!("1"),
            "FailedOperation.TemplateIncorrectOrUnapproved",
        ),
        (
            "TemplateParamSet",
            json!(["123456"]),
            "FailedOperation.TemplateParamSetNotMatchApprovedTemplate",
        ),
        (
            "TemplateParamSet",
            json!(["12345x", "5"]),
            "InvalidParameterValue.TemplateParameterFormatError",
        ),
        (
            "PhoneNumberSet",
            json!(["+6591234567"]),
            "UnsupportedOperation.ChineseMainlandTemplateToGlobalPhone",
        ),
    ];
    for (name, value, code) in per_number {
        let mut body = send_sms("+8613800138000");
        body[name] = value;
        let answer = say(body).await;
        assert_eq!(answer["Response"]["SendStatusSet"][0]["Code"], code);
        assert_eq!(answer["Response"]["SendStatusSet"][0]["SerialNo"], "");
    }
    let whole = [
        (
            "SmsSdkAppId",
            json!("1"),
            "InvalidParameterValue.SdkAppIdNotExist",
        ),
        (
            "PhoneNumberSet",
            json!([]),
            "MissingParameter.EmptyPhoneNumberSet",
        ),
        ("TemplateParamSet", json!([123456]), "InvalidParameter"),
    ];
    for (name, value, code) in whole {
        let mut body = send_sms("+8613800138000");
        body[name] = value;
        assert_eq!(say(body).await["Response"]["Error"]["Code"], code);
    }
    assert_eq!(sandbox.messages().await.len(), 2);
}

#[tokio::test]
async fn chuanglan_is_served_by_hand() {
    let sandbox = Running::start().await;
    let send = |path: &str, body: Value| {
        let request = sandbox.client.post(format!("{}{path}", sandbox.url));
        json_of(
            request
                .header("content-type", "application/json")
                .body(body.to_string()),
        )
    };
    let body = |changes: Value| {
        let mut body = json!({
            "account": "YZM0000001", "password": "sandbox-password-0001",
            "phone": "13800138000", "msg": "【示例】您的验证码是123456",
        });
        let changes = changes.as_object().unwrap().clone();
        body.as_object_mut().unwrap().extend(changes);
        body
    };
    for path in ["/msg/v1/send/json", "/msg/send/json"] {
        let answer = send(path, body(json!({}))).await;
        assert_eq!(answer["code"], "0");
        assert_eq!(answer["msgId"].as_str().unwrap().len(), 17);
        assert_eq!(answer["time"], "20260102110405");
    }
    let refused = [
        (json!({"account": "N1"}), "101"),
        (json!({"password": "x"}), "102"),
        (json!({"msg": "您的验证码是123456"}), "116"),
        (json!({"msg": ""}), "121"),
        (json!({"phone": "+8613800138000"}), "107"),
        (json!({"report": true}), "130"),
    ];
    for (change, code) in refused {
        let answer = send("/msg/v1/send/json", body(change.clone())).await;
        assert_eq!(answer["code"], code, "{change}");
        assert_ne!(answer["errorMsg"], "");
    }
    assert_eq!(sandbox.messages().await.len(), 2);
}

#[tokio::test]
async fn chuanglan_fills_templates_for_a_password_too() {
    let sandbox = Running::start().await;
    let send = |changes: Value| {
        let mut body = json!({
            "account": "YZM0000001", "password": "sandbox-password-0001",
            "timestamp": sandbox.now().to_string(), "nonce": "0123456789abcdef0123456789abcdef",
            "phoneNumbers": "13800138000,13800138001", "templateId": "1000002",
            "templateParamJson": json!([
                {"param1": "111111", "param2": "5"}, {"param1": "222222", "param2": "5"},
            ]).to_string(),
        });
        let changes = changes.as_object().unwrap().clone();
        body.as_object_mut().unwrap().extend(changes);
        let url = format!("{}/msg/sms/v2/tpl/send", sandbox.url);
        json_of(sandbox.client.post(url).json(&body))
    };
    let taken = send(json!({})).await;
    assert_eq!(
        (&taken["code"], &taken["successNum"]),
        (&json!("000000"), &json!(2))
    );
    let messages = sandbox.messages().await;
    let codes: Vec<_> = messages.iter().map(|message| &message["code"]).collect();
    assert_eq!(codes, ["222222", "111111"]);
    let refused = [
        (json!({"password": "x"}), "101200"),
        (json!({"nonce": "short"}), "130"),
        (json!({"timestamp": "1767323045000"}), "130"),
        (json!({"templateId": "1"}), "123"),
        (json!({"templateParamJson": [{"param1": "1"}]}), "130"),
        (
            json!({"templateParamJson": "[{\"param1\":\"1\",\"param2\":\"5\"}]"}),
            "130",
        ),
    ];
    for (change, code) in refused {
        assert_eq!(send(change.clone()).await["code"], code, "{change}");
    }
}

#[tokio::test]
async fn a_webhook_needs_a_number_and_a_text() {
    let sandbox = Running::start().await;
    for (body, status) in [
        (r#"{"to":"+8613800138000","text":"code 123456"}"#, 202),
        (r#"{"to":"13800138000","text":"code 123456"}"#, 422),
        (r#"{"to":"+8613800138000"}"#, 422),
    ] {
        let signer = Signer::good(&sandbox, secret_of("http"));
        let response = webhook(&sandbox, body, &signer).send().await.unwrap();
        assert_eq!(response.status(), status, "{body}");
    }
    let form = "to=%2B8613800138000&text=code+654321";
    let signer = Signer::good(&sandbox, secret_of("http"));
    let request = webhook(&sandbox, form, &signer);
    assert_eq!(request.send().await.unwrap().status(), 202);
    assert_eq!(sandbox.messages().await[0]["code"], "654321");
}

#[tokio::test]
async fn a_request_to_an_unknown_path_is_not_found() {
    let sandbox = Running::start().await;
    let url = format!("{}/elsewhere", sandbox.url);
    assert_eq!(sandbox.client.post(url).send().await.unwrap().status(), 404);
    let response = good(&sandbox, "tencent-cloud")
        .header("x-tc-extra", "1")
        .send()
        .await
        .unwrap();
    let body: Value = response.json().await.unwrap();
    assert_eq!(body["Response"]["SendStatusSet"][0]["Code"], "Ok");
}
