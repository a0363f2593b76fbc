//! Calls with idempotency keys, as tests make them.

use countersign_core::application::AppId;
use countersign_core::channel::Channel;
use countersign_core::code::check::{Caller, Checked};
use countersign_core::id::MessageId;
use countersign_core::idempotency::{
    CallName, Claim, IdempotencyKey, KeptAnswer, KeyedCall, KeyedEndpoint,
};
use countersign_core::limit::Rules;
use countersign_core::ports::answers::Claimed;

use crate::backend::Backend;
use crate::world::{PHONE, World, minute};

pub(crate) fn call(endpoint: KeyedEndpoint, key: &str, body: &str) -> KeyedCall {
    let name = CallName {
        app: AppId::parse("app").unwrap(),
        endpoint,
        key: IdempotencyKey::parse(key.as_bytes()).unwrap(),
    };
    let body = body.as_bytes().to_vec();
    KeyedCall { name, body }
}

pub(crate) fn send(key: &str) -> KeyedCall {
    call(KeyedEndpoint::SendSms, key, "body")
}

pub(crate) fn check(key: &str) -> KeyedCall {
    call(KeyedEndpoint::VerifyCode, key, "body")
}

impl<B: Backend> World<B> {
    pub(crate) async fn claim(&self, call: KeyedCall) -> Claimed {
        self.backend.answers().claim(call).await.unwrap()
    }

    /// Claims a key that is free.
    pub(crate) async fn first(&self, call: KeyedCall) -> Claim {
        let free = match self.claim(call).await {
            Claimed::First(claim) => Some(claim),
            _ => None,
        };
        free.unwrap()
    }

    /// Decides on a login code under the one-minute limit, with this claim. Returns the message, if it was admitted.
    pub(crate) async fn decide_claimed(&self, claim: Claim) -> Option<MessageId> {
        let mut intent = self.intent("app", Channel::Login, PHONE);
        intent.claim = Some(claim);
        let id = intent.id;
        let rules = Rules::new(vec![minute()]).unwrap();
        let decision = self.ledger().decide(intent, rules).await.unwrap();
        decision.admitted().then_some(id)
    }

    pub(crate) async fn check_claimed(&self, claim: Claim, code: &str) -> Checked {
        let check = self.typed(Caller::Application, "app", Channel::Login, PHONE, code);
        let check = check.claimed(Some(claim));
        self.ledger().check(check).await.unwrap()
    }

    pub(crate) async fn keep(&self, claim: Claim, answer: &str) {
        let answer = KeptAnswer(answer.as_bytes().to_vec());
        self.backend.answers().keep(claim, answer).await.unwrap();
    }
}

pub(crate) fn is_kept(claimed: &Claimed, answer: &str) -> bool {
    matches!(claimed, Claimed::Kept(kept) if kept.0 == answer.as_bytes())
}

pub(crate) fn is_free(claimed: &Claimed) -> bool {
    matches!(claimed, Claimed::First(_))
}
