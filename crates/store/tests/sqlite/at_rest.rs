use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use countersign_core::audit::Author;
use countersign_core::channel::Channel;
use countersign_core::code::check::{Caller, Unlock};
use countersign_core::phone::PhoneNumber;
use countersign_core::policy::{CodeRules, Resend};
use rusqlite::Connection;
use rusqlite::types::Value;

use crate::settings::{PATH, PATH_BEFORE, SECRET, SECRET_BEFORE, application, put, settings};
use crate::sqlite::Sqlite;
use crate::world::{PHONE, World, accepted, rules};

#[tokio::test]
async fn nothing_readable_is_at_rest() {
    let mut world = World::on(Sqlite::new());
    let shop = application(&world, "Shop", "a-secret-in-clear");
    put(&world, shop).await;
    let (message, _) = world.login().await;
    world.settle(message, accepted()).await;
    assert_unreadable(world.backend.dir.path());
    world.stop(); // once more with everything in its final place
    assert_unreadable(world.backend.dir.path());
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

/// Returns everything in the database of a world in which `code` was sent to `phone`, guessed wrongly, unlocked
/// and used: a value per table, row and column.
async fn dump(key: u8, phone: &str, code: &str, resend: Resend) -> BTreeMap<String, Value> {
    let mut world = World::on(Sqlite::with_keys(key)).with_code_key(key ^ 0xff);
    let rules = CodeRules {
        resend,
        ..rules(Channel::Login)
    };
    world.send("app", Channel::Login, phone, code, rules).await;
    for (caller, typed) in [(Caller::Public, "999999"), (Caller::Application, code)] {
        let check = world.typed(caller, "app", Channel::Login, phone, typed);
        world.ledger().check(check).await.unwrap();
    }
    let unlock = Unlock {
        request_id: world.request_id(),
        phone: PhoneNumber::parse(phone, None).unwrap(),
        note: String::new(),
        by: Author::service(),
    };
    world.ledger().unlock(unlock).await.unwrap();
    world.stop();
    let database = Connection::open(world.backend.dir.path().join("countersign.db")).unwrap();
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
    // The random id of the database.
    assert!(all.remove("identity.0.1").is_some());
    // The audit record is read without keys, and names the unlocked number in its masked form.
    let act = format!("{:?}", all.remove("audit.0.1").unwrap());
    assert!(!act.contains(phone) && act.contains("****"), "{act}");
    assert!(all.remove("audit.0.2").is_some());
    // Upkeep may have written it already, or not.
    all.retain(|place, _| !place.starts_with("numbering_plan."));
    all
}

/// Returns the places at which two dumps differ.
fn differences(one: &BTreeMap<String, Value>, other: &BTreeMap<String, Value>) -> Vec<String> {
    assert!(one.keys().eq(other.keys()), "the same rows");
    let pairs = one.iter().zip(other.values());
    pairs
        .filter(|((_, one), other)| one != other)
        .map(|((place, _), _)| place.clone())
        .collect()
}

// shows: A11
#[tokio::test]
async fn kept_digests_of_codes_and_numbers_depend_on_the_keys() {
    for resend in [Resend::Rotate, Resend::Reuse] {
        let base = dump(7, PHONE, "000042", resend).await;
        assert_eq!(base, dump(7, PHONE, "000042", resend).await);
        let other_keys = differences(&base, &dump(8, PHONE, "000042", resend).await);
        let other_code = differences(&base, &dump(7, PHONE, "000043", resend).await);
        let other_phone = differences(&base, &dump(7, "+8613800138001", "000042", resend).await);
        assert!(!other_code.is_empty() && other_phone.len() > other_code.len());
        for place in other_code.iter().chain(&other_phone) {
            // A thief of the database without the keys can try all codes and numbers, and must learn nothing.
            assert!(other_keys.contains(place), "{place} can be searched");
        }
    }
}

#[tokio::test]
async fn secrets_are_sealed_and_open_in_their_own_row_only() {
    let mut world = World::on(Sqlite::new());
    for setting in settings(&world) {
        put(&world, setting).await;
    }
    world.stop();
    for entry in fs::read_dir(world.backend.dir.path()).unwrap() {
        let bytes = fs::read(entry.unwrap().path()).unwrap();
        for secret in [SECRET, PATH, SECRET_BEFORE, PATH_BEFORE] {
            let found = bytes
                .windows(secret.len())
                .any(|part| part == secret.as_bytes());
            assert!(!found, "{secret} is readable");
        }
    }
    let log = world.backend.intruder();
    log.execute(
        "UPDATE setting SET sealed = (SELECT sealed FROM setting WHERE key = 'tencent') WHERE key = 'aliyun'",
        [],
    )
    .unwrap();
    drop(log);
    world.start();
    let setup = world.setups().setup();
    let names: Vec<_> = setup.providers.keys().map(ToString::to_string).collect();
    assert_eq!(
        names,
        ["tencent"],
        "a row with another's secrets is not read"
    );
}

// shows: found-V5
#[tokio::test]
async fn a_secret_does_not_open_beside_a_changed_endpoint_or_time() {
    let mut world = World::on(Sqlite::new());
    for setting in settings(&world) {
        put(&world, setting).await;
    }
    world.stop();
    let log = world.backend.intruder();
    let changed = log.execute(
        "UPDATE setting SET value = replace(value, '\"created_at\":', '\"created_at\":1') WHERE kind = 'access_key'
         OR key = 'aliyun'",
        [],
    );
    assert!(changed.unwrap() >= 1);
    drop(log);
    world.start();
    let setup = world.setups().setup();
    let names: Vec<_> = setup.providers.keys().map(ToString::to_string).collect();
    assert_eq!(names, ["tencent"], "the secret stays where it was");
    assert!(setup.access_keys.is_empty());
}
