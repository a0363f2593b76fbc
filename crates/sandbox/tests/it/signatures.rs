//! Who signs well is let in, and nobody else, nor twice.

use reqwest::StatusCode;
use serde_json::Value;

use crate::running::Running;
use crate::signed::{PROTOCOLS, Signer, good, request, secret_of, vendor_of};

/// The code of the answer to a request, and its status.
async fn answer(sandbox: &Running, protocol: &str, signer: &Signer) -> (StatusCode, String) {
    let response = request(sandbox, protocol, signer).send().await.unwrap();
    let status = response.status();
    // Under any other the SDK of Tencent Cloud takes an error for a success.
    assert_eq!(response.headers()["content-type"], "application/json");
    let body: Value = response.json().await.unwrap();
    (status, code(protocol, &body))
}

/// What an answer says: the vendor's code, `Ok` and its like included.
fn code(protocol: &str, body: &Value) -> String {
    let code = match protocol {
        "alibaba-cloud" => &body["Code"],
        "alibaba-cloud-international" if body["ResponseCode"].is_null() => &body["Code"],
        "alibaba-cloud-international" => &body["ResponseCode"],
        "tencent-cloud" => match &body["Response"]["Error"]["Code"] {
            Value::Null => &body["Response"]["SendStatusSet"][0]["Code"],
            code => code,
        },
        "http" if body["error"].is_null() => return "taken".to_owned(),
        "http" => &body["error"],
        _ => &body["code"],
    };
    code.as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_good_signature_is_taken_at_every_door() {
    let sandbox = Running::start().await;
    for protocol in PROTOCOLS {
        let signer = Signer::good(&sandbox, secret_of(protocol));
        let (status, code) = answer(&sandbox, protocol, &signer).await;
        let expected = match protocol {
            "alibaba-cloud" | "alibaba-cloud-international" => "OK",
            "tencent-cloud" => "Ok",
            "chuanglan-templates" => "000000",
            "http" => "taken",
            _ => "0",
        };
        assert!(status.is_success(), "{protocol}: {status}");
        assert_eq!(code, expected, "{protocol}");
    }
    let messages = sandbox.messages().await;
    assert_eq!(messages.len(), PROTOCOLS.len());
    for (message, protocol) in messages.iter().rev().zip(PROTOCOLS) {
        assert_eq!(message["vendor"], vendor_of(protocol));
        assert_eq!(message["code"], "123456", "{protocol}");
        assert_eq!(message["reference"], "msg-0001", "{protocol}");
        let text = message["text"].as_str().unwrap();
        assert!(text.contains("123456"), "{protocol}: {text}");
    }
}

#[tokio::test]
async fn a_wrong_secret_is_refused_at_every_door_in_the_vendors_words() {
    let sandbox = Running::start().await;
    for protocol in PROTOCOLS {
        let secret = match protocol {
            "http" => "whsec_c29tZWJvZHkgZWxzZSdzIHNpZ25pbmcga2V5",
            _ => "somebody-elses-secret",
        };
        let signer = Signer::good(&sandbox, secret);
        let (status, code) = answer(&sandbox, protocol, &signer).await;
        let (expected_status, expected) = match protocol {
            "alibaba-cloud" | "alibaba-cloud-international" => (400, "SignatureDoesNotMatch"),
            "tencent-cloud" => (200, "AuthFailure.SignatureFailure"),
            "chuanglan" | "chuanglan-international" => (200, "102"),
            "chuanglan-templates" => (200, "101200"),
            _ => (401, "unauthorized"),
        };
        assert_eq!(
            (status.as_u16(), code.as_str()),
            (expected_status, expected),
            "{protocol}"
        );
        let calls = sandbox.calls(vendor_of(protocol)).await;
        assert_eq!(calls["badSignature"][expected], 1, "{protocol}: {calls}");
    }
    assert!(sandbox.messages().await.is_empty());
}

#[tokio::test]
async fn a_stale_signature_is_refused_either_way() {
    let sandbox = Running::start().await;
    // How far each may be off; an account and a password never age.
    let protocols = [
        ("alibaba-cloud", 900, "InvalidTimeStamp.Expired"),
        (
            "alibaba-cloud-international",
            900,
            "InvalidTimeStamp.Expired",
        ),
        ("tencent-cloud", 300, "AuthFailure.SignatureExpire"),
        ("chuanglan-templates", 900, "130"),
        ("chuanglan-international", 900, "102"),
        ("http", 300, "unauthorized"),
    ];
    for (protocol, skew, expected) in protocols {
        for at in [sandbox.now() - skew - 1, sandbox.now() + skew + 1] {
            let mut signer = Signer::good(&sandbox, secret_of(protocol));
            signer.at = at;
            assert_eq!(
                answer(&sandbox, protocol, &signer).await.1,
                expected,
                "{protocol}"
            );
        }
        assert!(sandbox.messages().await.is_empty(), "{protocol}");
    }
}

#[tokio::test]
async fn a_nonce_of_alibaba_cloud_is_good_once() {
    let sandbox = Running::with(|options| options.minute_rule = false).await;
    let mut signer = Signer::good(&sandbox, secret_of("alibaba-cloud"));
    let mut codes = Vec::new();
    for protocol in [
        "alibaba-cloud",
        "alibaba-cloud",
        "alibaba-cloud-international",
    ] {
        codes.push(answer(&sandbox, protocol, &signer).await.1);
    }
    assert_eq!(codes, ["OK", "SignatureNonceUsed", "SignatureNonceUsed"]);
    // It is remembered for as long as its date is good.
    sandbox.advance(900);
    let code = answer(&sandbox, "alibaba-cloud", &signer).await.1;
    assert_eq!(code, "SignatureNonceUsed");
    // A request with a wrong signature uses nothing up.
    signer = Signer::good(&sandbox, "wrong");
    answer(&sandbox, "alibaba-cloud", &signer).await;
    signer.secret = secret_of("alibaba-cloud").to_owned();
    assert_eq!(answer(&sandbox, "alibaba-cloud", &signer).await.1, "OK");
}

#[tokio::test]
async fn a_webhook_that_comes_twice_is_one_message_with_one_answer() {
    let sandbox = Running::start().await;
    let signer = Signer::good(&sandbox, secret_of("http"));
    let mut answers = Vec::new();
    for _ in 0..2 {
        let response = request(&sandbox, "http", &signer).send().await.unwrap();
        assert_eq!(response.status(), 202);
        answers.push(response.json::<Value>().await.unwrap()["id"].clone());
    }
    assert_eq!(answers[0], answers[1]);
    let messages = sandbox.messages().await;
    assert_eq!(messages.len(), 1);
    assert_eq!(messages[0]["id"], answers[0]);
}

#[tokio::test]
async fn of_many_requests_with_one_nonce_one_is_taken() {
    let sandbox = Running::with(|options| options.minute_rule = false).await;
    let signer = Signer::good(&sandbox, secret_of("alibaba-cloud"));
    let sends = (0..20).map(|_| tokio::spawn(request(&sandbox, "alibaba-cloud", &signer).send()));
    for send in sends.collect::<Vec<_>>() {
        send.await.unwrap().unwrap();
    }
    assert_eq!(sandbox.messages().await.len(), 1);
    let calls = sandbox.calls("alibaba-cloud").await;
    assert_eq!(calls["badSignature"]["SignatureNonceUsed"], 19);
}

#[tokio::test]
async fn a_query_that_a_client_rewrote_on_the_way_is_still_signed_well() {
    let sandbox = Running::start().await;
    let mut request = good(&sandbox, "alibaba-cloud-international")
        .build()
        .unwrap();
    let query = request.url().query().unwrap().replace("%20", "+");
    assert!(query.contains('+'));
    request.url_mut().set_query(Some(&query));
    let response = sandbox.client.execute(request).await.unwrap();
    let body: Value = response.json().await.unwrap();
    assert_eq!(body["ResponseCode"], "OK");
    assert_eq!(sandbox.messages().await[0]["text"], "Your code is 123456");
}
