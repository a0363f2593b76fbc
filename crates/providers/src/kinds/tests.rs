//! The table of vendors, and of what their codes mean.

use serde_json::{Value, json};
use std::collections::BTreeSet;

use super::*;
use crate::egress::Reach;
use crate::sample::setup;

#[test]
fn kinds_have_names_of_their_own() {
    let all: BTreeSet<_> = names().into_iter().collect();
    assert_eq!(all.len(), KINDS.len());
    for known in KINDS {
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        assert!(known.name.chars().all(plain), "{}", known.name);
        assert_eq!(kind(known.name).unwrap().name, known.name);
        let secrets: BTreeSet<_> = known.secrets.iter().collect();
        assert_eq!(secrets.len(), known.secrets.len(), "{}", known.name);
    }
}

#[test]
fn what_is_not_known_is_named() {
    for name in ["", "HTTP", "http ", "carrier-pigeon", &"x".repeat(99)] {
        let refused = build(name, setup(json!({}), &[])).err().unwrap();
        let shown: String = name.chars().take(64).collect();
        assert_eq!(refused, InvalidSetup::Kind(shown));
        assert!(refused.to_string().contains("is none of"), "{refused}");
    }
    for known in KINDS {
        let refused = build(known.name, setup(json!({}), &[("pin", "1234")])).err();
        let unknown = InvalidSetup::UnknownSecret("pin".to_owned());
        assert_eq!(refused, Some(unknown), "{}", known.name);
        let refused = build(known.name, setup(json!({"no such": 1}), &[])).err();
        assert!(refused.is_some(), "{}", known.name);
    }
}

#[test]
fn a_secret_is_there_or_named() {
    let setup = setup(json!({}), &[("a", "x"), ("b", "")]);
    assert_eq!(setup.secret("a").unwrap().reveal(), "x");
    assert_eq!(setup.secret("b"), Err(InvalidSetup::NoSecret("b")));
    assert_eq!(setup.secret("c"), Err(InvalidSetup::NoSecret("c")));
    assert!(!format!("{setup:?}").contains("Secret"));
}

#[test]
fn an_endpoint_is_the_vendors_or_one_in_reach() {
    let setup = Setup {
        egress: Egress::new(Reach::Public).unwrap(),
        ..setup(json!({}), &[])
    };
    let own = "https://vendor.example/";
    assert_eq!(setup.endpoint(None, own).unwrap().as_str(), own);
    let other = "https://other.example/";
    assert_eq!(setup.endpoint(Some(other), own).unwrap().as_str(), other);
    let refused = setup.endpoint(Some("https://127.0.0.1/"), own).unwrap_err();
    assert!(
        refused
            .to_string()
            .starts_with("settings.endpoint: addresses")
    );
}

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
fn only_what_a_call_can_come_to_is_an_outcome() {
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
