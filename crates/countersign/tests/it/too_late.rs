//! A process that stood still between decision and hand-over.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use countersign::system::OsEntropy;
use countersign_core::application::{AppId, AppName, Application, Origins, TokenAlgorithm};
use countersign_core::channel::Channel;
use countersign_core::code::check::{Checked, CodeCheck, TokenUse, Unlock};
use countersign_core::code::passcode::PasscodeKey;
use countersign_core::country_rules::{Countries, CountryRules};
use countersign_core::id::{MessageId, RequestId};
use countersign_core::language::Languages;
use countersign_core::limit::{LimitState, LimitsInUse, Rules, Standing};
use countersign_core::message::{Decision, Intent, Timeline};
use countersign_core::network::Networks;
use countersign_core::phone::PhoneNumber;
use countersign_core::policy::CodePolicy;
use countersign_core::ports::StoreError;
use countersign_core::ports::ledger::{Ledger, LedgerState, Settled};
use countersign_core::ports::provider::{Provider, Sms};
use countersign_core::ports::records::{Records, TimelineQuery};
use countersign_core::send::messenger::{Messenger, MessengerParts, Plan, SendError, SendRequest};
use countersign_core::send::outcome::Outcome;
use countersign_core::send::route::Routes;
use countersign_core::send::settle::Settlement;
use countersign_core::testing::HandClock;
use countersign_core::time::{Clock, Timestamp};
use countersign_store::RecentRefusals;
use countersign_store::sqlite::SqliteStore;
use countersign_store::{OwnedFolder, StoreKeys};
use tempfile::TempDir;

use crate::server::{folder, number};

/// The embedded store; the process stands still for so many milliseconds after each decision.
struct StandsStill {
    store: SqliteStore,
    clock: Arc<HandClock>,
    millis: AtomicUsize,
}

#[async_trait]
impl Ledger for StandsStill {
    async fn decide(&self, intent: Intent, rules: Rules) -> Result<Decision, StoreError> {
        let decision = self.store.decide(intent, rules).await;
        let millis = self.millis.load(Ordering::SeqCst) as u64;
        self.clock.pass(Duration::from_millis(millis));
        decision
    }

    async fn preview(&self, rules: Rules) -> Result<Vec<LimitState>, StoreError> {
        self.store.preview(rules).await
    }

    async fn settle(&self, settlement: Settlement) -> Result<Settled, StoreError> {
        self.store.settle(settlement).await
    }

    async fn check(&self, check: CodeCheck) -> Result<Checked, StoreError> {
        self.store.check(check).await
    }

    async fn unlock(&self, unlock: Unlock) -> Result<(), StoreError> {
        self.store.unlock(unlock).await
    }

    async fn probe(&self) -> Result<(), StoreError> {
        self.store.probe().await
    }

    fn state(&self) -> LedgerState {
        self.store.state()
    }

    async fn use_token(&self, token: TokenUse) -> Result<bool, StoreError> {
        self.store.use_token(token).await
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

struct World {
    ledger: Arc<StandsStill>,
    vendor: Arc<Counts>,
    messenger: Messenger,
    _data: TempDir,
}

impl World {
    fn new() -> Self {
        let data = folder();
        let clock = Arc::new(HandClock::new(Timestamp::from_millis(1_790_000_000_000)));
        let owned = OwnedFolder::claim(data.path()).unwrap();
        let keys = StoreKeys {
            index: [1; 32],
            seal: [2; 32],
        };
        let store = SqliteStore::open(owned, &keys, Arc::clone(&clock) as Arc<dyn Clock>).unwrap();
        let ledger = Arc::new(StandsStill {
            store,
            clock: Arc::clone(&clock),
            millis: AtomicUsize::new(0),
        });
        let vendor = Arc::new(Counts::default());
        let routes = Routes::through(Arc::clone(&vendor) as Arc<dyn Provider>, Countries::All);
        let plan = Plan {
            routes,
            ..Plan::default()
        };
        let parts = MessengerParts {
            ledger: Arc::clone(&ledger) as Arc<dyn Ledger>,
            refusals: Arc::new(RecentRefusals::default()),
            clock,
            entropy: Arc::new(OsEntropy),
            keys: PasscodeKey::new([3; 32]).into(),
            policy: CodePolicy::default(),
            limits: LimitsInUse::default(),
            countries: CountryRules::default(),
            guard: Arc::default(),
            prices: Arc::default(),
        };
        let messenger = Messenger::new(parts, plan);
        Self {
            ledger,
            vendor,
            messenger,
            _data: data,
        }
    }

    /// Sends to the one number, in a process that stands still for so long after the decision.
    async fn send_standing_still(&self, seconds: usize) -> Result<MessageId, SendError> {
        self.ledger.millis.store(seconds * 1_000, Ordering::SeqCst);
        let request = SendRequest {
            request_id: RequestId::from_bytes([7; 16]),
            app: Arc::new(Application {
                id: AppId::parse("app").unwrap(),
                name: AppName::parse("App").unwrap(),
                origins: Origins::default(),
                backends: Networks::default(),
                web_host: None,
                android_app_hash: None,
                default_country: None,
                allowed_countries: Countries::All,
                languages: Languages::default(),
                challenges: false,
                token_algorithm: TokenAlgorithm::default(),
                sms_name: None,
                created_at: Timestamp::default(),
            }),
            channel: Channel::Login,
            phone: PhoneNumber::parse(&number(1), None).unwrap(),
            caller: None,
            standing: Standing::Trusted,
            language: None,
            claim: None,
        };
        self.messenger.send(request).await
    }

    async fn newest(&self) -> Timeline {
        let query = TimelineQuery {
            limit: 1,
            ..TimelineQuery::default()
        };
        let found = self.ledger.store.timelines(query).await;
        found.unwrap().remove(0)
    }

    fn vendor_calls(&self) -> usize {
        self.vendor.0.load(Ordering::SeqCst)
    }
}

#[tokio::test]
async fn a_message_handed_over_four_seconds_late_is_not_sent_and_gives_its_minute_back() {
    let world = World::new();
    let late = world.send_standing_still(4).await;
    assert_eq!(late, Err(SendError::TooLate));
    assert_eq!(world.vendor_calls(), 0);
    assert!(world.newest().await.gave_back);
    assert!(world.send_standing_still(0).await.is_ok());
    assert_eq!(world.vendor_calls(), 1);
}

#[tokio::test]
async fn a_message_whose_process_stood_still_for_a_minute_is_not_sent_and_counts_as_sent() {
    let world = World::new();
    let late = world.send_standing_still(60).await;
    assert_eq!(late, Err(SendError::TooLate));
    assert_eq!(world.vendor_calls(), 0);
    let newest = world.newest().await;
    let outcome = &newest.attempts[0].outcome;
    assert!(matches!(outcome, Outcome::Unknown { .. }), "{outcome:?}");
    assert!(!newest.gave_back);
    assert!(
        world.send_standing_still(0).await.is_ok(),
        "the minute is over"
    );
}
