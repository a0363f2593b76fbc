//! The table of vendors, and the fields of each kind against what its code reads.

use std::collections::BTreeSet;

use countersign_core::phone::PhoneNumber;
use countersign_core::ports::provider::Content;
use serde_json::{Map, Value, json};

use super::*;
use crate::account::Account;
use crate::kind::{Field, Place};
use crate::testing::sample::{account, problems, resources};

/// An account of `kind` with the examples of those of its fields that are `given`.
fn account_of(kind: &Kind, given: impl Fn(&Field) -> bool) -> Account {
    let fields = kind.fields.iter().filter(|field| given(field));
    let (settings, secrets): (Vec<&Field>, Vec<&Field>) =
        fields.partition(|field| field.place == Place::Settings);
    let value = |field: &Field| match field.example.starts_with('{') {
        true => serde_json::from_str(field.example).unwrap(),
        false => json!(field.example),
    };
    let settings = settings.into_iter();
    let settings = settings.map(|field| (field.name.to_owned(), value(field)));
    let secrets = secrets.into_iter();
    let secrets: Vec<_> = secrets.map(|field| (field.name, field.example)).collect();
    account(Value::Object(settings.collect::<Map<_, _>>()), &secrets)
}

/// An account with the required fields of `kind`, but for the field at `without`.
fn required_only(kind: &Kind, without: &str) -> Account {
    account_of(kind, |field| field.required && field.path() != without)
}

#[test]
fn a_kind_takes_the_examples_of_all_its_fields() {
    for kind in KINDS {
        let all = account_of(kind, |_| true);
        assert_eq!(check(kind.name, &all), Ok(()), "{}", kind.name);
    }
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

/// Accounts of `kind` with its required fields only, and with each setting beside them that changes what messages are.
fn of_each_content(kind: &Kind) -> Vec<Account> {
    let plain = required_only(kind, "");
    let mut accounts = vec![plain.clone()];
    let changes = match kind.name {
        "chuanglan" => json!({"api": "v2"}),
        "http" => {
            json!({"content": "template", "url": "https://vendor.example/{to}/{code}/{template_id}"})
        }
        _ => return accounts,
    };
    let mut changed = plain;
    let changes = changes.as_object().unwrap().clone();
    changed.settings.as_object_mut().unwrap().extend(changes);
    accounts.push(changed);
    accounts
}

#[test]
fn the_template_that_a_kind_asks_for_is_the_one_that_its_provider_fills() {
    for kind in KINDS {
        for account in of_each_content(kind) {
            let parts = (kind.template)(&account.settings);
            let provider = open(kind.name, account.clone(), resources()).unwrap();
            for (number, country) in [("+8613800138000", "CN"), ("+14155550132", "US")] {
                let fills = parts.is_some_and(|parts| parts.country.is_none_or(|c| c == country));
                let expected = if fills {
                    Content::Template
                } else {
                    Content::Text
                };
                let phone = PhoneNumber::parse(number, None).unwrap();
                let settings = &account.settings;
                assert_eq!(
                    provider.content(&phone),
                    expected,
                    "{} {settings}",
                    kind.name
                );
            }
        }
    }
}

#[test]
fn an_http_account_takes_a_signature_where_its_request_has_a_place_for_one() {
    let kind = kind("http").unwrap();
    let parts = |body: &str| {
        let settings = json!({"content": "template", "body": {"a": [body]}});
        (kind.template)(&settings).unwrap()
    };
    assert!(parts("{signature}").signature);
    assert!(!parts("{template_id}").signature);
    assert_eq!((kind.template)(&json!({"body": "{text}"})), None);
}
