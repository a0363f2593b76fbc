use std::collections::BTreeMap;
use std::fs;
use std::sync::Arc;
use std::time::Duration;

use countersign_core::application::{AppId, AppName, Application, Origin, Origins};
use countersign_core::autofill::{AndroidAppHash, WebHost};
use countersign_core::channel::Channel;
use countersign_core::phone::Country;
use countersign_core::ports::setup::{
    AccessKey, ApplicationRecord, Change, ChangeError, ProviderRecord, Setting, SettingKey, Setup,
    SetupStore, SetupVersion,
};
use countersign_core::ports::store::Store;
use countersign_core::secret::Secret;
use countersign_core::send::route::{OnUnknown, Order, ProviderName, Route, RouteScope};
use countersign_core::template::{Language, Template, TemplateKind, TemplateScope, VendorTemplate};
use tokio::time::timeout;

use crate::world::World;

const SECRET: &str = "a-vendors-secret-0001";
const PATH: &str = "6f1d0a4b8c2e97535a1f0c8e4d2b6a90";

/// Makes a change of the newest version.
async fn change(world: &World, change: Change) -> Arc<Setup> {
    let seen = world.store().setup().version;
    world.store().change(seen, change).await.unwrap()
}

pub(crate) async fn put(world: &World, setting: Setting) -> Arc<Setup> {
    change(world, Change::Put(setting)).await
}

/// The application `shop` of that name, with that secret.
pub(crate) fn application(world: &World, name: &str, secret: &str) -> Setting {
    let id = AppId::parse("shop").unwrap();
    Setting::Application(ApplicationRecord {
        secret: world.store().secret_mac(&id, secret),
        application: Arc::new(Application {
            id,
            name: AppName::parse(name).unwrap(),
            origins: Origins::new(vec![Origin::parse("https://shop.example").unwrap()]).unwrap(),
            web_host: Some(WebHost::parse("shop.example").unwrap()),
            android_app_hash: Some(AndroidAppHash::parse("FA+9qCX9VSu").unwrap()),
            created_at: world.store().now(),
        }),
    })
}

fn provider(world: &World, name: &str) -> ProviderRecord {
    ProviderRecord {
        name: ProviderName::parse(name).unwrap(),
        kind: "alibaba-cloud".to_owned(),
        settings: r#"{"access_key_id":"LTAI5t"}"#.to_owned(),
        secrets: BTreeMap::from([(
            "access_key_secret".to_owned(),
            Secret::new(SECRET.to_owned()),
        )]),
        receipts: Secret::new(PATH.to_owned()),
        created_at: world.store().now(),
    }
}

/// One setting of every kind, and of each variant within a kind.
fn settings(world: &World) -> Vec<Setting> {
    let app = Some(AppId::parse("shop").unwrap());
    let name = || ProviderName::parse("aliyun").unwrap();
    let of_app = RouteScope {
        app: app.clone(),
        country: Some(Country::CHINA),
    };
    let everywhere = RouteScope {
        app: None,
        country: None,
    };
    let drawn = Route {
        providers: vec![(name(), 70), (ProviderName::parse("tencent").unwrap(), 30)],
        order: Order::Weighted,
        on_unknown: OnUnknown::FailoverSameCode,
    };
    let listed = Route {
        order: Order::Listed,
        on_unknown: OnUnknown::Keep,
        ..drawn.clone()
    };
    let scope = TemplateScope {
        app,
        channel: Some(Channel::Login),
        provider: Some(name()),
        language: Some(Language::ZhCn),
    };
    let vendor = VendorTemplate {
        id: "SMS_154950909".to_owned(),
        signature: Some("阿里云".to_owned()),
        variables: vec!["code={code}".parse().unwrap(), "{minutes}".parse().unwrap()],
    };
    let text = Template::Text("【{app}】{code}".parse().unwrap());
    vec![
        application(world, "示例商城", "s3cret"),
        Setting::Provider(provider(world, "aliyun")),
        Setting::Provider(provider(world, "tencent")),
        Setting::Route(of_app, drawn),
        Setting::Route(everywhere, listed),
        Setting::Template(TemplateScope::default(), text.clone()),
        Setting::Template(scope.clone(), Template::Vendor(vendor)),
        Setting::Template(scope, text),
        access_key(world, "key"),
    ]
}

fn access_key(world: &World, id: &str) -> Setting {
    Setting::AccessKey(AccessKey {
        id: id.to_owned(),
        secret: Secret::new(SECRET.to_owned()),
        created_at: world.store().now(),
    })
}

#[tokio::test]
async fn a_change_is_in_force_at_once_and_after_a_restart() {
    let mut world = World::new();
    let mut expected = (*world.store().setup()).clone();
    for setting in settings(&world) {
        expected = expected.after(Change::Put(setting.clone()));
        assert_eq!(*put(&world, setting).await, expected);
        assert_eq!(*world.store().setup(), expected);
    }
    world.restart();
    assert_eq!(*world.store().setup(), expected);
}

#[tokio::test]
async fn a_setting_that_is_put_again_takes_the_place_of_the_old_one() {
    let mut world = World::new();
    let first = put(&world, application(&world, "Shop", "s3cret")).await;
    let second = put(&world, application(&world, "Store", "s3cret")).await;
    let id = AppId::parse("shop").unwrap();
    for _ in 0..2 {
        let setup = world.store().setup();
        assert_eq!(setup.applications.len(), 1);
        assert_eq!(setup.application(&id).unwrap().name.as_str(), "Store");
        let version = setup.version_of(&SettingKey::Application(id.clone()));
        assert_eq!(version, second.version);
        assert!(version > first.version);
        world.restart();
    }
}

#[tokio::test]
async fn a_removed_setting_is_gone_at_once_and_after_a_restart() {
    let mut world = World::new();
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
    let version = world.store().setup().version;
    world.restart();
    let empty = Setup {
        version,
        ..Setup::default()
    };
    assert_eq!(*world.store().setup(), empty);
}

#[tokio::test]
async fn removing_a_text_leaves_the_vendor_template_of_its_scope() {
    let world = World::new();
    for setting in settings(&world) {
        put(&world, setting).await;
    }
    let setup = world.store().setup();
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

#[tokio::test]
async fn two_changes_of_one_version_make_one_winner() {
    let mut world = World::new();
    let seen = world.store().setup().version;
    let tasks: Vec<_> = (0..8)
        .map(|number| {
            let store = Arc::clone(world.store());
            let setting = access_key(&world, &format!("key-{number}"));
            tokio::spawn(async move { store.change(seen, Change::Put(setting)).await })
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
    assert_eq!(world.store().setup(), *winner);
}

#[tokio::test]
async fn a_change_of_an_old_version_is_refused_and_changes_nothing() {
    let mut world = World::new();
    let seen = world.store().setup().version;
    let newest = put(&world, access_key(&world, "key")).await;
    for version in [seen, newest.version.next()] {
        let removal = Change::Remove(SettingKey::AccessKey("key".to_owned()));
        let refused = world.store().change(version, removal).await;
        assert_eq!(refused, Err(ChangeError::Stale));
    }
    world.restart();
    assert_eq!(world.store().setup(), newest);
}

#[tokio::test]
async fn a_change_that_is_given_up_makes_the_next_one_stale_or_nothing() {
    let world = World::new();
    for number in 0..32 {
        let seen = world.store().setup().version;
        let given_up = Change::Put(access_key(&world, &format!("given-up-{number}")));
        let _ = timeout(Duration::ZERO, world.store().change(seen, given_up)).await;
        let next = Change::Put(access_key(&world, &format!("next-{number}")));
        match world.store().change(seen, next).await {
            Ok(setup) => assert_eq!(setup.version, seen.next()),
            Err(error) => {
                assert_eq!(error, ChangeError::Stale);
                assert!(world.store().setup().version > seen, "there is news");
            }
        }
    }
}

#[tokio::test]
async fn whoever_waits_for_news_gets_the_newest_setup() {
    let world = World::new();
    let seen = world.store().setup().version;
    let news = {
        let store = Arc::clone(world.store());
        tokio::spawn(async move { store.newer_than(seen).await })
    };
    tokio::task::yield_now().await;
    assert!(!news.is_finished(), "nothing has changed");
    let changed = put(&world, access_key(&world, "key")).await;
    assert_eq!(news.await.unwrap(), changed);
    assert_eq!(world.store().newer_than(seen).await, changed, "at once");
    let later = world.store().newer_than(changed.version);
    timeout(Duration::from_millis(20), later).await.unwrap_err();
}

#[tokio::test]
async fn only_its_own_secret_proves_an_application() {
    let mut world = World::new();
    put(&world, application(&world, "示例商城", "s3cret")).await;
    world.restart();
    let store = world.store();
    let id = AppId::parse("shop").unwrap();
    let proved = store.application_with_secret(&id, "s3cret");
    assert_eq!(proved.as_ref(), store.setup().application(&id));
    assert!(proved.is_some());
    for (id, secret) in [("shop", "other"), ("shop", ""), ("none", "s3cret")] {
        let id = AppId::parse(id).unwrap();
        assert_eq!(store.application_with_secret(&id, secret), None);
    }
}

#[tokio::test]
async fn secrets_are_sealed_and_open_in_their_own_row_only() {
    let mut world = World::new();
    for setting in settings(&world) {
        put(&world, setting).await;
    }
    world.stop();
    for entry in fs::read_dir(world.dir.path()).unwrap() {
        let bytes = fs::read(entry.unwrap().path()).unwrap();
        for secret in [SECRET, PATH] {
            let found = bytes
                .windows(secret.len())
                .any(|part| part == secret.as_bytes());
            assert!(!found, "{secret} is readable");
        }
    }
    let log = rusqlite::Connection::open(world.dir.path().join("countersign.db")).unwrap();
    log.execute(
        "UPDATE setting SET sealed = (SELECT sealed FROM setting WHERE key = 'tencent') WHERE key = 'aliyun'",
        [],
    )
    .unwrap();
    drop(log);
    world.start();
    let setup = world.store().setup();
    let names: Vec<_> = setup.providers.keys().map(ToString::to_string).collect();
    assert_eq!(
        names,
        ["tencent"],
        "a row with another's secrets is not read"
    );
}
