//! What a person asks of the sandbox.

use serde_json::{Value, json};

use crate::running::Running;
use crate::signed::{PROTOCOLS, good};

#[tokio::test]
async fn messages_are_found_by_vendor_and_by_number() {
    let sandbox = Running::start().await;
    for protocol in PROTOCOLS {
        good(&sandbox, protocol).send().await.unwrap();
    }
    let count = async |query: &str| {
        let found = sandbox.get(&format!("messages?{query}")).await;
        found.as_array().unwrap().len()
    };
    assert_eq!(count("").await, 7);
    assert_eq!(count("vendor=chuanglan").await, 2);
    assert_eq!(count("to=%2B6591234567").await, 2);
    assert_eq!(
        count("to=+6591234567&vendor=chuanglan-international").await,
        1
    );
    assert_eq!(count("limit=3").await, 3);
    let newest = &sandbox.messages().await[0];
    assert_eq!(newest["vendor"], "http");
    assert_eq!(newest["at"], "2026-01-02T03:04:05Z");
}

#[tokio::test]
async fn a_wish_that_cannot_be_read_says_why() {
    let sandbox = Running::start().await;
    let wrong = [
        (
            "faults",
            json!({"vendor": "nobody", "fault": "reset"}),
            "nobody",
        ),
        ("faults", json!({"vendor": "http"}), "fault"),
        (
            "faults",
            json!({"vendor": "http", "fault": "reset", "time": 1}),
            "time",
        ),
        (
            "faults",
            json!({"vendor": "http", "fault": "reset", "times": 0}),
            "times",
        ),
        (
            "reports",
            json!({"vendor": "http", "url": "elsewhere"}),
            "url",
        ),
        (
            "reports",
            json!({"vendor": "http", "reports": "often"}),
            "often",
        ),
    ];
    for (path, body, names) in wrong {
        let answer = sandbox.post(path, body.clone()).await;
        assert_eq!(answer.status(), 400, "{body}");
        let answer: Value = answer.json().await.unwrap();
        assert!(
            answer["error"].as_str().unwrap().contains(names),
            "{answer}"
        );
    }
    assert_eq!(sandbox.get("faults").await, json!([]));
}
