//! A data folder of an earlier release opens, with everything in it that still counts.

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use countersign_core::application::AppId;
use countersign_core::channel::Channel;
use countersign_core::code::CodeState;
use countersign_core::code::check::{Caller, Checked, CodeCheck};
use countersign_core::code::guess::Guess;
use countersign_core::code::length::CodeLength;
use countersign_core::code::passcode::{Binding, Passcode, PasscodeKey};
use countersign_core::entropy::Entropy;
use countersign_core::id::{MessageId, RequestId};
use countersign_core::limit::{SendFacts, SendLimits, Standing};
use countersign_core::message::{Decision, Intent, NewCode, Timeline};
use countersign_core::phone::PhoneNumber;
use countersign_core::ports::ledger::Ledger as _;
use countersign_core::ports::records::{Records as _, TimelineQuery};
use countersign_core::ports::setup::{SetupStore as _, SetupVersion};
use countersign_core::receipt::Delivery;
use countersign_core::testing::{CountingEntropy, HandClock};
use countersign_core::time::{Clock as _, Timestamp};
use countersign_store::sqlite::SqliteStore;
use countersign_store::{OwnedFolder, StoreKeys};
use tempfile::TempDir;

/// Three seconds after the folder's newest message.
const NOW: Timestamp = Timestamp::from_millis(1_795_702_630_894);

const USED: &str = "+12015550125";
const GUESSED_AT: &str = "+12015550126";
const SENT_AGAIN: &str = "+12015550123";
const LAST_TWO: &str = "+12015550124";
const NEWEST: &str = "+12015550127";

struct Older {
    store: SqliteStore,
    key: PasscodeKey,
    clock: Arc<HandClock>,
    entropy: CountingEntropy,
    dir: TempDir,
}

impl Older {
    fn open() -> Self {
        let older = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/data-0.1");
        let dir = tempfile::tempdir().unwrap();
        for file in ["countersign.db", "countersign.db-wal"] {
            fs::copy(older.join(file), dir.path().join(file)).unwrap();
        }
        let keys = fs::read_to_string(older.join("keys.json")).unwrap();
        let keys: serde_json::Value = serde_json::from_str(&keys).unwrap();
        let key = |name: &str| bytes(keys[name].as_str().unwrap());
        let store_keys = StoreKeys {
            index: key("index"),
            seal: key("seal"),
        };
        let clock = Arc::new(HandClock::new(NOW));
        let folder = OwnedFolder::claim(dir.path()).unwrap();
        Self {
            store: SqliteStore::open(folder, &store_keys, clock.clone()).unwrap(),
            key: PasscodeKey::new(key("passcode")),
            clock,
            entropy: CountingEntropy::default(),
            dir,
        }
    }

    async fn check(&self, channel: Channel, number: &str, code: &str) -> Checked {
        let guess = Guess::new(
            self.key.clone(),
            Passcode::parse(code).unwrap(),
            app(),
            channel,
            phone(number),
        );
        let request = RequestId::generate(self.clock.now(), &self.entropy).unwrap();
        let check = CodeCheck::new(request, Caller::Application, guess, CodeLength::always(6));
        self.store.check(check).await.unwrap()
    }

    /// Decides on another code under the one-minute limit, to be sent again for as long as it lives.
    async fn decide(&self, channel: Channel, number: &str) -> Decision {
        let id = MessageId::generate(self.clock.now(), &self.entropy as &dyn Entropy).unwrap();
        let (app, phone) = (app(), phone(number));
        let binding = Binding {
            app: &app,
            channel,
            phone: &phone,
            message: id,
        };
        let code = Passcode::parse("246810").unwrap();
        let code = NewCode {
            mac: self.key.mac(&code, binding),
            life: Duration::from_secs(300),
            tries: 5,
            keeps: 1,
            sealed: self.key.seal(&code, binding),
        };
        let rules = SendLimits::default().rules(&SendFacts {
            app: &app,
            channel,
            phone: &phone,
            address: None,
            standing: Standing::Public,
            price: None,
            exempt: Default::default(),
        });
        let intent = Intent {
            id,
            request_id: RequestId::generate(self.clock.now(), &self.entropy).unwrap(),
            app,
            channel,
            phone,
            code,
            claim: None,
        };
        self.store.decide(intent, rules).await.unwrap()
    }

    async fn timelines(&self, number: Option<&str>) -> Vec<Timeline> {
        let query = TimelineQuery {
            phone: number.map(phone),
            limit: 100,
            ..TimelineQuery::default()
        };
        self.store.timelines(query).await.unwrap()
    }
}

fn bytes(hex: &str) -> [u8; 32] {
    let pairs = (0..32).map(|n| u8::from_str_radix(&hex[2 * n..2 * n + 2], 16).unwrap());
    pairs.collect::<Vec<_>>().try_into().unwrap()
}

fn app() -> AppId {
    AppId::parse("dev-app").unwrap()
}

fn phone(number: &str) -> PhoneNumber {
    PhoneNumber::parse(number, None).unwrap()
}

#[tokio::test]
async fn codes_of_an_older_folder_stay_used_guessed_at_or_live() {
    let older = Older::open();
    let used = older.check(Channel::Login, USED, "950222").await;
    assert_eq!(used, Checked::Used);
    // Two wrong guesses were made before.
    let wrong = older.check(Channel::Login, GUESSED_AT, "111111").await;
    assert_eq!(wrong, Checked::Wrong { tries_left: 2 });
    let right = older.check(Channel::Login, GUESSED_AT, "818009").await;
    assert!(matches!(right, Checked::Right { .. }), "{right:?}");
    // The older of two good codes.
    let right = older.check(Channel::BindPhone, LAST_TWO, "105793").await;
    assert!(matches!(right, Checked::Right { .. }), "{right:?}");
}

#[tokio::test]
async fn a_minute_of_an_older_folder_stays_taken() {
    let older = Older::open();
    let decision = older.decide(Channel::Login, NEWEST).await;
    assert_eq!(decision.wait(), Some(Duration::from_secs(57)));
}

#[tokio::test]
async fn a_code_that_an_older_release_sealed_is_good_and_is_not_sent_again() {
    let older = Older::open();
    let decision = older.decide(Channel::Register, SENT_AGAIN).await;
    assert!(decision.admitted());
    assert_eq!(decision.again, None, "a new code is sent instead");
    let right = older.check(Channel::Register, SENT_AGAIN, "979601").await;
    assert!(matches!(right, Checked::Right { .. }), "{right:?}");
}

#[tokio::test]
async fn timelines_and_unlocks_of_an_older_folder_are_readable() {
    let older = Older::open();
    let all = older.timelines(None).await;
    assert_eq!(all.len(), 7);
    let states = all.iter().map(|timeline| timeline.code).collect::<Vec<_>>();
    let mut expected = vec![CodeState::Live; 7];
    expected[3] = CodeState::Used;
    assert_eq!(states, expected, "newest first");
    let delivered = all[6].receipts[0].status;
    assert_eq!(delivered, Delivery::Delivered);
    assert_eq!(older.timelines(Some(LAST_TWO)).await.len(), 2);
    let guesses = &older.timelines(Some(GUESSED_AT)).await[0].checks;
    assert_eq!(guesses.len(), 2);
    let unlocks = older.store.unlocks(None, 10).await.unwrap();
    assert_eq!(unlocks.len(), 1);
    assert_eq!(unlocks[0].note, "the owner called");
}

#[tokio::test]
async fn the_setup_of_an_older_folder_is_version_one() {
    let older = Older::open();
    let setup = older.store.setup();
    assert_eq!(setup.version, SetupVersion::NONE.next());
    let names: Vec<_> = setup.applications.values().collect();
    let names: Vec<_> = names
        .iter()
        .map(|app| app.application.name.as_str())
        .collect();
    assert_eq!(names, ["Shop", "Countersign"]);
    let proved =
        older
            .store
            .application_with_secret(&app(), "dev-app-secret", Timestamp::default());
    assert!(proved.is_some());
    let aliyun = setup.providers.values().next().unwrap();
    let secret = &aliyun.secrets["access_key_secret"];
    assert_eq!(secret.reveal(), "sandbox-access-key-secret-0001");
    let counts = (
        setup.routes.len(),
        setup.templates.len(),
        setup.access_keys.len(),
    );
    assert_eq!(counts, (1, 2, 2));
}

#[tokio::test]
async fn the_secrets_of_an_older_folder_are_sealed_anew_beside_their_settings() {
    let older = Older::open();
    let path = older.dir.path().join("countersign.db");
    let log = rusqlite::Connection::open(path).unwrap();
    let seals: i64 = log
        .query_row("SELECT seals FROM setup", [], |row| row.get(0))
        .unwrap();
    assert_eq!(seals, 2);
    assert_eq!(older.store.setup().providers.len(), 1);
    assert_eq!(older.store.setup().access_keys.len(), 2);
}
