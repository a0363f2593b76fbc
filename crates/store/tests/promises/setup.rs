use std::time::Duration;

use countersign_core::application::AppId;
use countersign_core::audit::Author;
use countersign_core::ports::setup::{Change, ChangeError, SettingKey, Setup, SetupVersion};
use countersign_core::template::TemplateKind;
use tokio::time::timeout;

use crate::settings::{OVERLAP, SECRET_BEFORE, access_key, application, change, put, settings};
use crate::world::on_each_backend;

#[tokio::test]
async fn a_change_is_in_force_at_once_and_after_a_restart() {
    for mut world in on_each_backend() {
        let mut expected = (*world.setups().setup()).clone();
        for setting in settings(&world) {
            expected = expected.after(Change::Put(setting.clone()));
            assert_eq!(*put(&world, setting).await, expected);
            assert_eq!(*world.setups().setup(), expected);
        }
        world.restart();
        assert_eq!(*world.setups().setup(), expected);
    }
}

#[tokio::test]
async fn a_setting_that_is_put_again_takes_the_place_of_the_old_one() {
    for mut world in on_each_backend() {
        let first = put(&world, application(&world, "Shop", "s3cret")).await;
        let second = put(&world, application(&world, "Store", "s3cret")).await;
        let id = AppId::parse("shop").unwrap();
        for _ in 0..2 {
            let setup = world.setups().setup();
            assert_eq!(setup.applications.len(), 1);
            assert_eq!(setup.application(&id).unwrap().name.as_str(), "Store");
            let version = setup.version_of(&SettingKey::Application(id.clone()));
            assert_eq!(version, second.version);
            assert!(version > first.version);
            world.restart();
        }
    }
}

#[tokio::test]
async fn a_removed_setting_is_gone_at_once_and_after_a_restart() {
    for mut world in on_each_backend() {
        for setting in settings(&world) {
            put(&world, setting).await;
        }
        let all = settings(&world);
        for (taken, setting) in (1..).zip(&all) {
            let setup = change(&world, Change::Remove(setting.key())).await;
            assert_eq!(setup.version_of(&setting.key()), SetupVersion::NONE);
            let left = all
                .iter()
                .filter(|setting| setup.version_of(&setting.key()) > SetupVersion::NONE);
            assert_eq!(left.count(), all.len() - taken, "that setting alone");
        }
        let version = world.setups().setup().version;
        world.restart();
        let empty = Setup {
            version,
            ..Setup::default()
        };
        assert_eq!(*world.setups().setup(), empty);
    }
}

#[tokio::test]
async fn removing_a_text_leaves_the_vendor_template_of_its_scope() {
    for world in on_each_backend() {
        for setting in settings(&world) {
            put(&world, setting).await;
        }
        let setup = world.setups().setup();
        let vendors = |setup: &Setup| {
            let keys = setup.templates.keys();
            let vendors = keys.filter(|(_, kind)| *kind == TemplateKind::Vendor);
            vendors.cloned().collect::<Vec<_>>()
        };
        let [(scope, _)] = &vendors(&setup)[..] else {
            panic!("one vendor template");
        };
        let key = SettingKey::Template(scope.clone(), TemplateKind::Text);
        let after = change(&world, Change::Remove(key)).await;
        assert_eq!(after.templates.len(), setup.templates.len() - 1);
        assert_eq!(vendors(&after), vendors(&setup));
    }
}

#[tokio::test]
async fn two_changes_of_one_version_make_one_winner() {
    for mut world in on_each_backend() {
        let seen = world.setups().setup().version;
        let tasks: Vec<_> = (0..8)
            .map(|number| {
                let store = world.setups();
                let setting = access_key(&world, &format!("key-{number}"));
                tokio::spawn(async move {
                    store
                        .change(seen, Change::Put(setting), Author::service())
                        .await
                })
            })
            .collect();
        let mut won = Vec::new();
        for task in tasks {
            match task.await.unwrap() {
                Ok(setup) => won.push(setup),
                Err(error) => assert_eq!(error, ChangeError::Stale),
            }
        }
        let [winner] = &won[..] else {
            panic!("{} winners", won.len());
        };
        assert_eq!(winner.version, seen.next());
        assert_eq!(winner.access_keys.len(), 1);
        world.restart();
        assert_eq!(world.setups().setup(), *winner);
    }
}

#[tokio::test]
async fn a_change_of_an_old_version_is_refused_and_changes_nothing() {
    for mut world in on_each_backend() {
        let seen = world.setups().setup().version;
        let newest = put(&world, access_key(&world, "key")).await;
        for version in [seen, newest.version.next()] {
            let removal = Change::Remove(SettingKey::AccessKey("key".to_owned()));
            let refused = world
                .setups()
                .change(version, removal, Author::service())
                .await;
            assert_eq!(refused, Err(ChangeError::Stale));
        }
        world.restart();
        assert_eq!(world.setups().setup(), newest);
    }
}

#[tokio::test]
async fn a_change_with_a_dropped_future_is_made_whole_or_not_at_all() {
    for world in on_each_backend() {
        for number in 0..32 {
            let seen = world.setups().setup().version;
            let given_up = Change::Put(access_key(&world, &format!("given-up-{number}")));
            let _ = timeout(
                Duration::ZERO,
                world.setups().change(seen, given_up, Author::service()),
            )
            .await;
            let next = Change::Put(access_key(&world, &format!("next-{number}")));
            match world.setups().change(seen, next, Author::service()).await {
                Ok(setup) => assert_eq!(setup.version, seen.next()),
                Err(error) => {
                    assert_eq!(error, ChangeError::Stale);
                    assert!(world.setups().setup().version > seen, "there is news");
                }
            }
        }
    }
}

#[tokio::test]
async fn a_waiter_gets_the_newest_setup() {
    for world in on_each_backend() {
        let seen = world.setups().setup().version;
        let news = {
            let store = world.setups();
            tokio::spawn(async move { store.newer_than(seen).await })
        };
        tokio::task::yield_now().await;
        assert!(!news.is_finished(), "nothing has changed");
        let changed = put(&world, access_key(&world, "key")).await;
        assert_eq!(news.await.unwrap(), changed);
        assert_eq!(world.setups().newer_than(seen).await, changed, "at once");
        let setups = world.setups();
        let later = setups.newer_than(changed.version);
        timeout(Duration::from_millis(20), later).await.unwrap_err();
    }
}

#[tokio::test]
async fn only_its_own_secret_and_for_a_while_the_one_before_prove_an_application() {
    for mut world in on_each_backend() {
        put(&world, application(&world, "示例商城", "s3cret")).await;
        world.restart();
        let (store, now) = (world.setups(), world.now());
        let id = AppId::parse("shop").unwrap();
        let proved = store.application_with_secret(&id, "s3cret", now);
        assert_eq!(proved.as_ref(), store.setup().application(&id));
        assert!(proved.is_some());
        let before = |now| store.application_with_secret(&id, SECRET_BEFORE, now);
        assert_eq!(before(now), proved);
        assert_eq!(before(now.after(OVERLAP)), None, "at its end");
        for (id, secret) in [("shop", "other"), ("shop", ""), ("none", "s3cret")] {
            let id = AppId::parse(id).unwrap();
            assert_eq!(store.application_with_secret(&id, secret, now), None);
        }
    }
}
