use std::collections::BTreeMap;
use std::sync::Mutex;

use async_trait::async_trait;
use countersign_core::application::{AppName, Origins, TokenAlgorithm};
use countersign_core::autofill::{AndroidAppHash, WebHost};
use countersign_core::code::passcode::PasscodeKey;
use countersign_core::country_rules::{Countries, CountryRules};
use countersign_core::language::Languages;
use countersign_core::limit::{BaseLimits, LimitsInUse};
use countersign_core::network::Networks;
use countersign_core::policy::CodePolicy;
use countersign_core::ports::setup::{ProviderRecord, SecretMac, Setting};
use countersign_core::retention::Retention;
use countersign_core::secret::Secret;
use countersign_core::send::messenger::{MessengerParts, Plan};
use countersign_core::send::route::{OnUnknown, Route, RouteScope, Selection};
use countersign_core::time::{Clock, Timestamp};
use countersign_providers::egress::{Egress, Reach};
use countersign_store::OwnedFolder;
use countersign_store::RecentRefusals;
use countersign_store::sqlite::SqliteStore;
use tokio::sync::Semaphore;

use super::*;
use crate::config::keys::{KeySource, Keys};
use crate::master_keys::MasterKeys;
use crate::system::OsEntropy;
use crate::token::{SigningKeys, SigningRoom, SubjectKey};
use crate::traces::Tracer;
use crate::vendors::VendorParts;

fn by() -> Author {
    Author::service()
}

/// A clock that stands still.
struct Still;

impl Clock for Still {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(1_795_000_000_000)
    }
}

/// One node of a deployment. Another node's changes are made through `store`.
pub(crate) struct World {
    _folder: tempfile::TempDir,
    pub(crate) store: Arc<SqliteStore>,
    pub(crate) vendors: Arc<Vendors>,
    busy: Arc<Busy>,
    tasks: TaskTracker,
    manage: Arc<Manage>,
}

/// A store that takes a change when it is let, and makes changes of others first.
struct Busy {
    store: Arc<SqliteStore>,
    let_through: Semaphore,
    first: Mutex<Vec<Change>>,
}

#[async_trait]
impl SetupStore for Busy {
    fn setup(&self) -> Arc<Setup> {
        self.store.setup()
    }

    async fn newer_than(&self, seen: SetupVersion) -> Arc<Setup> {
        self.store.newer_than(seen).await
    }

    fn secret_mac(&self, app: &AppId, secret: &str) -> SecretMac {
        self.store.secret_mac(app, secret)
    }

    async fn change(
        &self,
        seen: SetupVersion,
        made: Change,
        by: Author,
    ) -> Result<Arc<Setup>, ChangeError> {
        let first = self.first.lock().unwrap().pop();
        if let Some(first) = first {
            change(&*self.store, first).await;
        }
        self.let_through.acquire().await.unwrap().forget();
        self.store.change(seen, made, by).await
    }
}

/// Makes a change of the newest version.
pub(crate) async fn change(store: &dyn SetupStore, change: Change) -> Arc<Setup> {
    let seen = store.setup().version;
    store.change(seen, change, Author::service()).await.unwrap()
}

impl World {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let owned = OwnedFolder::claim(folder.path()).unwrap();
        let keys = Keys::of(folder.path(), &OsEntropy).unwrap();
        let store = Arc::new(SqliteStore::open(owned, &keys.store(), Arc::new(Still)).unwrap());
        let busy = Arc::new(Busy {
            store: Arc::clone(&store),
            let_through: Semaphore::new(0),
            first: Mutex::default(),
        });
        let entropy: Arc<dyn Entropy> = Arc::new(OsEntropy);
        let clock = store.clock();
        let refusals = Arc::new(RecentRefusals::default());
        let limits_in_use = LimitsInUse::default();
        let messenger = MessengerParts {
            ledger: store.clone(),
            refusals: refusals.clone(),
            clock: Arc::clone(&clock),
            entropy: Arc::clone(&entropy),
            keys: PasscodeKey::new([3; 32]).into(),
            policy: CodePolicy::default(),
            limits: limits_in_use.clone(),
            countries: CountryRules::default(),
            guard: Arc::default(),
            prices: Arc::default(),
        };
        let messenger = Arc::new(Messenger::new(messenger, Plan::default()));
        let parts = VendorParts {
            tracer: Tracer::default(),
            messenger: Arc::clone(&messenger),
            limits: BaseLimits::default(),
            limits_in_use,
            otherwise: None,
            test_numbers: true,
            records: store.clone(),
            egress: Egress::new(Reach::Loopback).unwrap(),
            clock: Arc::new(Still),
            entropy: Arc::clone(&entropy),
        };
        let vendors = Arc::new(Vendors::new(parts, &store.setup()));
        let tokens = Minter::new(
            "http://127.0.0.1/oidc".to_owned(),
            SigningKeys::of(folder.path(), Still.now()).unwrap(),
            SubjectKey::new(&[4; 32]).unwrap(),
            Arc::clone(&entropy),
            Arc::new(Still),
            SigningRoom::open(1).unwrap(),
        );
        let tasks = TaskTracker::new();
        let master_keys = MasterKeys::new(
            store.clone(),
            &keys,
            KeySource::Folder,
            folder.path().to_owned(),
            Arc::clone(&entropy),
        );
        let setup: Arc<dyn SetupStore> = busy.clone();
        let manage = Manage::new(ManageParts {
            limits: BaseLimits::default(),
            retention: Retention::new(30, 180).unwrap(),
            setup,
            vendors: Arc::clone(&vendors),
            ledger: store.clone(),
            audit: store.clone(),
            records: store.clone(),
            nodes: store.clone(),
            staff: store.clone(),
            tallies: store.clone(),
            erasers: vec![store.clone()],
            refusals,
            master_keys: Arc::new(master_keys),
            clock,
            messenger,
            tokens: Arc::new(tokens),
            entropy,
            tasks: tasks.clone(),
            looks_at: LOOKS_AT,
        });
        Self {
            _folder: folder,
            store,
            vendors,
            busy,
            tasks,
            manage: Arc::new(manage),
        }
    }

    /// A world in which no change has to wait.
    fn open() -> Self {
        let world = Self::new();
        world.busy.let_through.add_permits(1_000);
        world
    }

    /// Lets another node make these changes, the last one first, each just before a change of this node.
    fn overtake(&self, changes: Vec<Change>) {
        *self.busy.first.lock().unwrap() = changes;
    }
}

pub(crate) fn aliyun() -> ProviderName {
    ProviderName::parse("aliyun").unwrap()
}

/// The vendor account `aliyun` with this access key id.
pub(crate) fn account(access_key_id: &str) -> Setting {
    Setting::Provider(ProviderRecord {
        name: aliyun(),
        kind: "alibaba-cloud".to_owned(),
        settings: format!(r#"{{"access_key_id":"{access_key_id}"}}"#),
        secrets: secrets(),
        receipts: Secret::new("6f1d0a4b8c2e97535a1f0c8e4d2b6a90".to_owned()),
        replaced_receipts: None,
        created_at: Still.now(),
    })
}

fn secrets() -> BTreeMap<String, Secret> {
    BTreeMap::from([("access_key_secret".to_owned(), Secret::new("s".to_owned()))])
}

fn draft() -> ProviderDraft {
    ProviderDraft {
        name: aliyun(),
        kind: "alibaba-cloud".to_owned(),
        settings: r#"{"access_key_id":"LTAI5t"}"#.to_owned(),
        secrets: secrets(),
    }
}

fn everywhere() -> RouteScope {
    RouteScope {
        app: None,
        country: None,
    }
}

fn route() -> Route {
    Route {
        providers: vec![(aliyun(), 1)],
        order: Selection::Listed,
        on_unknown: OnUnknown::Keep,
    }
}

fn shop(name: &str) -> NewApplication {
    NewApplication {
        id: Some(AppId::parse("shop").unwrap()),
        name: AppName::parse(name).unwrap(),
        origins: Origins::default(),
        backends: Networks::default(),
        web_host: Some(WebHost::parse("login.shop.example").unwrap()),
        android_app_hash: None,
        default_country: None,
        allowed_countries: Countries::All,
        languages: Languages::default(),
        challenges: false,
        token_algorithm: TokenAlgorithm::default(),
        sms_name: None,
    }
}

#[tokio::test]
async fn a_caller_that_hangs_up_stops_no_change_and_a_shutdown_waits_for_it() {
    let world = World::new();
    let set = world.manage.set_provider(by(), draft(), None);
    timeout(Duration::ZERO, set).await.unwrap_err(); // the caller has gone
    world.tasks.close();
    let shutdown = timeout(Duration::from_millis(20), world.tasks.wait());
    shutdown.await.unwrap_err();
    assert!(world.vendors.provider(&aliyun()).is_none());
    world.busy.let_through.add_permits(1);
    world.tasks.wait().await;
    assert_eq!(world.store.setup().providers.len(), 1);
    assert!(world.vendors.provider(&aliyun()).is_some());
}

#[tokio::test]
async fn a_change_is_in_force_before_it_is_answered() {
    let world = World::open();
    world
        .manage
        .set_provider(by(), draft(), None)
        .await
        .unwrap();
    assert!(world.vendors.provider(&aliyun()).is_some());
    world.manage.delete_provider(by(), aliyun()).await.unwrap();
    assert!(world.vendors.provider(&aliyun()).is_none());
}

#[tokio::test]
async fn a_change_is_judged_again_when_another_came_first() {
    let world = World::open();
    world
        .manage
        .set_provider(by(), draft(), None)
        .await
        .unwrap();
    let named = Change::Put(Setting::Route(everywhere(), route()));
    world.overtake(vec![named]);
    let refused = world
        .manage
        .delete_provider(by(), aliyun())
        .await
        .unwrap_err();
    let by = "the default route".to_owned();
    assert_eq!(refused, ManageError::InUse { by });
    assert_eq!(world.store.setup().providers.len(), 1);
}

#[tokio::test]
async fn a_change_is_made_although_another_came_first() {
    let world = World::open();
    world.overtake(vec![Change::Put(account("LTAI5t"))]);
    world.manage.create_access_key(by()).await.unwrap();
    let setup = world.store.setup();
    assert_eq!((setup.providers.len(), setup.access_keys.len()), (1, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn forty_changes_at_once_are_all_made() {
    let world = World::open();
    let changes: Vec<_> = (0..40)
        .map(|_| {
            let manage = Arc::clone(&world.manage);
            tokio::spawn(async move { manage.create_access_key(by()).await })
        })
        .collect();
    for change in changes {
        change.await.unwrap().unwrap();
    }
    assert_eq!(world.store.setup().access_keys.len(), 40);
}

#[tokio::test]
async fn a_change_that_always_comes_second_is_given_up() {
    let world = World::open();
    let others = vec![Change::Put(account("LTAI5t")); 2 * TRIES];
    world.overtake(others);
    let refused = world.manage.create_access_key(by()).await.unwrap_err();
    assert_eq!(refused, ManageError::Unavailable);
    assert!(world.store.setup().access_keys.is_empty());
}

#[tokio::test]
async fn one_of_many_creations_of_an_application_wins() {
    let world = World::open();
    let creations: Vec<_> = (0..8)
        .map(|_| {
            let manage = Arc::clone(&world.manage);
            tokio::spawn(async move { manage.create_application(by(), shop("Shop")).await })
        })
        .collect();
    let mut created = Vec::new();
    for creation in creations {
        match creation.await.unwrap() {
            Ok(won) => created.push(won.secret),
            Err(error) => assert_eq!(error, ManageError::ApplicationExists),
        }
    }
    let [secret] = &created[..] else {
        panic!("{} were created", created.len());
    };
    let id = AppId::parse("shop").unwrap();
    let proved = world
        .store
        .application_with_secret(&id, secret, Still.now());
    assert!(proved.is_some(), "the secret of the winner is the one kept");
}

#[tokio::test]
async fn an_application_changes_as_a_whole_or_not_at_all() {
    let world = World::open();
    let id = AppId::parse("shop").unwrap();
    let hash = || ApplicationChange {
        android_app_hash: Some(Some(AndroidAppHash::parse("FA+9qCX9VSu").unwrap())),
        ..ApplicationChange::default()
    };
    let update = |change| {
        world
            .manage
            .update_application(by(), id.clone(), change, None)
    };
    let refused = update(hash()).await.unwrap_err();
    assert_eq!(refused, ManageError::UnknownApplication);
    let created = world
        .manage
        .create_application(by(), shop("Shop"))
        .await
        .unwrap();
    let changed = update(hash()).await.unwrap();
    let expected = Application {
        android_app_hash: hash().android_app_hash.unwrap(),
        ..Application::clone(&created.application)
    };
    assert_eq!(*changed.application, expected, "the rest is left as it was");

    // The name alone would be fine, and so would each of the last lines.
    let long = ApplicationChange {
        name: Some(AppName::parse("一二三四五六七八九十一二三四五六七八九十").unwrap()),
        ..ApplicationChange::default()
    };
    let refused = update(long).await.unwrap_err();
    let [BrokenField { field, rule }] = &refused.fields().collect::<Vec<_>>()[..] else {
        panic!("{refused:?}");
    };
    assert_eq!(field, "appName");
    assert!(matches!(rule, Rule::TextTooLong(_)));
    let kept = world.store.setup();
    assert_eq!(**kept.application(&id).unwrap(), expected);
    let proved = world
        .store
        .application_with_secret(&id, &created.secret, Still.now());
    assert!(proved.is_some());
}

#[tokio::test]
async fn a_change_with_the_version_of_before_is_refused_and_names_the_version_now() {
    let world = World::open();
    let set = |expected: Option<u64>| {
        let expected = expected.map(SetupVersion::new);
        world.manage.set_provider(by(), draft(), expected)
    };
    let refused = set(Some(7)).await.unwrap_err();
    let none = SetupVersion::NONE;
    assert!(matches!(refused, ManageError::Changed { version, .. } if version == none));
    let first = set(Some(0)).await.unwrap().version;
    let second = set(Some(first.number())).await.unwrap().version;
    assert!(second > first);
    for old in [0, first.number()] {
        let refused = set(Some(old)).await.unwrap_err();
        assert!(matches!(refused, ManageError::Changed { version, .. } if version == second));
    }
    // A change of another setting is no change of this one.
    world.manage.create_access_key(by()).await.unwrap();
    set(Some(second.number())).await.unwrap();
    set(None).await.unwrap();
}

#[tokio::test]
async fn of_two_changes_with_the_same_version_one_wins() {
    let world = World::open();
    world
        .manage
        .set_provider(by(), draft(), None)
        .await
        .unwrap();
    let route_of = |expected| {
        world
            .manage
            .set_route(by(), everywhere(), route(), expected)
    };
    let seen = route_of(Some(SetupVersion::NONE)).await.unwrap().version;
    let (one, other) = tokio::join!(route_of(Some(seen)), route_of(Some(seen)));
    let refused = match (one, other) {
        (Ok(_), Err(refused)) | (Err(refused), Ok(_)) => refused,
        both => panic!("{both:?}"),
    };
    assert!(matches!(refused, ManageError::Changed { version, .. } if version > seen));
}

#[tokio::test]
async fn a_refused_account_names_every_field_that_it_gets_wrong() {
    let world = World::open();
    let draft = ProviderDraft {
        settings: r#"{"endpoint":"ftp://vendor.example","pigeon":1}"#.to_owned(),
        secrets: BTreeMap::new(),
        ..draft()
    };
    let refused = world
        .manage
        .set_provider(by(), draft, None)
        .await
        .unwrap_err();
    let fields: Vec<_> = refused.fields().map(|broken| &*broken.field).collect();
    assert!(fields.len() > 1, "{fields:?}");
    for field in &fields {
        assert!(field.starts_with("settings.") || field.starts_with("secrets."));
    }
}
