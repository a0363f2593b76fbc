use std::sync::Arc;

use super::chain::{Breach, Broken, Entry, Head, Verifier};
use super::*;
use crate::application::{AppId, AppName, Application, Origins, TokenAlgorithm};
use crate::country_rules::Countries;
use crate::language::Languages;
use crate::network::Networks;
use crate::ports::setup::{ApplicationRecord, ProviderRecord, SecretMac};
use crate::secret::Secret;
use crate::send::route::ProviderName;
use crate::time::Timestamp;

const AT: Timestamp = Timestamp::from_millis(1_795_000_000_120);

fn entry(act: &Act) -> Value {
    let entry = Entry::after(&Head::default(), AT, act);
    serde_json::from_str(&entry.line()).unwrap()
}

fn chain(length: u8) -> Vec<Entry> {
    let mut head = Head::default();
    (0..length)
        .map(|n| {
            let target = Target::new("backup", format!("/backups/{n}"));
            let act = Act::outside(Author::service(), Verb::BackupMade, target, &[]);
            let entry = Entry::after(&head, AT, &act);
            head = entry.head();
            entry
        })
        .collect()
}

fn verify(entries: &[Entry], known: Option<Head>) -> Result<Head, Broken> {
    let mut verifier = Verifier::new(known);
    for entry in entries {
        verifier.take(entry)?;
    }
    verifier.finish()
}

fn shop(secret: u8, is_disabled: bool) -> Setting {
    Setting::Application(ApplicationRecord {
        application: Arc::new(Application {
            id: AppId::parse("shop").unwrap(),
            name: AppName::parse("Shop").unwrap(),
            sms_name: None,
            origins: Origins::default(),
            backends: Networks::default(),
            web_host: None,
            android_app_hash: None,
            default_country: None,
            allowed_countries: Countries::All,
            languages: Languages::default(),
            challenges: false,
            token_algorithm: TokenAlgorithm::default(),
            created_at: AT,
        }),
        secret: SecretMac::from_bytes([secret; 32]),
        replaced_secret: None,
        is_disabled,
    })
}

fn account(settings: &str, token: &str) -> Setting {
    Setting::Provider(ProviderRecord {
        name: ProviderName::parse("acme").unwrap(),
        kind: "http".to_owned(),
        settings: settings.to_owned(),
        secrets: [("token".to_owned(), Secret::new(token.to_owned()))].into(),
        receipts: Secret::new("6f1d0a4b8c2e97535a1f0c8e4d2b6a90".to_owned()),
        replaced_receipts: None,
        created_at: AT,
    })
}

/// Tells each change after the ones before it.
fn told(changes: Vec<Change>) -> Vec<Value> {
    let mut setup = Setup::default();
    let tell = |change: Change| {
        let act = Act::of_change(Author::service(), &setup, &change);
        setup = setup.after(change);
        entry(&act)
    };
    changes.into_iter().map(tell).collect()
}

#[test]
fn a_line_has_every_member_in_the_documented_order() {
    let author = Author {
        who: Actor::AccessKey("0a1b".to_owned()),
        door: Door::Api,
        from: Some("192.0.2.1".parse().unwrap()),
        request: None,
    };
    let act = Act::refused(author, "set-sms-route");
    let entry = Entry::after(&Head::default(), AT, &act);
    let zeros = "0".repeat(64);
    assert_eq!(
        entry.text,
        format!(
            r#"{{"seq":1,"at":"2026-11-18T11:06:40.120Z","who":{{"id":"0a1b","kind":"access_key"}},"door":"management_api","from":"192.0.2.1","request":null,"act":"endpoint_called","target":{{"kind":"endpoint","name":"set-sms-route"}},"before":null,"after":null,"result":"refused","prev":"{zeros}"}}"#
        )
    );
    assert_eq!(Entry::read(&entry.line()), Some(entry));
}

#[test]
fn a_chain_that_was_not_touched_verifies_up_to_its_head() {
    let entries = chain(5);
    let head = entries[4].head();
    for known in [None, Some(head), Some(entries[2].head())] {
        assert_eq!(verify(&entries, known), Ok(head));
    }
    assert_eq!(verify(&[], None), Ok(Head::default()));
}

#[test]
fn a_removed_moved_or_repeated_entry_is_found() {
    let entries = chain(5);
    let broken = |order: &[usize]| {
        let entries: Vec<_> = order.iter().map(|n| entries[*n].clone()).collect();
        verify(&entries, None).unwrap_err()
    };
    for (order, seq) in [
        (vec![0, 1, 3, 4], 3),
        (vec![1, 2, 3, 4], 1),
        (vec![0, 2, 1, 3, 4], 2),
        (vec![0, 1, 1, 2], 3),
    ] {
        let why = Breach::Missing;
        assert_eq!(broken(&order), Broken { seq, why }, "{order:?}");
    }
}

#[test]
fn a_chain_that_was_made_anew_from_some_entry_on_is_found_by_a_head_alone() {
    let entries = chain(5);
    let mut forged = entries[..2].to_vec();
    for _ in 2..5 {
        let target = Target::new("backup", "/elsewhere".to_owned());
        let act = Act::outside(Author::service(), Verb::BackupMade, target, &[]);
        let head = forged.last().unwrap().head();
        forged.push(Entry::after(&head, AT, &act));
    }
    assert!(verify(&forged, None).is_ok());
    let why = Breach::OtherHead;
    let found = verify(&forged, Some(entries[4].head()));
    assert_eq!(found, Err(Broken { seq: 5, why }));
    let cut = verify(&entries[..3], Some(entries[4].head()));
    let why = Breach::Missing;
    assert_eq!(cut, Err(Broken { seq: 4, why }));
}

#[test]
fn an_entry_of_another_chain_does_not_fit() {
    let (mut entries, mut others) = (chain(3), chain(1));
    let act = Act::refused(Author::service(), "set-sms-route");
    others.push(Entry::after(
        &Head {
            seq: 1,
            hash: [7; 32],
        },
        AT,
        &act,
    ));
    entries[1] = others.remove(1);
    let why = Breach::Detached;
    assert_eq!(verify(&entries, None), Err(Broken { seq: 2, why }));
}

#[test]
fn every_verb_is_read_by_its_name() {
    for verb in Verb::ALL {
        assert_eq!(Verb::parse(verb.as_str()), Some(verb));
    }
}

#[test]
fn a_change_is_told_by_the_parts_that_differ() {
    let acts = told(vec![
        Change::Put(shop(1, false)),
        Change::Put(shop(2, false)),
        Change::Put(shop(2, true)),
        Change::Put(shop(2, false)),
        Change::Put(shop(2, false)),
        Change::Remove(SettingKey::Application(AppId::parse("shop").unwrap())),
    ]);
    let verbs: Vec<_> = acts
        .iter()
        .map(|act| act["act"].as_str().unwrap())
        .collect();
    assert_eq!(
        verbs,
        [
            "application_created",
            "application_secret_renewed",
            "application_disabled",
            "application_enabled",
            "application_updated",
            "application_deleted",
        ]
    );
    assert_eq!(acts[0]["before"], Value::Null);
    assert_eq!(acts[0]["after"]["appName"], "Shop");
    assert_eq!(acts[1]["before"], json!({"secret": "..."}));
    assert_eq!(acts[2]["before"], json!({"disabled": false}));
    assert_eq!(acts[2]["after"], json!({"disabled": true}));
    assert_eq!(acts[4]["after"], json!({}));
    assert_eq!(acts[5]["before"], acts[0]["after"]);
}

#[test]
fn an_act_holds_no_secret_and_no_whole_number() {
    let settings = r#"{"url":"https://user:pass@acme.example/sms?key=abc","from":"+14155550132","texts":["call 13800138000!"],"id":1400123456}"#;
    let acts = told(vec![
        Change::Put(account(settings, "a-token-of-acme-1234")),
        Change::Put(account(settings, "another-token-of-1234")),
    ]);
    assert_eq!(
        acts[0]["after"],
        json!({
            "kind": "http", "receiptsPath": "...6a90", "secrets.token": "...1234",
            "settings.from": "+14****32", "settings.id": 1_400_123_456,
            "settings.texts": ["call +86138****8000!"],
            "settings.url": "https://acme.example/sms?...",
        })
    );
    // A new secret shows, although its end is that of the one before.
    assert_eq!(acts[1]["after"], json!({"secrets.token": "...1234"}));
}
