//! Any answer of a vendor that an operator describes: no panic, and what is kept of it can be shown on a terminal.
//!
//! An input is a set of rules, a status, a charset and the body.

#![no_main]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a target panics to report"
)]

use std::collections::BTreeMap;
use std::sync::LazyLock;

use countersign_core::send::outcome::Outcome;
use countersign_core::send::route::ProviderName;
use countersign_providers::account::Account;
use countersign_providers::egress::{Answer, Reach};
use countersign_providers::http::AnswerReader;
use libfuzzer_sys::fuzz_target;
use serde_json::{Value, json};

/// Content types, of which the first names no charset.
const TYPES: [&str; 9] = [
    "application/json",
    "text/plain; charset=gbk",
    "text/plain; charset=big5",
    "text/xml; charset=euc-kr",
    "text/xml; charset=Shift_JIS",
    "text/plain; charset=iso-2022-jp",
    "text/plain; charset=utf-16",
    "text/plain; charset=gb18030",
    "text/plain; charset=x",
];

static READERS: LazyLock<Vec<AnswerReader>> = LazyLock::new(|| {
    let rules = [
        json!({"success": {"pointer": "/a", "equals": ["0"]}, "message_id": "/b", "error_code": "/a", "error_message": "/c"}),
        json!({"success": {"pointer": "/a/b", "equals": ["0"]}, "message_id": "/a/@b", "error_code": "/a/c", "error_message": "/a/#text"}),
        json!({"success": {"pattern": ["0: *", "OK*"]}, "message_id": "ID: {}", "error_code": "ERR: {}", "error_message": "SAY: {}."}),
        json!({"success": {"statuses": [201]}, "error_code": "ERR{}", "errors": {"1*": "throttled", "HTTP 500": "transient"}}),
    ];
    rules.into_iter().map(reader).collect()
});

fn reader(mut settings: Value) -> AnswerReader {
    settings["url"] = json!("https://sms.example/");
    settings["format"] = json!("json");
    settings["body"] = json!({"to": "{to}", "text": "{text}"});
    AnswerReader::new(&Account {
        name: ProviderName::parse("account").unwrap(),
        settings,
        secrets: BTreeMap::new(),
        reach: Reach::Public,
    })
    .unwrap()
}

fuzz_target!(|input: (u8, u16, u8, &[u8])| {
    let (rules, status, charset, body) = input;
    let reader = &READERS[usize::from(rules) % READERS.len()];
    let content_type = TYPES[usize::from(charset) % TYPES.len()];
    let answer = Answer::new(200 + status % 400, Some(content_type), body.to_vec());
    assert!(std::str::from_utf8(&answer.body).is_ok());
    let kept = match reader.outcome(&answer) {
        Outcome::Accepted {
            provider_message_id,
        } => provider_message_id,
        Outcome::NotAccepted(why) => why.vendor_code,
        Outcome::Unknown { cause } => Some(cause),
    };
    let kept = kept.unwrap_or_default();
    assert!(!kept.chars().any(char::is_control), "{kept:?}");
    assert!(kept.chars().count() <= 512, "{kept:?}");
});
