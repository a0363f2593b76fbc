//! The table of vendors.

use serde_json::json;
use std::collections::BTreeSet;

use super::*;
use crate::testing::sample::setup;

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
        assert!(matches!(&refused, InvalidSetup::Kind { name, .. } if *name == shown));
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
