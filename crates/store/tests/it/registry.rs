use std::collections::BTreeMap;
use std::fs;

use countersign_core::application::AppId;
use countersign_core::channel::Channel;
use countersign_core::phone::Country;
use countersign_core::ports::registry::{AccessKey, Change, ProviderRecord, Registrar};
use countersign_core::ports::store::Store;
use countersign_core::secret::Secret;
use countersign_core::send::route::{OnUnknown, Order, ProviderName, Route, RouteScope};
use countersign_core::template::{Language, Template, TemplateScope, VendorTemplate};

use crate::world::World;

const SECRET: &str = "a-vendors-secret-0001";
const PATH: &str = "6f1d0a4b8c2e97535a1f0c8e4d2b6a90";

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

/// One change of every kind that puts something.
fn changes(world: &World) -> Vec<Change> {
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
        Change::Provider(provider(world, "aliyun")),
        Change::Provider(provider(world, "tencent")),
        Change::Route(of_app, drawn),
        Change::Route(everywhere, listed),
        Change::Template(TemplateScope::default(), text.clone()),
        Change::Template(scope.clone(), Template::Vendor(vendor)),
        Change::Template(scope, text),
        Change::AccessKey(AccessKey {
            id: "key".to_owned(),
            secret: Secret::new(SECRET.to_owned()),
            created_at: world.store().now(),
        }),
    ]
}

#[tokio::test]
async fn what_is_set_up_is_there_at_once_and_after_a_restart() {
    let mut world = World::new();
    let mut expected = (*world.store().registry()).clone();
    for change in changes(&world) {
        expected.apply(change.clone());
        let answered = world.store().change(change).await.unwrap();
        assert_eq!(*answered, expected);
    }
    world.restart();
    assert_eq!(*world.store().registry(), expected);
}

#[tokio::test]
async fn what_is_taken_away_is_gone() {
    let mut world = World::new();
    for change in changes(&world) {
        world.store().change(change).await.unwrap();
    }
    let all = world.store().registry();
    for name in all.providers.keys() {
        world
            .store()
            .change(Change::NoProvider(name.clone()))
            .await
            .unwrap();
    }
    for scope in all.routes.keys() {
        world
            .store()
            .change(Change::NoRoute(scope.clone()))
            .await
            .unwrap();
    }
    for ((scope, kind), taken) in all.templates.keys().zip(1..) {
        let change = Change::NoTemplate(scope.clone(), *kind);
        world.store().change(change).await.unwrap();
        let left = world.store().registry().templates.len();
        assert_eq!(
            left,
            all.templates.len() - taken,
            "the one of that kind alone"
        );
    }
    for id in all.access_keys.keys() {
        world
            .store()
            .change(Change::NoAccessKey(id.clone()))
            .await
            .unwrap();
    }
    world.restart();
    assert_eq!(*world.store().registry(), Default::default());
}

#[tokio::test]
async fn secrets_are_sealed_and_open_in_their_own_row_only() {
    let mut world = World::new();
    for change in changes(&world) {
        world.store().change(change).await.unwrap();
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
    let names: Vec<_> = world
        .store()
        .registry()
        .providers
        .keys()
        .map(ToString::to_string)
        .collect();
    assert_eq!(
        names,
        ["tencent"],
        "a row with another's secrets is not read"
    );
}
