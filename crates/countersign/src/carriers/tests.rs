use std::time::Duration;

use async_trait::async_trait;
use countersign_core::application::AppId;
use countersign_core::code::passcode::PasscodeKey;
use countersign_core::limit::SendLimits;
use countersign_core::phone::PhoneNumber;
use countersign_core::policy::CodePolicy;
use countersign_core::ports::provider::ReportSink as _;
use countersign_core::ports::setup::{Change, ChangeError, SecretMac, Setting, SetupVersion};
use countersign_core::ports::store::Store;
use countersign_core::receipt::{Delivery, Receipt};
use countersign_core::secret::Secret;
use countersign_core::send::messenger::Plan;
use countersign_core::send::route::{OnUnknown, Order, Route, RouteScope};
use countersign_core::time::Timestamp;
use countersign_providers::egress::Reach;
use countersign_store::sqlite::SqliteStore;
use countersign_store::{OwnedFolder, StoreKeys};
use tokio::sync::Semaphore;

use super::*;
use crate::system::OsEntropy;

struct Still;

impl Clock for Still {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(1_795_000_000_000)
    }
}

/// A store that records a change when it is let.
struct Held {
    store: Arc<SqliteStore>,
    leave: Semaphore,
}

#[async_trait]
impl SetupStore for Held {
    fn setup(&self) -> Arc<Setup> {
        self.store.setup()
    }

    async fn newer_than(&self, seen: SetupVersion) -> Arc<Setup> {
        self.store.newer_than(seen).await
    }

    fn secret_mac(&self, app: &AppId, secret: &str) -> SecretMac {
        self.store.secret_mac(app, secret)
    }

    async fn change(&self, seen: SetupVersion, change: Change) -> Result<Arc<Setup>, ChangeError> {
        self.leave.acquire().await.unwrap().forget();
        self.store.change(seen, change).await
    }
}

struct World {
    _folder: tempfile::TempDir,
    held: Arc<Held>,
    messenger: Arc<Messenger>,
    carriers: Arc<Carriers>,
}

impl World {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let owned = OwnedFolder::claim(folder.path()).unwrap();
        let keys = StoreKeys {
            index: [1; 32],
            seal: [2; 32],
        };
        let store = Arc::new(SqliteStore::open(owned, &keys, Arc::new(Still)).unwrap());
        let entropy: Arc<dyn Entropy> = Arc::new(OsEntropy);
        let messenger = Arc::new(Messenger::new(
            Arc::clone(&store) as Arc<dyn Store>,
            Arc::clone(&entropy),
            Plan::default(),
            PasscodeKey::new([3; 32]),
            CodePolicy::default(),
            SendLimits::default(),
        ));
        let held = Arc::new(Held {
            store,
            leave: Semaphore::new(0),
        });
        let carriers = Carriers::new(Parts {
            setup_store: Arc::clone(&held) as Arc<dyn SetupStore>,
            messenger: Arc::clone(&messenger),
            otherwise: None,
            store: Arc::clone(&held.store) as Arc<dyn Store>,
            egress: Egress::new(Reach::Loopback).unwrap(),
            clock: Arc::new(Still),
            entropy,
        });
        Self {
            _folder: folder,
            held,
            messenger,
            carriers: Arc::new(carriers),
        }
    }

    fn is_planned(&self) -> bool {
        let plan = format!("{:?}", self.messenger.plan());
        plan.contains("aliyun")
    }
}

fn route() -> Change {
    let scope = RouteScope {
        app: None,
        country: None,
    };
    let route = Route {
        providers: vec![(ProviderName::parse("aliyun").unwrap(), 1)],
        order: Order::Listed,
        on_unknown: OnUnknown::Keep,
    };
    Change::Put(Setting::Route(scope, route))
}

fn account() -> Change {
    Change::Put(Setting::Provider(ProviderRecord {
        name: ProviderName::parse("aliyun").unwrap(),
        kind: "alibaba-cloud".to_owned(),
        settings: r#"{"access_key_id":"LTAI5t"}"#.to_owned(),
        secrets: BTreeMap::from([("access_key_secret".to_owned(), Secret::new("s".to_owned()))]),
        receipts: Secret::new("6f1d0a4b8c2e97535a1f0c8e4d2b6a90".to_owned()),
        created_at: Still.now(),
    }))
}

#[tokio::test]
async fn a_report_over_a_session_is_recorded_even_when_it_is_about_no_message() {
    let world = World::new();
    let reports = RecordedReports {
        provider: ProviderName::parse("aliyun").unwrap(),
        store: Arc::clone(&world.held.store) as Arc<dyn Store>,
    };
    let receipt = Receipt {
        provider_message_id: Some("9^0".to_owned()),
        message: None,
        phone: PhoneNumber::parse("+8613800138000", None).unwrap(),
        status: Delivery::Delivered,
        vendor_code: None,
    };
    assert_eq!(reports.report(vec![receipt]).await, Ok(()));
}

#[tokio::test]
async fn whoever_hangs_up_stops_no_change_half_way() {
    let world = World::new();
    let edit = world.carriers.edit().await.unwrap();
    let asked = tokio::time::timeout(Duration::ZERO, edit.make(route()));
    asked.await.unwrap_err(); // gone
    assert!(!world.is_planned());
    world.held.leave.add_permits(1);
    // The next turn comes once the change is made.
    drop(world.carriers.edit().await.unwrap());
    assert_eq!(world.held.setup().routes.len(), 1);
    assert!(world.is_planned());
}

#[tokio::test]
async fn what_an_edit_sees_stays_so_until_its_change_is_made() {
    let world = World::new();
    world.held.leave.add_permits(2);
    let first = world.carriers.edit().await.unwrap();
    let carriers = Arc::clone(&world.carriers);
    let second = tokio::spawn(async move {
        let edit = carriers.edit().await.unwrap();
        let seen = edit.setup().providers.len();
        edit.make(route()).await.unwrap();
        seen
    });
    tokio::task::yield_now().await;
    assert_eq!(first.setup().routes.len(), 0);
    first.make(account()).await.unwrap();
    assert_eq!(second.await.unwrap(), 1, "it sees what the first has made");
    assert!(
        world
            .carriers
            .provider(&ProviderName::parse("aliyun").unwrap())
            .is_some()
    );
}
