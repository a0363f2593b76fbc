//! The table of vendors, and the fields of each kind against what its code reads.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::*;
use crate::account::Account;
use crate::kind::{Field, Place};
use crate::testing::sample::{account, problems, resources};

/// A value that every kind takes for its required field of that name.
fn example(field: &Field) -> &'static str {
    match field.name {
        "url" => "https://vendor.example/{to}/{code}",
        _ => "example",
    }
}

/// An account with the required fields of `kind`, but for the field at `without`.
fn required_only(kind: &Kind, without: &str) -> Account {
    let given = kind.fields.iter();
    let given = given.filter(|field| field.required && field.path() != without);
    let (settings, secrets): (Vec<&Field>, Vec<&Field>) =
        given.partition(|field| field.place == Place::Settings);
    let settings = settings.into_iter();
    let settings = settings.map(|field| (field.name.to_owned(), json!(example(field))));
    let secrets: Vec<_> = secrets
        .into_iter()
        .map(|field| (field.name, example(field)))
        .collect();
    account(Value::Object(settings.collect::<Map<_, _>>()), &secrets)
}

#[test]
fn kinds_and_their_fields_have_names_of_their_own() {
    let all: BTreeSet<_> = KINDS.iter().map(|kind| kind.name).collect();
    assert_eq!(all.len(), KINDS.len());
    for known in KINDS {
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        assert!(known.name.chars().all(plain), "{}", known.name);
        assert_eq!(kind(known.name).unwrap().name, known.name);
        let paths: BTreeSet<_> = known.fields.iter().map(Field::path).collect();
        assert_eq!(paths.len(), known.fields.len(), "{}", known.name);
    }
}

#[test]
fn an_unknown_kind_is_refused_by_its_path() {
    for name in ["", "HTTP", "http ", "carrier-pigeon", &"x".repeat(99)] {
        let refused = open(name, account(json!({}), &[]), resources());
        let refused = refused.err().unwrap();
        assert_eq!(refused.first().path, "kind");
        let shown: String = name.chars().take(64).collect();
        let constraint = &refused.first().constraint;
        assert!(constraint.starts_with(&format!("{shown:?} is none of alibaba-cloud, ")));
    }
}

#[test]
fn an_unknown_field_is_refused_by_its_path() {
    for Kind { name, .. } in KINDS {
        let refused = problems(name, json!({"no such": 1}), &[("pin", "1234")]);
        let expected = "secrets.pin: this kind has no such secret; \
            settings.no such: this kind has no such setting; ";
        assert!(refused.starts_with(expected), "{name}: {refused}");
        assert!(!refused.contains("1234"), "{refused}");
    }
}

#[test]
fn each_missing_required_field_is_refused_by_its_path() {
    for kind in KINDS {
        assert_eq!(check(kind.name, &required_only(kind, "")), Ok(()));
        for field in kind.fields.iter().filter(|field| field.required) {
            let account = required_only(kind, &field.path());
            let refused = check(kind.name, &account).unwrap_err();
            let all: Vec<_> = refused.problems().map(ToString::to_string).collect();
            assert_eq!(all, [format!("{}: missing", field.path())], "{}", kind.name);
        }
    }
}

/// The fields that the parser of `kind` knows, as it tells them when it meets another.
fn parsed(kind: &Kind) -> BTreeSet<String> {
    let refused = (kind.check)(&account(json!({"no such": 1}), &[])).unwrap_err();
    let constraint = &refused.first().constraint;
    let mut quoted = constraint.split('`').skip(1).step_by(2);
    assert_eq!(quoted.next(), Some("no such"), "{constraint}");
    quoted.map(str::to_owned).collect()
}

#[test]
fn the_settings_of_a_kind_are_those_that_its_parser_reads() {
    for kind in KINDS {
        let settings = kind.fields.iter();
        let settings = settings.filter(|field| field.place == Place::Settings);
        let named: BTreeSet<_> = settings.map(|field| field.name.to_owned()).collect();
        assert_eq!(named, parsed(kind), "{}", kind.name);
    }
}

#[test]
fn the_parser_of_a_kind_needs_each_required_field_and_no_other() {
    for kind in KINDS {
        for field in kind.fields {
            let without = required_only(kind, &field.path());
            let passes = (kind.check)(&without).is_ok();
            assert_eq!(passes, !field.required, "{} {}", kind.name, field.path());
        }
    }
}
