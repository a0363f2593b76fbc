//! A store, a clock that the test controls, and short names for the calls of a test.

use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use countersign_core::application::AppId;
use countersign_core::audit::Author;
use countersign_core::channel::Channel;
use countersign_core::code::CodeState;
use countersign_core::code::check::{Caller, Checked, CodeCheck, Unlock};
use countersign_core::code::guess::Guess;
use countersign_core::code::keyring::PasscodeKeys;
use countersign_core::code::length::CodeLength;
use countersign_core::code::passcode::{Binding, Passcode, PasscodeKey};
use countersign_core::id::{MessageId, RequestId};
use countersign_core::limit::{Bucket, Limit, Rule, Rules};
use countersign_core::message::{Decision, Intent, LiveCode, NewCode, Timeline};
use countersign_core::phone::PhoneNumber;
use countersign_core::policy::{CodePolicy, CodeRules, Resend};
use countersign_core::ports::StoreError;
use countersign_core::ports::audit::AuditLog;
use countersign_core::ports::ledger::Ledger;
use countersign_core::ports::records::{Records, TimelineQuery};
use countersign_core::ports::setup::SetupStore;
use countersign_core::ports::staff::Staff;
use countersign_core::ports::tallies::TallyBook;
use countersign_core::send::attempt::Attempt;
use countersign_core::send::outcome::{Outcome, RefusalKind};
use countersign_core::send::settle::Settlement;
use countersign_core::testing::CountingEntropy;
use countersign_core::time::Timestamp;

use crate::backend::{self, Backend};

pub(crate) const PHONE: &str = "+8613800138000";

/// A store and a clock that the test controls.
pub(crate) struct World<B = Box<dyn Backend>> {
    pub(crate) backend: B,
    /// The value of every byte of the key that makes the MACs of codes.
    code_key: u8,
    /// Those of the keys of before, newest first.
    older_code_keys: Vec<u8>,
    entropy: CountingEntropy,
}

/// Makes a new world for every backend.
pub(crate) fn on_each_backend() -> impl Iterator<Item = World> {
    backend::all().into_iter().map(World::on)
}

impl<B: Backend> World<B> {
    pub(crate) fn on(backend: B) -> Self {
        Self {
            backend,
            code_key: 0xf8,
            older_code_keys: Vec::new(),
            entropy: CountingEntropy::default(),
        }
    }

    /// Returns this world with another key for codes.
    pub(crate) fn with_code_key(self, code_key: u8) -> Self {
        Self { code_key, ..self }
    }

    pub(crate) fn entropy(&self) -> &CountingEntropy {
        &self.entropy
    }

    pub(crate) fn ledger(&self) -> Arc<dyn Ledger> {
        self.backend.ledger()
    }

    pub(crate) fn records(&self) -> Arc<dyn Records> {
        self.backend.records()
    }

    pub(crate) fn audit(&self) -> Arc<dyn AuditLog> {
        self.backend.audit()
    }

    pub(crate) fn setups(&self) -> Arc<dyn SetupStore> {
        self.backend.setups()
    }

    pub(crate) fn staff(&self) -> Arc<dyn Staff> {
        self.backend.staff()
    }

    pub(crate) fn tally_book(&self) -> Arc<dyn TallyBook> {
        self.backend.tally_book()
    }

    /// Returns the time by which the store decides.
    pub(crate) fn now(&self) -> Timestamp {
        self.backend.clock().now()
    }

    pub(crate) fn pass(&self, time: Duration) {
        self.backend.hand_clock().pass(time);
        self.backend.follow_hand_clock();
    }

    pub(crate) fn set_clock_back(&self, time: Duration) {
        self.backend.hand_clock().set_back(time);
        self.backend.follow_hand_clock();
    }

    pub(crate) fn stop(&mut self) {
        self.backend.stop();
    }

    pub(crate) fn start(&mut self) {
        self.backend.start();
    }

    pub(crate) fn restart(&mut self) {
        self.stop();
        self.start();
    }

    pub(crate) fn intent(&self, app: &str, channel: Channel, phone: &str) -> Intent {
        let now = self.now();
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
            claim: None,
        }
    }

    /// Sends `code` under these rules, without limits, accepted at once. Returns the message.
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

    /// Sends `code` under these rules, without limits, and leaves it pending. Returns the message, and the live
    /// code that it brings again, if it does.
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
        let decision = self.ledger().decide(intent, no_rules).await.unwrap();
        (message, decision.again)
    }

    /// Makes the check of a typed `code`.
    pub(crate) fn typed(
        &self,
        caller: Caller,
        app: &str,
        channel: Channel,
        phone: &str,
        code: &str,
    ) -> CodeCheck {
        let guess = Guess::new(
            self.code_keys(),
            Passcode::parse(code).unwrap(),
            AppId::parse(app).unwrap(),
            channel,
            PhoneNumber::parse(phone, None).unwrap(),
        );
        CodeCheck::new(self.request_id(), caller, guess, CodeLength::always(6))
    }

    /// Checks `code` as the login code of the one number.
    pub(crate) async fn check(&self, caller: Caller, code: &str) -> Checked {
        let check = self.typed(caller, "app", Channel::Login, PHONE, code);
        self.ledger().check(check).await.unwrap()
    }

    /// Returns the key that makes the MACs of codes.
    pub(crate) fn code_key(&self) -> PasscodeKey {
        PasscodeKey::new([self.code_key; 32])
    }

    /// Makes codes with another key from now on.
    pub(crate) fn rotate_code_key(&mut self) {
        self.older_code_keys.insert(0, self.code_key);
        self.code_key ^= 1;
    }

    /// Returns the keys that the MACs of codes are compared by.
    pub(crate) fn code_keys(&self) -> PasscodeKeys {
        let older = self.older_code_keys.iter();
        let older = older.map(|key| PasscodeKey::new([*key; 32])).collect();
        PasscodeKeys::new(self.code_key(), older)
    }

    pub(crate) fn request_id(&self) -> RequestId {
        RequestId::generate(self.now(), &self.entropy).unwrap()
    }

    pub(crate) async fn decide(
        &self,
        rules: Vec<Rule>,
    ) -> Result<(MessageId, Decision), StoreError> {
        let intent = self.intent("app", Channel::Login, PHONE);
        let id = intent.id;
        let rules = Rules::new(rules).unwrap();
        Ok((id, self.ledger().decide(intent, rules).await?))
    }

    /// Decides on a login code under the one-minute limit.
    pub(crate) async fn login(&self) -> (MessageId, Decision) {
        self.decide(vec![minute()]).await.unwrap()
    }

    /// Settles a message. Returns whether the minute was given back.
    pub(crate) async fn settle(&self, message: MessageId, outcome: Outcome) -> bool {
        self.try_settle(message, outcome).await.unwrap()
    }

    pub(crate) async fn try_settle(
        &self,
        message: MessageId,
        outcome: Outcome,
    ) -> Result<bool, StoreError> {
        let now = self.now();
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
            cost: 0,
        };
        Ok(self.ledger().settle(settlement).await?.gave_back)
    }

    /// Sends messages to other numbers, all accepted.
    pub(crate) async fn other_traffic(&self, numbers: Range<u32>) {
        for n in numbers {
            let other = self.intent("app", Channel::Register, &format!("+861380013{n:04}"));
            let message = other.id;
            self.ledger()
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
        self.records().timelines(query).await.unwrap().remove(0)
    }

    pub(crate) async fn code(&self, message: MessageId) -> CodeState {
        self.timeline(message).await.code
    }

    pub(crate) fn unlock(&self, note: &str) -> Unlock {
        Unlock {
            request_id: self.request_id(),
            phone: PhoneNumber::parse(PHONE, None).unwrap(),
            note: note.to_owned(),
            by: Author::service(),
        }
    }

    /// Sends `code` to the one number, to sign in.
    pub(crate) async fn code_sent(&self, code: &str) -> MessageId {
        self.send("app", Channel::Login, PHONE, code, login()).await
    }

    pub(crate) async fn wrong(&self, caller: Caller, times: usize) {
        for n in 0..times {
            let found = self.check(caller, "999999").await;
            assert!(!is_right(&found) && !is_locked(&found), "{n}: {found:?}");
        }
    }
}

/// Returns the built-in rules of a channel.
pub(crate) fn rules(channel: Channel) -> CodeRules {
    CodePolicy::default().of(&AppId::parse("app").unwrap(), channel)
}

pub(crate) fn minute() -> Rule {
    minute_of(PHONE)
}

pub(crate) fn minute_of(phone: &str) -> Rule {
    Rule {
        bucket: Bucket::named("minute").part(phone),
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
