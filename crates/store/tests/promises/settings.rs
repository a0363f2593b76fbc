//! Settings to put into a store.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use countersign_core::application::{
    AppId, AppName, Application, Origin, Origins, SmsName, TokenAlgorithm,
};
use countersign_core::audit::Author;
use countersign_core::autofill::{AndroidAppHash, WebHost};
use countersign_core::channel::Channel;
use countersign_core::country_rules::Countries;
use countersign_core::guard::{Area, Block, Range, RangeKind, Reading, Reason, Safe, SafeEntry};
use countersign_core::language::{LanguageChoice, LanguageTag, Languages};
use countersign_core::limit::Mode;
use countersign_core::network::{Network, Networks};
use countersign_core::phone::{Country, PhoneNumber};
use countersign_core::ports::setup::{
    AccessKey, ApplicationRecord, Change, ProviderRecord, Replaced, Setting, Setup,
};
use countersign_core::secret::Secret;
use countersign_core::send::route::{OnUnknown, ProviderName, Route, RouteScope, Selection};
use countersign_core::staff::person::{
    Credentials, Person, PersonId, PersonName, SecondFactor, Status,
};
use countersign_core::staff::recovery::RecoveryCodes;
use countersign_core::staff::token::TokenHash;
use countersign_core::staff::totp::TotpSecret;
use countersign_core::staff::{Applications, Role};
use countersign_core::template::{Template, TemplateScope, VendorTemplate};
use countersign_core::zone::Zone;

use crate::backend::Backend;
use crate::world::World;

pub(crate) const SECRET: &str = "a-vendors-secret-0001";
pub(crate) const PATH: &str = "6f1d0a4b8c2e97535a1f0c8e4d2b6a90";
pub(crate) const PATH_BEFORE: &str = "00112233445566778899aabbccddeeff";

/// The secret of the application before, and the time for which it is good.
pub(crate) const SECRET_BEFORE: &str = "s3cret-before";
pub(crate) const OVERLAP: Duration = Duration::from_secs(3_600);

/// Makes a change of the newest version.
pub(crate) async fn change(world: &World<impl Backend>, change: Change) -> Arc<Setup> {
    let seen = world.setups().setup().version;
    world
        .setups()
        .change(seen, change, Author::service())
        .await
        .unwrap()
}

pub(crate) async fn put(world: &World<impl Backend>, setting: Setting) -> Arc<Setup> {
    change(world, Change::Put(setting)).await
}

/// The application `shop` with this name and this secret.
pub(crate) fn application(world: &World<impl Backend>, name: &str, secret: &str) -> Setting {
    let id = AppId::parse("shop").unwrap();
    Setting::Application(ApplicationRecord {
        secret: world.setups().secret_mac(&id, secret),
        replaced_secret: Some(Replaced {
            value: world.setups().secret_mac(&id, SECRET_BEFORE),
            until: world.now().after(OVERLAP),
        }),
        is_disabled: true,
        application: Arc::new(Application {
            id,
            name: AppName::parse(name).unwrap(),
            origins: Origins::new(vec![Origin::parse("https://shop.example").unwrap()]).unwrap(),
            backends: Networks::new(vec![Network::parse("10.1.0.0/16").unwrap()]).unwrap(),
            web_host: Some(WebHost::parse("shop.example").unwrap()),
            android_app_hash: Some(AndroidAppHash::parse("FA+9qCX9VSu").unwrap()),
            default_country: Country::parse("DE"),
            allowed_countries: Countries::Only(Country::parse("DE").into_iter().collect()),
            languages: Languages {
                choice: LanguageChoice::ByRequest,
                default: LanguageTag::parse("fr-FR"),
            },
            challenges: true,
            token_algorithm: TokenAlgorithm::Es256,
            sms_name: SmsName::parse("Shop").ok(),
            created_at: world.now(),
        }),
    })
}

pub(crate) fn provider(world: &World<impl Backend>, name: &str) -> ProviderRecord {
    ProviderRecord {
        name: ProviderName::parse(name).unwrap(),
        kind: "alibaba-cloud".to_owned(),
        settings: r#"{"access_key_id":"LTAI5t"}"#.to_owned(),
        secrets: BTreeMap::from([(
            "access_key_secret".to_owned(),
            Secret::new(SECRET.to_owned()),
        )]),
        receipts: Secret::new(PATH.to_owned()),
        replaced_receipts: Some(Replaced {
            value: Secret::new(PATH_BEFORE.to_owned()),
            until: world.now().after(OVERLAP),
        }),
        created_at: world.now(),
    }
}

/// One setting of every kind, and of each variant within a kind.
pub(crate) fn settings(world: &World<impl Backend>) -> Vec<Setting> {
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
        order: Selection::Weighted,
        on_unknown: OnUnknown::FailoverSameCode,
    };
    let listed = Route {
        order: Selection::Listed,
        on_unknown: OnUnknown::Keep,
        ..drawn.clone()
    };
    let scope = TemplateScope {
        app,
        channel: Some(Channel::Login),
        provider: Some(name()),
        language: LanguageTag::parse("zh-Hant-HK"),
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
    .into_iter()
    .chain(blocks(world))
    .chain(safe_list(world))
    .chain(people(world).map(Setting::Person))
    .collect()
}

/// A block of each reason.
fn blocks(world: &World<impl Backend>) -> impl Iterator<Item = Setting> {
    let reading = Reading {
        sends: 50,
        verified: 5,
    };
    let area = |app, kind, value| Area {
        app,
        range: Range::parse(kind, value).unwrap(),
    };
    let block = |area, reason, mode, until| Block {
        area,
        reason,
        mode,
        since: world.now(),
        until,
        step: 2,
        lifted_at: None,
        note: "a note".to_owned(),
    };
    let prefix = area(AppId::parse("shop").ok(), RangeKind::Prefix, "+1415555");
    let all = area(None, RangeKind::CallingCode, "+1");
    let country = area(None, RangeKind::Country, "US");
    let until = Some(world.now().after(OVERLAP));
    let lifted = Block {
        lifted_at: Some(world.now()),
        ..block(country, Reason::Operator, Mode::Enforce, None)
    };
    let limit = Reason::Limit("day".to_owned());
    let blocks = [
        block(prefix, Reason::Conversion(reading), Mode::Monitor, until),
        block(all, limit, Mode::Challenge, until),
        lifted,
    ];
    blocks.into_iter().map(Setting::Block)
}

/// An entry of the safe list of each kind.
fn safe_list(world: &World<impl Backend>) -> impl Iterator<Item = Setting> {
    let kinds = [
        Safe::Number(PhoneNumber::parse("+8613800138000", None).unwrap()),
        Safe::Range(Range::parse(RangeKind::Prefix, "+1415555").unwrap()),
        Safe::Network(Network::parse("192.0.2.0/24").unwrap()),
    ];
    let now = world.now();
    let entries = kinds
        .into_iter()
        .enumerate()
        .map(move |(place, who)| SafeEntry {
            id: format!("{place:016}"),
            who,
            until: now.after(OVERLAP),
            note: "a note".to_owned(),
            created_at: now,
        });
    entries.map(Setting::Safe)
}

/// A person of each status.
pub(crate) fn people(world: &World<impl Backend>) -> [Person; 3] {
    let now = world.now();
    let person = |id: &str, name| Person {
        id: PersonId::parse(&id.repeat(16)).unwrap(),
        name: PersonName::parse(name),
        role: Role::Owner,
        applications: Applications::All,
        language: LanguageTag::parse("zh-CN"),
        theme: "dark".to_owned(),
        zone: Zone::parse("Asia/Shanghai").unwrap(),
        status: Status::Active(Credentials {
            password: Secret::new(SECRET.to_owned()),
            second_factor: None,
        }),
        epoch: 3,
        created_at: now,
    };
    let factor = SecondFactor {
        totp: TotpSecret::generate(world.entropy()).unwrap(),
        recovery: RecoveryCodes::generate(world.entropy()).unwrap().1,
    };
    let invited = Person {
        applications: Applications::Only(AppId::parse("shop").into_iter().collect()),
        ..person("a", "").invited_anew(TokenHash::of("token"), now)
    };
    let with_factor = person("b", "Lin 林").with_credentials(Credentials {
        password: Secret::new(SECRET.to_owned()),
        second_factor: Some(factor),
    });
    [person("c", "Wang"), with_factor, invited]
}

pub(crate) fn access_key(world: &World<impl Backend>, id: &str) -> Setting {
    Setting::AccessKey(AccessKey {
        id: id.to_owned(),
        secret: Secret::new(SECRET.to_owned()),
        created_at: world.now(),
    })
}
