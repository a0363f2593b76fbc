use std::fs;
use std::path::Path;

use countersign_core::application::{AppId, AppName, Origin};
use countersign_core::autofill::{AndroidAppHash, WebHost};
use countersign_core::ports::store::{ApplicationChange, NewApplication, Store, StoreError};

use crate::world::{World, accepted};

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
        Some(created.clone())
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
        assert_eq!(now.as_ref(), Some(&changed));
        assert!(world.store().secret_matches(&id, "s3cret").await.unwrap());
        world.restart();
    }
}
