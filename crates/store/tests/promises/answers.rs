//! Answers under idempotency keys (`countersign_core::ports::answers`).

use std::sync::Arc;
use std::time::Duration;

use countersign_core::application::AppId;
use countersign_core::channel::Channel;
use countersign_core::code::check::{Caller, Checked};
use countersign_core::idempotency::KeyedEndpoint;
use countersign_core::limit::Rules;
use countersign_core::ports::answers::{Claimed, Decided};
use tokio::task::JoinSet;

use crate::backend::{Backend as _, RecordKind};
use crate::keyed::{call, check, is_free, is_kept, send};
use crate::world::{PHONE, accepted, is_right, on_each_backend};

const LIFE: Duration = Duration::from_secs(24 * 3600);
const LAST: Duration = Duration::from_millis(1);

fn decided(claimed: &Claimed) -> Option<&Decided> {
    match claimed {
        Claimed::Unanswered(_, decided) => Some(decided),
        _ => None,
    }
}

// shows: B15
#[tokio::test]
async fn a_key_is_on_record_with_its_message_and_then_with_its_answer() {
    for mut world in on_each_backend() {
        let claim = world.first(send("a")).await;
        let message = world.decide_claimed(claim).await.unwrap();
        let found = world.claim(send("a")).await;
        assert_eq!(decided(&found), Some(&Decided::Message(message)));
        drop(found);
        world.restart();
        let Claimed::Unanswered(claim, Decided::Message(again)) = world.claim(send("a")).await
        else {
            panic!("a start forgot it");
        };
        assert_eq!(again, message);
        world.keep(claim, "answer").await;
        assert!(is_kept(&world.claim(send("a")).await, "answer"));
        world.restart();
        assert!(is_kept(&world.claim(send("a")).await, "answer"));
        world.pass(LIFE - LAST);
        assert!(is_kept(&world.claim(send("a")).await, "answer"));
        world.pass(LAST);
        assert!(is_free(&world.claim(send("a")).await));
    }
}

// shows: B15
#[tokio::test]
async fn a_key_belongs_to_one_application_endpoint_and_body() {
    for world in on_each_backend() {
        let claim = world.first(send("a")).await;
        world.decide_claimed(claim.clone()).await.unwrap();
        world.keep(claim, "answer").await;
        let other_body = call(KeyedEndpoint::SendSms, "a", "other");
        assert!(matches!(world.claim(other_body).await, Claimed::OtherBody));
        let mut other_app = send("a");
        other_app.name.app = AppId::parse("other").unwrap();
        for free in [other_app, check("a"), send("b")] {
            assert!(is_free(&world.claim(free).await));
        }
    }
}

// shows: B15
#[tokio::test]
async fn a_call_that_decides_nothing_leaves_its_key_free() {
    for world in on_each_backend() {
        world.login().await;
        let claim = world.first(send("a")).await;
        assert_eq!(world.decide_claimed(claim).await, None, "the minute");
        assert!(is_free(&world.claim(send("a")).await));
        world.backend.refuse_writes(RecordKind::Messages, true);
        let claim = world.first(send("a")).await;
        let mut intent = world.intent("app", Channel::Register, PHONE);
        intent.claim = Some(claim);
        let rules = Rules::new(vec![]).unwrap();
        assert!(world.ledger().decide(intent, rules).await.is_err());
        world.backend.refuse_writes(RecordKind::Messages, false);
        assert!(is_free(&world.claim(send("a")).await));
    }
}

// shows: B15
#[tokio::test]
async fn a_key_is_on_record_with_what_its_guess_was_found_to_be() {
    for mut world in on_each_backend() {
        world.code_sent("123456").await;
        let claim = world.first(check("wrong")).await;
        let wrong = world.check_claimed(claim, "999999").await;
        assert_eq!(wrong, Checked::Wrong { tries_left: 4 });
        let claim = world.first(check("right")).await;
        let right = world.check_claimed(claim, "123456").await;
        assert!(is_right(&right));
        // It changes nothing, and was compared.
        let claim = world.first(check("used")).await;
        let used = world.check_claimed(claim, "123456").await;
        assert_eq!(used, Checked::Used);
        world.restart();
        for (key, found) in [("wrong", wrong), ("right", right), ("used", used)] {
            let claimed = world.claim(check(key)).await;
            assert_eq!(decided(&claimed), Some(&Decided::Guess(found)), "{key}");
        }
        world.pass(Duration::from_secs(600));
        assert!(is_free(&world.claim(check("right")).await));
    }
}

// shows: B15
#[tokio::test]
async fn a_guess_that_is_not_compared_leaves_its_key_free() {
    for world in on_each_backend() {
        world.code_sent("123456").await;
        world.wrong(Caller::Application, 15).await;
        let claim = world.first(check("a")).await;
        let found = world.check_claimed(claim, "123456").await;
        assert!(matches!(found, Checked::Locked { .. }), "{found:?}");
        assert!(is_free(&world.claim(check("a")).await));
    }
}

// shows: B15
#[tokio::test(flavor = "multi_thread")]
async fn of_many_calls_at_once_with_one_key_one_is_decided() {
    for world in on_each_backend() {
        let world = Arc::new(world);
        let mut calls = JoinSet::new();
        for _ in 0..200 {
            let world = Arc::clone(&world);
            calls.spawn(async move {
                let claim = match world.claim(send("a")).await {
                    Claimed::First(claim) => claim,
                    other => return is_kept(&other, "answer"),
                };
                let message = world.decide_claimed(claim.clone()).await;
                let message = message.expect("the one send of the minute");
                world.settle(message, accepted()).await;
                world.keep(claim, "answer").await;
                true
            });
        }
        assert_eq!(calls.join_all().await, [true; 200]);
    }
}
