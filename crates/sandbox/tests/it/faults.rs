//! Every fault, at every protocol: what becomes of the message, and what the caller sees.

use std::time::Duration;

use reqwest::Response;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::Instant;

use crate::running::Running;
use crate::signed::{PROTOCOLS, good, vendor_of};

async fn strict() -> Running {
    Running::with(|options| options.minute_rule = false).await
}

async fn send(sandbox: &Running, protocol: &str) -> Result<Response, reqwest::Error> {
    good(sandbox, protocol).send().await
}

#[tokio::test]
async fn a_fault_after_acceptance_leaves_the_message_accepted() {
    let sandbox = strict().await;
    let faults = ["reset", "error_500", "garbage", "not_http", "half_body"];
    for protocol in PROTOCOLS {
        for fault in faults {
            let before = sandbox.messages().await.len();
            sandbox.fault(vendor_of(protocol), fault, 1, 0).await;
            let answer = send(&sandbox, protocol).await;
            match (fault, answer) {
                ("error_500", Ok(answer)) => assert_eq!(answer.status(), 500),
                ("garbage", Ok(answer)) => {
                    assert_eq!(answer.status(), 200);
                    assert!(answer.json::<Value>().await.is_err());
                }
                ("half_body", Ok(answer)) => {
                    assert_eq!(answer.status(), 200);
                    assert!(answer.bytes().await.is_err(), "{protocol}");
                }
                ("reset" | "not_http", Err(_)) => {}
                (fault, answer) => panic!("{protocol} {fault}: {answer:?}"),
            }
            assert_eq!(
                sandbox.messages().await.len(),
                before + 1,
                "{protocol} {fault}"
            );
            let calls = sandbox.calls(vendor_of(protocol)).await;
            assert!(calls["faults"][fault].as_u64() >= Some(1), "{calls}");
        }
        assert!(
            send(&sandbox, protocol)
                .await
                .unwrap()
                .status()
                .is_success()
        );
    }
}

/// What is read of a connection to which this request was written.
async fn raw(sandbox: &Running) -> std::io::Result<Vec<u8>> {
    let body = json!({
        "account": "YZM0000001", "password": "sandbox-password-0001",
        "phone": "13800138000", "msg": "【示例】您的验证码是123456",
    });
    let body = body.to_string();
    let mut connection = TcpStream::connect(&sandbox.host).await.unwrap();
    let request = format!(
        "POST /msg/v1/send/json HTTP/1.1\r\nhost: {}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        sandbox.host,
        body.len()
    );
    connection.write_all(request.as_bytes()).await.unwrap();
    let mut read = Vec::new();
    connection.read_to_end(&mut read).await?;
    Ok(read)
}

#[tokio::test]
async fn a_reset_is_a_reset_on_the_wire() {
    let sandbox = strict().await;
    for (fault, kept) in [("reset", 1), ("reset_before_read", 0)] {
        let before = sandbox.messages().await.len();
        sandbox.fault("chuanglan", fault, 1, 0).await;
        let error = raw(&sandbox).await.unwrap_err();
        assert_eq!(error.kind(), std::io::ErrorKind::ConnectionReset, "{fault}");
        assert_eq!(sandbox.messages().await.len() - before, kept, "{fault}");
    }
    sandbox.fault("chuanglan", "not_http", 1, 0).await;
    let read = raw(&sandbox).await.unwrap();
    assert!(!read.is_empty() && !read.starts_with(b"HTTP"), "{read:?}");
    sandbox.fault("chuanglan", "half_body", 1, 0).await;
    let read = String::from_utf8(raw(&sandbox).await.unwrap()).unwrap();
    let (head, body) = read.split_once("\r\n\r\n").unwrap();
    let length = head.split("content-length: ").nth(1).unwrap();
    assert_eq!(body.len(), length.parse::<usize>().unwrap() / 2);
}

#[tokio::test]
async fn a_request_that_is_not_read_sends_no_message() {
    let sandbox = strict().await;
    for protocol in PROTOCOLS {
        sandbox
            .fault(vendor_of(protocol), "reset_before_read", 1, 0)
            .await;
        assert!(send(&sandbox, protocol).await.is_err(), "{protocol}");
        sandbox.fault(vendor_of(protocol), "stall", 1, 0).await;
        let impatient = good(&sandbox, protocol).timeout(Duration::from_millis(100));
        assert!(
            impatient.send().await.unwrap_err().is_timeout(),
            "{protocol}"
        );
    }
    assert!(sandbox.messages().await.is_empty());
}

#[tokio::test]
async fn a_stall_after_accept_keeps_the_message_and_says_nothing() {
    let sandbox = strict().await;
    for protocol in PROTOCOLS {
        sandbox
            .fault(vendor_of(protocol), "stall_after_accept", 1, 0)
            .await;
        let impatient = good(&sandbox, protocol).timeout(Duration::from_millis(200));
        assert!(
            impatient.send().await.unwrap_err().is_timeout(),
            "{protocol}"
        );
    }
    assert_eq!(sandbox.messages().await.len(), PROTOCOLS.len());
}

#[tokio::test]
async fn who_waits_in_vain_is_reset_when_the_sandbox_stops() {
    let sandbox = strict().await;
    for fault in ["stall", "stall_after_accept"] {
        sandbox.fault("chuanglan", fault, 1, 0).await;
    }
    let waiting = [0, 1].map(|_| tokio::spawn(good(&sandbox, "chuanglan").send()));
    while sandbox.calls("chuanglan").await["requests"] != 2 {
        tokio::task::yield_now().await;
    }
    sandbox.stop().await;
    for waiting in waiting {
        assert!(waiting.await.unwrap().is_err());
    }
}

#[tokio::test]
async fn a_delay_is_the_delay_that_was_asked_for() {
    let sandbox = strict().await;
    sandbox.fault("tencent-cloud", "delay", 1, 300).await;
    let began = Instant::now();
    let slow = tokio::spawn(good(&sandbox, "tencent-cloud").send());
    while sandbox.messages().await.is_empty() {
        tokio::task::yield_now().await;
    }
    assert!(!slow.is_finished(), "it is taken before it is answered");
    assert!(slow.await.unwrap().unwrap().status().is_success());
    assert!(began.elapsed() >= Duration::from_millis(300));
}

#[tokio::test]
async fn every_refusal_is_in_the_words_of_the_vendor() {
    let sandbox = strict().await;
    // By protocol: throttle, bad_number, config_error, content, system_busy.
    let table: [(&str, &str, [&str; 5]); 7] = [
        (
            "alibaba-cloud",
            "/Code",
            [
                "Throttling.User",
                "isv.MOBILE_NUMBER_ILLEGAL",
                "isv.SMS_SIGNATURE_ILLEGAL",
                "isv.BLACK_KEY_CONTROL_LIMIT",
                "isp.SYSTEM_ERROR",
            ],
        ),
        (
            "alibaba-cloud-international",
            "/ResponseCode",
            [
                "Throttling.User",
                "MOBILE_NUMBER_ILLEGAL",
                "INVALID_SENDERID",
                "BLACK_KEY_CONTROL_LIMIT",
                "SYSTEM_ERROR",
            ],
        ),
        (
            "tencent-cloud",
            "/Response/SendStatusSet/0/Code",
            [
                "RequestLimitExceeded",
                "InvalidParameterValue.IncorrectPhoneNumber",
                "FailedOperation.SignatureIncorrectOrUnapproved",
                "FailedOperation.ContainSensitiveWord",
                "InternalError.OtherError",
            ],
        ),
        ("chuanglan", "/code", ["103", "107", "117", "105", "104"]),
        (
            "chuanglan-templates",
            "/code",
            ["103", "000000", "101203", "101206", "104"],
        ),
        (
            "chuanglan-international",
            "/code",
            ["125", "108", "114", "123", "130"],
        ),
        (
            "http",
            "/error",
            [
                "throttled",
                "bad_number",
                "config_error",
                "content",
                "system_busy",
            ],
        ),
    ];
    let faults = [
        "throttle",
        "bad_number",
        "config_error",
        "content",
        "system_busy",
    ];
    for (protocol, place, codes) in table {
        for (fault, code) in faults.into_iter().zip(codes) {
            sandbox.fault(vendor_of(protocol), fault, 1, 0).await;
            let answer = send(&sandbox, protocol).await.unwrap();
            let body: Value = answer.json().await.unwrap();
            // What the gateway in front of a product says has another place.
            let said = [place, "/Code", "/Response/Error/Code"]
                .into_iter()
                .find_map(|place| body.pointer(place));
            assert_eq!(said, Some(&json!(code)), "{protocol} {fault}: {body}");
        }
    }
    assert!(sandbox.messages().await.is_empty());
}

#[tokio::test]
async fn a_fault_is_for_its_vendor_and_as_often_as_it_says() {
    let sandbox = strict().await;
    sandbox.fault("chuanglan", "throttle", 2, 0).await;
    let code = async |protocol| {
        let answer = send(&sandbox, protocol).await.unwrap();
        answer.json::<Value>().await.unwrap()["code"].clone()
    };
    assert_eq!(code("chuanglan-international").await, "0");
    assert_eq!(code("chuanglan").await, "103");
    assert_eq!(code("chuanglan-templates").await, "103");
    assert_eq!(code("chuanglan").await, "0");

    let for_ever = json!({"vendor": "chuanglan", "fault": "system_busy"});
    sandbox.post("faults", for_ever).await;
    for _ in 0..5 {
        assert_eq!(code("chuanglan").await, "104");
    }
    let url = format!("{}/sandbox/faults", sandbox.url);
    sandbox.client.delete(url).send().await.unwrap();
    assert_eq!(code("chuanglan").await, "0");
}

#[tokio::test]
async fn no_fault_hides_a_wrong_signature_or_is_used_up_by_one() {
    let sandbox = strict().await;
    sandbox.fault("chuanglan", "throttle", 1, 0).await;
    let url = format!("{}/msg/v1/send/json", sandbox.url);
    let wrong = json!({"account": "YZM0000001", "password": "x"});
    let answer = sandbox.client.post(url).json(&wrong).send().await.unwrap();
    assert_eq!(answer.json::<Value>().await.unwrap()["code"], "102");
    let answer = send(&sandbox, "chuanglan").await.unwrap();
    assert_eq!(answer.json::<Value>().await.unwrap()["code"], "103");
}
