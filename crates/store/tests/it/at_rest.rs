use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use countersign_core::application::{AppId, AppName, Origin};
use countersign_core::autofill::{AndroidAppHash, WebHost};
use countersign_core::channel::Channel;
use countersign_core::code::check::{Door, Unlock};
use countersign_core::phone::PhoneNumber;
use countersign_core::policy::{CodeRules, Resend};
use countersign_core::ports::store::{ApplicationChange, NewApplication, Store, StoreError};
use rusqlite::Connection;
use rusqlite::types::Value;

use crate::world::{PHONE, World, accepted, rules};

#[tokio::test]
async fn nothing_readable_is_at_rest() {
    let mut world = World::new();
    let new = NewApplication {
        id: AppId::parse("shop").unwrap(),
        name: AppName::parse("Shop").unwrap(),
        origins: vec![],
        web_host: None,
        android_app_hash: None,
        secret: "a-secret-in-clear".to_owned(),
    };
    world.store().create_application(new).await.unwrap();
    let (message, _) = world.login().await;
    world.settle(message, accepted()).await;
    assert_unreadable(world.dir.path());
    world.stop(); // once more with everything in its final place
    assert_unreadable(world.dir.path());
}

fn assert_unreadable(folder: &Path) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let bytes = fs::read(&path).unwrap();
        for secret in ["13800138000", "a-secret-in-clear"] {
            let found = bytes
                .windows(secret.len())
                .any(|part| part == secret.as_bytes());
            assert!(!found, "{} holds {secret:?}", path.display());
        }
    }
}

/// Everything in the database of a world in which `code` was sent to `phone`, guessed wrongly, unlocked and
/// used: a value per table, row and column.
async fn dump(key: u8, phone: &str, code: &str, resend: Resend) -> BTreeMap<String, Value> {
    let mut world = World::with_keys(key);
    let rules = CodeRules {
        resend,
        ..rules(Channel::Login)
    };
    world.send("app", Channel::Login, phone, code, rules).await;
    for (door, typed) in [(Door::Public, "999999"), (Door::Application, code)] {
        let check = world.typed(door, "app", Channel::Login, phone, typed);
        world.store().check(check).await.unwrap();
    }
    let unlock = Unlock {
        request_id: world.request_id(),
        phone: PhoneNumber::parse(phone, None).unwrap(),
        note: String::new(),
    };
    world.store().unlock(unlock).await.unwrap();
    world.stop();
    let database = Connection::open(world.dir.path().join("countersign.db")).unwrap();
    let mut tables = database
        .prepare("SELECT name FROM sqlite_schema WHERE type = 'table'")
        .unwrap();
    let tables: Vec<String> = tables
        .query_map([], |row| row.get(0))
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap();
    let mut all = BTreeMap::new();
    for table in tables {
        let mut select = database.prepare(&format!("SELECT * FROM {table}")).unwrap();
        let columns = select.column_count();
        let mut rows = select.query([]).unwrap();
        let mut number = 0;
        while let Some(row) = rows.next().unwrap() {
            for column in 0..columns {
                let place = format!("{table}.{number}.{column}");
                all.insert(place, row.get(column).unwrap());
            }
            number += 1;
        }
    }
    all
}

/// Where two dumps differ.
fn differences(one: &BTreeMap<String, Value>, other: &BTreeMap<String, Value>) -> Vec<String> {
    assert!(one.keys().eq(other.keys()), "the same rows");
    let pairs = one.iter().zip(other.values());
    pairs
        .filter(|((_, one), other)| one != other)
        .map(|((place, _), _)| place.clone())
        .collect()
}

#[tokio::test]
async fn whatever_depends_on_a_code_or_a_number_depends_on_the_keys_too() {
    for resend in [Resend::Rotate, Resend::Reuse] {
        let base = dump(7, PHONE, "000042", resend).await;
        assert_eq!(base, dump(7, PHONE, "000042", resend).await);
        let other_keys = differences(&base, &dump(8, PHONE, "000042", resend).await);
        let other_code = differences(&base, &dump(7, PHONE, "000043", resend).await);
        let other_phone = differences(&base, &dump(7, "+8613800138001", "000042", resend).await);
        assert!(!other_code.is_empty() && other_phone.len() > other_code.len());
        for place in other_code.iter().chain(&other_phone) {
            // Who has the database and not the keys can try all codes and numbers, and learns nothing.
            assert!(other_keys.contains(place), "{place} can be searched");
        }
    }
}

#[tokio::test]
async fn applications_and_their_secrets_last() {
    let mut world = World::new();
    let new = || NewApplication {
        id: AppId::parse("shop").unwrap(),
        name: AppName::parse("示例商城").unwrap(),
        origins: vec![Origin::parse("https://shop.example").unwrap()],
        web_host: Some(WebHost::parse("shop.example").unwrap()),
        android_app_hash: None,
        secret: "s3cret".to_owned(),
    };
    let created = world.store().create_application(new()).await.unwrap();
    assert_eq!(
        world.store().create_application(new()).await,
        Err(StoreError::AppIdTaken)
    );
    world.restart();
    let store = world.store();
    assert_eq!(
        store.applications().await.unwrap(),
        std::slice::from_ref(&created)
    );
    assert_eq!(
        store.application(&created.id).await.unwrap(),
        Some(Arc::new(created.clone()))
    );
    assert!(store.secret_matches(&created.id, "s3cret").await.unwrap());
    assert!(!store.secret_matches(&created.id, "other").await.unwrap());
    assert!(
        !store
            .secret_matches(&AppId::parse("none").unwrap(), "s3cret")
            .await
            .unwrap()
    );
}

#[tokio::test]
async fn an_application_changes_as_a_whole_or_not_at_all() {
    let mut world = World::new();
    let id = AppId::parse("shop").unwrap();
    let change = || ApplicationChange {
        android_app_hash: Some(Some(AndroidAppHash::parse("FA+9qCX9VSu").unwrap())),
        ..ApplicationChange::default()
    };
    assert_eq!(
        world.store().update_application(&id, change()).await,
        Err(StoreError::UnknownApplication)
    );
    let new = NewApplication {
        id: id.clone(),
        name: AppName::parse("Shop").unwrap(),
        origins: vec![Origin::parse("https://shop.example").unwrap()],
        web_host: Some(WebHost::parse("login.shop.example").unwrap()),
        android_app_hash: None,
        secret: "s3cret".to_owned(),
    };
    let created = world.store().create_application(new).await.unwrap();
    let changed = world.store().update_application(&id, change()).await;
    let changed = changed.unwrap();
    assert_eq!(
        changed,
        change().apply(created),
        "the rest is left as it was"
    );

    // The name alone would be fine, and so would each of the last lines.
    let long = ApplicationChange {
        name: Some(AppName::parse("一二三四五六七八九十一二三四五六七八九十").unwrap()),
        origins: Some(vec![]),
        ..ApplicationChange::default()
    };
    let refused = world.store().update_application(&id, long).await;
    assert!(
        matches!(refused, Err(StoreError::TooLong(_))),
        "{refused:?}"
    );
    for _ in 0..2 {
        let now = world.store().application(&id).await.unwrap();
        assert_eq!(now.as_deref(), Some(&changed));
        assert!(world.store().secret_matches(&id, "s3cret").await.unwrap());
        world.restart();
    }
}
