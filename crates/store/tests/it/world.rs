//! A store, a clock that the test owns, and short words for what happens to them.

use std::ops::Range;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::Duration;

use countersign_core::application::AppId;
use countersign_core::channel::Channel;
use countersign_core::code::check::{Checked, CodeCheck, Door, Unlock};
use countersign_core::code::guess::Guess;
use countersign_core::code::passcode::{Binding, Passcode, PasscodeKey};
use countersign_core::entropy::{Entropy, EntropyError};
use countersign_core::id::{MessageId, RequestId};
use countersign_core::limit::{Bucket, Limit, Rule, Rules};
use countersign_core::message::{
    Attempt, CodeState, Decision, Intent, LiveCode, NewCode, Settlement, Timeline,
};
use countersign_core::phone::PhoneNumber;
use countersign_core::policy::{CodePolicy, CodeRules, Resend};
use countersign_core::ports::store::{Store, StoreError, TimelineQuery};
use countersign_core::send::outcome::{Outcome, RefusalKind};
use countersign_core::time::{Clock, Timestamp};
use countersign_store::sqlite::{OpenError, SqliteStore};
use countersign_store::{OwnedFolder, StoreKeys};
use tempfile::TempDir;

pub(crate) const PHONE: &str = "+8613800138000";

/// A clock that stands still until told.
pub(crate) struct HandClock(AtomicI64);

impl Clock for HandClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.0.load(Ordering::SeqCst))
    }
}

/// Counts up: never the same bytes twice.
struct Counter(AtomicU64);

impl Entropy for Counter {
    fn fill(&self, buffer: &mut [u8]) -> Result<(), EntropyError> {
        let n = self.0.fetch_add(1, Ordering::SeqCst).to_be_bytes();
        for (to, from) in buffer.iter_mut().rev().zip(n.into_iter().rev()) {
            *to = from;
        }
        Ok(())
    }
}

pub(crate) struct World {
    key: u8,
    pub(crate) dir: TempDir,
    clock: Arc<HandClock>,
    entropy: Counter,
    store: Option<Arc<SqliteStore>>,
}

impl World {
    pub(crate) fn new() -> Self {
        Self::with_keys(7)
    }

    /// A world in which every key is made of this byte.
    pub(crate) fn with_keys(key: u8) -> Self {
        Self::in_folder(tempfile::tempdir().unwrap(), key)
    }

    /// On a disk of memory, where there is one: for what is decided, not for what reaches the disk.
    pub(crate) fn in_memory() -> Self {
        let dir = tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir());
        Self::in_folder(dir.unwrap(), 7)
    }

    fn in_folder(dir: TempDir, key: u8) -> Self {
        let mut world = Self {
            key,
            dir,
            clock: Arc::new(HandClock(AtomicI64::new(1_790_000_000_000))),
            entropy: Counter(AtomicU64::new(0)),
            store: None,
        };
        world.start();
        world
    }

    pub(crate) fn store(&self) -> &Arc<SqliteStore> {
        self.store.as_ref().unwrap()
    }

    pub(crate) fn pass(&self, time: Duration) {
        let millis = i64::try_from(time.as_millis()).unwrap();
        self.clock.0.fetch_add(millis, Ordering::SeqCst);
    }

    pub(crate) fn set_clock_back(&self, time: Duration) {
        let millis = i64::try_from(time.as_millis()).unwrap();
        self.clock.0.fetch_sub(millis, Ordering::SeqCst);
    }

    pub(crate) fn stop(&mut self) {
        self.store = None;
    }

    pub(crate) fn start(&mut self) {
        self.store = Some(Arc::new(
            open(self.dir.path(), self.key, &self.clock).unwrap(),
        ));
    }

    pub(crate) fn start_with_keys(&self, key: u8) -> Result<SqliteStore, OpenError> {
        open(self.dir.path(), key, &self.clock)
    }

    pub(crate) fn restart(&mut self) {
        self.stop();
        self.start();
    }

    pub(crate) fn intent(&self, app: &str, channel: Channel, phone: &str) -> Intent {
        let now = self.store().now();
        Intent {
            id: MessageId::generate(now, &self.entropy).unwrap(),
            request_id: RequestId::generate(now, &self.entropy).unwrap(),
            app: AppId::parse(app).unwrap(),
            channel,
            phone: PhoneNumber::parse(phone, None).unwrap(),
            code: NewCode {
                mac: [0xc0; 16],
                life: Duration::from_secs(300),
                tries: 5,
                keeps: 1,
                sealed: None,
            },
        }
    }

    /// Sends `code` under these rules, without limits, accepted at once; the message.
    pub(crate) async fn send(
        &self,
        app: &str,
        channel: Channel,
        phone: &str,
        code: &str,
        rules: CodeRules,
    ) -> MessageId {
        let (message, _) = self.send_unsettled(app, channel, phone, code, rules).await;
        self.settle(message, accepted()).await;
        message
    }

    /// The same, its provider still to answer; also the code that it brings once more, if it does.
    pub(crate) async fn send_unsettled(
        &self,
        app: &str,
        channel: Channel,
        phone: &str,
        code: &str,
        rules: CodeRules,
    ) -> (MessageId, Option<LiveCode>) {
        let mut intent = self.intent(app, channel, phone);
        let binding = Binding {
            app: &intent.app,
            channel,
            phone: &intent.phone,
            message: intent.id,
        };
        let passcode = Passcode::parse(code).unwrap();
        intent.code = NewCode {
            mac: self.code_key().mac(&passcode, binding),
            life: rules.life,
            tries: rules.tries,
            keeps: rules.resend.keeps(),
            sealed: (rules.resend == Resend::Reuse)
                .then(|| self.code_key().seal(&passcode, binding).unwrap()),
        };
        let message = intent.id;
        let no_rules = Rules::new(vec![]).unwrap();
        let decision = self.store().decide(intent, no_rules).await.unwrap();
        (message, decision.again)
    }

    /// Asks whether `code` is the one.
    pub(crate) fn typed(
        &self,
        door: Door,
        app: &str,
        channel: Channel,
        phone: &str,
        code: &str,
    ) -> CodeCheck {
        let guess = Guess::new(
            self.code_key(),
            Passcode::parse(code).unwrap(),
            AppId::parse(app).unwrap(),
            channel,
            PhoneNumber::parse(phone, None).unwrap(),
        );
        CodeCheck {
            request_id: self.request_id(),
            door,
            guess,
        }
    }

    /// The same for a login code of the one number.
    pub(crate) async fn check(&self, door: Door, code: &str) -> Checked {
        let check = self.typed(door, "app", Channel::Login, PHONE, code);
        self.store().check(check).await.unwrap()
    }

    /// The key of every code here.
    pub(crate) fn code_key(&self) -> PasscodeKey {
        PasscodeKey::new([self.key ^ 0xff; 32])
    }

    pub(crate) fn request_id(&self) -> RequestId {
        RequestId::generate(self.store().now(), &self.entropy).unwrap()
    }

    pub(crate) async fn decide(
        &self,
        rules: Vec<Rule>,
    ) -> Result<(MessageId, Decision), StoreError> {
        let intent = self.intent("app", Channel::Login, PHONE);
        let id = intent.id;
        let rules = Rules::new(rules).unwrap();
        Ok((id, self.store().decide(intent, rules).await?))
    }

    /// Decides on a login code under the one-minute rule.
    pub(crate) async fn login(&self) -> (MessageId, Decision) {
        self.decide(vec![minute()]).await.unwrap()
    }

    /// Settles; whether the minute was given back.
    pub(crate) async fn settle(&self, message: MessageId, outcome: Outcome) -> bool {
        self.try_settle(message, outcome).await.unwrap()
    }

    pub(crate) async fn try_settle(
        &self,
        message: MessageId,
        outcome: Outcome,
    ) -> Result<bool, StoreError> {
        let now = self.store().now();
        let attempt = Attempt {
            provider: Some("test".to_owned()),
            started_at: now,
            ended_at: now,
            outcome,
        };
        let phone = PhoneNumber::parse(PHONE, None).unwrap();
        let settlement = Settlement {
            message,
            attempts: vec![attempt],
            give_back: Rules::give_backs(Channel::Login, &phone),
        };
        Ok(self.store().settle(settlement).await?.gave_back)
    }

    /// Messages to other numbers, accepted.
    pub(crate) async fn other_traffic(&self, numbers: Range<u32>) {
        for n in numbers {
            let other = self.intent("app", Channel::Register, &format!("+861380013{n:04}"));
            let message = other.id;
            self.store()
                .decide(other, Rules::new(vec![]).unwrap())
                .await
                .unwrap();
            self.settle(message, accepted()).await;
        }
    }

    pub(crate) async fn timeline(&self, message: MessageId) -> Timeline {
        let query = TimelineQuery {
            message: Some(message),
            limit: 1,
            ..TimelineQuery::default()
        };
        self.store().timelines(query).await.unwrap().remove(0)
    }

    pub(crate) async fn code(&self, message: MessageId) -> CodeState {
        self.timeline(message).await.code
    }

    pub(crate) fn unlock(&self, note: &str) -> Unlock {
        Unlock {
            request_id: self.request_id(),
            phone: PhoneNumber::parse(PHONE, None).unwrap(),
            note: note.to_owned(),
        }
    }

    /// Sends `code` to the one number, to sign in.
    pub(crate) async fn code_sent(&self, code: &str) -> MessageId {
        self.send("app", Channel::Login, PHONE, code, login()).await
    }

    pub(crate) async fn wrong(&self, door: Door, times: usize) {
        for n in 0..times {
            let found = self.check(door, "999999").await;
            assert!(!is_right(&found) && !is_locked(&found), "{n}: {found:?}");
        }
    }
}

/// The built-in rules of a channel.
pub(crate) fn rules(channel: Channel) -> CodeRules {
    CodePolicy::default().of(&AppId::parse("app").unwrap(), channel)
}

fn open(path: &Path, key: u8, clock: &Arc<HandClock>) -> Result<SqliteStore, OpenError> {
    let folder = OwnedFolder::claim(path).unwrap();
    let keys = StoreKeys {
        index: [key; 32],
        seal: [key; 32],
    };
    let clock = Arc::clone(clock);
    SqliteStore::open(folder, &keys, clock)
}

pub(crate) fn minute() -> Rule {
    Rule {
        bucket: Bucket::named("minute").part(PHONE),
        limit: Limit::one_per_minute(),
    }
}

pub(crate) fn accepted() -> Outcome {
    Outcome::Accepted {
        provider_message_id: Some("vendor-1".to_owned()),
    }
}

pub(crate) fn refused() -> Outcome {
    Outcome::not_accepted(RefusalKind::BadNumber)
}

pub(crate) fn unknown() -> Outcome {
    Outcome::Unknown {
        cause: "silence".to_owned(),
    }
}

pub(crate) fn login() -> CodeRules {
    rules(Channel::Login)
}

pub(crate) fn is_right(found: &Checked) -> bool {
    matches!(found, Checked::Right { .. })
}

pub(crate) fn is_locked(found: &Checked) -> bool {
    matches!(found, Checked::Locked { .. })
}
