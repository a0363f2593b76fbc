//! A process that stood still between decision and hand-over.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};

use async_trait::async_trait;
use countersign::system::OsEntropy;
use countersign_core::application::{AppId, AppName, Application, Origins};
use countersign_core::channel::Channel;
use countersign_core::code::check::{Checked, CodeCheck, TokenUse, Unlock, UnlockRecord};
use countersign_core::code::passcode::PasscodeKey;
use countersign_core::id::RequestId;
use countersign_core::limit::{Rules, SendLimits};
use countersign_core::message::{Decision, Intent, Settlement, Timeline};
use countersign_core::phone::PhoneNumber;
use countersign_core::policy::CodePolicy;
use countersign_core::ports::provider::{Provider, Sms};
use countersign_core::ports::store::{Settled, Store, StoreError, TimelineQuery};
use countersign_core::receipt::Receipt;
use countersign_core::send::messenger::{Messenger, Order, Plan, SendError};
use countersign_core::send::outcome::Outcome;
use countersign_core::send::route::{Countries, Routes};
use countersign_core::time::{Clock, Timestamp};
use countersign_store::sqlite::SqliteStore;
use countersign_store::{OwnedFolder, StoreKeys};

use crate::server::{folder, number};

#[derive(Default)]
struct HandClock(AtomicI64);

impl Clock for HandClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(1_790_000_000_000 + self.0.load(Ordering::SeqCst))
    }
}

/// The embedded store, with a standstill after each decision.
struct StandsStill {
    store: SqliteStore,
    clock: Arc<HandClock>,
    millis: AtomicI64,
}

#[async_trait]
impl Store for StandsStill {
    fn now(&self) -> Timestamp {
        self.store.now()
    }

    async fn decide(&self, intent: Intent, rules: Rules) -> Result<Decision, StoreError> {
        let decision = self.store.decide(intent, rules).await;
        self.clock
            .0
            .fetch_add(self.millis.load(Ordering::SeqCst), Ordering::SeqCst);
        decision
    }

    async fn settle(&self, settlement: Settlement) -> Result<Settled, StoreError> {
        self.store.settle(settlement).await
    }

    async fn receive(&self, provider: &str, receipts: Vec<Receipt>) -> Result<(), StoreError> {
        self.store.receive(provider, receipts).await
    }

    async fn check(&self, check: CodeCheck) -> Result<Checked, StoreError> {
        self.store.check(check).await
    }

    async fn unlock(&self, unlock: Unlock) -> Result<(), StoreError> {
        self.store.unlock(unlock).await
    }

    async fn unlocks(
        &self,
        before: Option<RequestId>,
        limit: u16,
    ) -> Result<Vec<UnlockRecord>, StoreError> {
        self.store.unlocks(before, limit).await
    }

    async fn use_token(&self, token: TokenUse) -> Result<bool, StoreError> {
        self.store.use_token(token).await
    }

    async fn timelines(&self, query: TimelineQuery) -> Result<Vec<Timeline>, StoreError> {
        self.store.timelines(query).await
    }
}

#[derive(Default)]
struct Counts(AtomicUsize);

#[async_trait]
impl Provider for Counts {
    fn name(&self) -> &str {
        "counts"
    }

    async fn send(&self, _: &Sms) -> Outcome {
        self.0.fetch_add(1, Ordering::SeqCst);
        Outcome::Accepted {
            provider_message_id: None,
        }
    }
}

#[tokio::test]
async fn a_message_decided_long_ago_is_not_sent_and_gives_its_minute_back() {
    let data = folder();
    let clock = Arc::new(HandClock::default());
    let owned = OwnedFolder::claim(data.path()).unwrap();
    let keys = StoreKeys {
        index: [1; 32],
        seal: [2; 32],
    };
    let inner = SqliteStore::open(owned, &keys, Arc::clone(&clock) as Arc<dyn Clock>).unwrap();
    let store = Arc::new(StandsStill {
        store: inner,
        clock,
        millis: AtomicI64::new(61_000),
    });
    let vendor = Arc::new(Counts::default());
    let routes = Routes::through(Arc::clone(&vendor) as Arc<dyn Provider>, Countries::All);
    let key = PasscodeKey::new([3; 32]);
    let messenger = Messenger::new(
        Arc::clone(&store) as Arc<dyn Store>,
        Arc::new(OsEntropy),
        Plan {
            routes,
            ..Plan::default()
        },
        key,
        CodePolicy::default(),
        SendLimits::default(),
    );
    let order = || Order {
        request_id: RequestId::from_bytes([7; 16]),
        app: Arc::new(Application {
            id: AppId::parse("app").unwrap(),
            name: AppName::parse("App").unwrap(),
            origins: Origins::default(),
            web_host: None,
            android_app_hash: None,
            created_at: store.now(),
        }),
        channel: Channel::Login,
        phone: PhoneNumber::parse(&number(1), None).unwrap(),
    };

    assert_eq!(messenger.send(order()).await, Err(SendError::TooLate));
    assert_eq!(vendor.0.load(Ordering::SeqCst), 0);
    let query = TimelineQuery {
        limit: 1,
        ..TimelineQuery::default()
    };
    assert!(store.timelines(query).await.unwrap()[0].gave_back);
    store.millis.store(0, Ordering::SeqCst);
    assert!(messenger.send(order()).await.is_ok());
    assert_eq!(vendor.0.load(Ordering::SeqCst), 1);
}
