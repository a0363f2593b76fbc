//! The meaning of codes, by the operator's table and by ours.

use serde_json::{Value, json};

use super::*;

fn map(codes: Value) -> Result<ErrorMap, String> {
    serde_json::from_value(codes).map_err(|error| error.to_string())
}

#[test]
fn the_longest_pattern_holds_and_the_operators_before_ours() {
    use Meaning::{Accepted, Refused, Unknown};
    use RefusalKind::{BadNumber, ConfigError, ContentRejected, Throttled, Transient};
    let ours = [
        ("isv.*", Refused(ConfigError)),
        ("OK", Accepted),
        ("isv.A", Refused(BadNumber)),
    ];
    let theirs = map(json!({
        "isv.BUSINESS*": "throttled",
        "isv.BUSINESS_LIMIT": "transient",
        "isv.BUSINESS_LIMIT*": "content_rejected",
        "lost": "unknown",
        "fine*": "accepted",
    }))
    .unwrap();
    for (code, meaning) in [
        ("isv.BUSINESS", Some(Refused(Throttled))),
        ("isv.BUSINESS_X", Some(Refused(Throttled))),
        ("isv.BUSINESS_LIMIT", Some(Refused(Transient))),
        ("isv.BUSINESS_LIMIT_CONTROL", Some(Refused(ContentRejected))),
        ("isv.BUSINES", Some(Refused(ConfigError))),
        ("isv.A", Some(Refused(BadNumber))),
        ("isv.AB", Some(Refused(ConfigError))),
        ("lost", Some(Unknown)),
        ("lost.", None),
        ("fine", Some(Accepted)),
        ("fine by us", Some(Accepted)),
        ("OK", Some(Accepted)),
        ("ok", None),
        ("", None),
    ] {
        assert_eq!(theirs.meaning(code, &ours), meaning, "{code}");
    }
    let all = map(json!({"*": "transient"})).unwrap();
    for code in ["", "OK", "isv.A"] {
        assert_eq!(all.meaning(code, &ours), Some(Refused(Transient)), "{code}");
    }
    let near = map(json!({"ab": "bad_number", "ab*": "throttled", "a**": "transient"})).unwrap();
    for (code, meaning) in [
        ("ab", Some(Refused(BadNumber))),
        ("abc", Some(Refused(Throttled))),
        ("a*c", Some(Refused(Transient))), // only the last star stands for more
        ("a", None),
    ] {
        assert_eq!(near.meaning(code, &[]), meaning, "{code}");
    }
    assert_eq!(ErrorMap::default().meaning("x", &[]), None);
}

#[test]
fn an_error_map_takes_only_outcomes_that_a_call_can_have() {
    for kind in RefusalKind::ALL {
        let read = map(json!({"1": kind.as_str()}));
        assert_eq!(read.is_ok(), kind.is_of_a_call(), "{}", kind.as_str());
    }
    for name in ["", "Accepted", "delivered", "failed", "retry"] {
        let why = map(json!({"1": name})).unwrap_err();
        assert!(why.contains(&format!("{name:?} is no outcome")), "{why}");
    }
    assert!(map(json!({"1": 2})).is_err());
    assert!(map(json!([])).is_err());
}
