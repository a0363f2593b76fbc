//! Changes of keys in the middle of every story: no promise becomes weaker.

use std::sync::Arc;
use std::time::Duration;

use countersign_core::application::AppId;
use countersign_core::channel::Channel;
use countersign_core::code::check::{Caller, Checked, TokenUse};
use countersign_core::id::MessageId;
use countersign_core::limit::Rules;
use countersign_core::phone::PhoneNumber;
use countersign_core::policy::{self, CodeRules, Resend};
use countersign_core::ports::records::TimelineQuery;
use countersign_core::ports::setup::Setting;
use countersign_core::receipt::{Delivery, Receipt};

use crate::backend::{self, Backend};
use crate::settings::{SECRET, application, provider, put};
use crate::world::{PHONE, World, accepted, is_locked, is_right, login, minute, refused};

const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(3600);

/// The ways in which keys change.
#[derive(Debug, Clone, Copy)]
enum How {
    /// While the store runs.
    Running,
    /// While it runs, and it starts again soon after.
    RunningThenRestarted,
    /// Two times while it runs.
    Twice,
    /// At a start.
    Restarting,
}

const WAYS: [How; 4] = [
    How::Running,
    How::RunningThenRestarted,
    How::Twice,
    How::Restarting,
];

async fn rotate(world: &mut World<Box<dyn Backend>>, how: How) {
    world.rotate_code_key();
    world.backend.add_keys();
    match how {
        How::Running => world.backend.begin_keys().await,
        How::RunningThenRestarted => {
            world.backend.begin_keys().await;
            world.restart();
        }
        How::Twice => {
            world.backend.begin_keys().await;
            world.backend.add_keys();
            world.backend.begin_keys().await;
        }
        How::Restarting => {
            world.restart();
            world.backend.begin_keys().await;
        }
    }
}

fn worlds() -> impl Iterator<Item = (How, World<Box<dyn Backend>>)> {
    WAYS.into_iter().flat_map(|how| {
        let backends = backend::all().into_iter();
        backends.map(move |backend| (how, World::on(backend)))
    })
}

fn phone() -> PhoneNumber {
    PhoneNumber::parse(PHONE, None).unwrap()
}

/// Waits until `holds`.
async fn until(what: &str, mut holds: impl AsyncFnMut() -> bool) {
    let mut looks = 0;
    while !holds().await {
        assert!(looks < 3_000, "not within half a minute: {what}");
        looks += 1;
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// Waits until everything that older keys sealed is sealed anew.
async fn sealed_anew(world: &World<Box<dyn Backend>>) {
    until("everything is sealed anew", async || {
        let status = world.backend.generations().status().await.unwrap();
        let needed = status.iter().filter_map(|each| each.needed_for.as_ref());
        needed.clone().count() > 0
            && needed.fold(true, |done, needed| {
                done && needed.messages == 0 && !needed.unlocks && !needed.index
            })
    })
    .await;
}

// shows: G6
#[tokio::test]
async fn a_minute_that_was_taken_before_stays_taken_and_ends_in_time() {
    for (how, mut world) in worlds() {
        let (first, _) = world.login().await;
        world.settle(first, accepted()).await;
        world.pass(MINUTE / 2);
        rotate(&mut world, how).await;
        let (_, refused) = world.login().await;
        assert_eq!(refused.wait(), Some(MINUTE / 2), "{how:?}");
        world.restart();
        let (_, refused) = world.login().await;
        assert_eq!(refused.wait(), Some(MINUTE / 2), "{how:?}");
        world.pass(MINUTE / 2);
        assert!(world.login().await.1.admitted(), "{how:?}");
        assert!(!world.login().await.1.admitted(), "{how:?}");
    }
}

// shows: G6
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_sends_to_a_number_while_keys_change_one_is_admitted() {
    for mut world in backend::all().into_iter().map(World::on) {
        many_sends_while_keys_change(&mut world).await;
    }
}

async fn many_sends_while_keys_change(world: &mut World<Box<dyn Backend>>) {
    for _ in 0..4 {
        let ledger = world.ledger();
        let sends: Vec<_> = (0..100)
            .map(|_| {
                let intent = world.intent("app", Channel::Login, PHONE);
                let rules = Rules::new(vec![minute()]).unwrap();
                let ledger = Arc::clone(&ledger);
                tokio::spawn(async move { ledger.decide(intent, rules).await.unwrap().admitted() })
            })
            .collect();
        world.backend.add_keys();
        world.backend.begin_keys().await;
        let mut admitted = 0;
        for send in sends {
            admitted += usize::from(send.await.unwrap());
        }
        assert_eq!(admitted, 1);
        world.pass(MINUTE);
    }
}

// shows: G6
#[tokio::test]
async fn a_message_under_way_gives_its_minute_back_and_give_backs_are_counted_on() {
    for (how, mut world) in worlds() {
        let in_running =
            matches!(how, How::Running | How::Twice) || world.backend.settles_after_a_start();
        for _ in 0..policy::GIVE_BACKS - 1 {
            let (message, _) = world.login().await;
            assert!(world.settle(message, refused()).await);
        }
        let (message, decision) = world.login().await;
        assert!(decision.admitted());
        rotate(&mut world, how).await;
        // After a start of the embedded store, a message that was under way counts as sent.
        assert_eq!(
            world.settle(message, refused()).await,
            in_running,
            "{how:?}"
        );
        let (message, decision) = world.login().await;
        assert_eq!(decision.admitted(), in_running, "{how:?}");
        if in_running {
            assert!(!world.settle(message, refused()).await, "{how:?}");
        }
        assert!(!world.login().await.1.admitted(), "{how:?}");
    }
}

// shows: G6
#[tokio::test]
async fn a_code_of_before_keeps_its_tries_and_is_used_once() {
    for (how, mut world) in worlds() {
        world.code_sent("000042").await;
        world.wrong(Caller::Application, 3).await;
        rotate(&mut world, how).await;
        let found = world.check(Caller::Application, "999999").await;
        assert_eq!(found, Checked::Wrong { tries_left: 1 }, "{how:?}");
        world.restart();
        assert!(
            is_right(&world.check(Caller::Application, "000042").await),
            "{how:?}"
        );
        for _ in 0..2 {
            let found = world.check(Caller::Application, "000042").await;
            assert_eq!(found, Checked::Used, "{how:?}");
            world.restart();
        }
    }
}

// shows: G6
#[tokio::test]
async fn a_new_code_ends_one_of_before() {
    for (how, mut world) in worlds() {
        world.code_sent("000042").await;
        rotate(&mut world, how).await;
        assert!(
            is_right(&world.check(Caller::Public, "000042").await),
            "{how:?}"
        );
        world.pass(MINUTE);
        world.code_sent("000043").await;
        for _ in 0..2 {
            let found = world.check(Caller::Public, "000042").await;
            assert!(
                matches!(found, Checked::Replaced { .. }),
                "{how:?}: {found:?}"
            );
            assert!(
                is_right(&world.check(Caller::Public, "000043").await),
                "{how:?}"
            );
            world.restart();
        }
    }
}

// shows: G6
#[tokio::test]
async fn a_code_of_before_is_sent_again() {
    let reuse = CodeRules {
        resend: Resend::Reuse,
        ..login()
    };
    for (how, mut world) in worlds() {
        let first = world
            .send("app", Channel::Login, PHONE, "000042", reuse)
            .await;
        rotate(&mut world, how).await;
        world.pass(MINUTE);
        let (_, again) = world
            .send_unsettled("app", Channel::Login, PHONE, "000043", reuse)
            .await;
        let again = again.unwrap();
        assert_eq!(again.message, first, "{how:?}");
        assert!(
            is_right(&world.check(Caller::Public, "000042").await),
            "{how:?}"
        );
    }
}

// shows: G6
#[tokio::test]
async fn wrong_guesses_of_before_count_on_until_an_unlock_forgets_them_all() {
    for (how, mut world) in worlds() {
        world.wrong(Caller::Public, 6).await;
        rotate(&mut world, how).await;
        world.wrong(Caller::Public, 4).await;
        assert!(
            is_locked(&world.check(Caller::Public, "999999").await),
            "{how:?}"
        );
        world.restart();
        assert!(
            is_locked(&world.check(Caller::Public, "999999").await),
            "{how:?}"
        );
        world
            .ledger()
            .unlock(world.unlock("called us"))
            .await
            .unwrap();
        world.restart();
        world.wrong(Caller::Public, 10).await;
        assert!(
            is_locked(&world.check(Caller::Public, "999999").await),
            "{how:?}"
        );
    }
}

/// Guesses wrongly `times` times at a new code each time, as soon as time allows.
async fn guess(world: &World<Box<dyn Backend>>, times: u32) {
    let mut guessed = 0;
    while guessed < times {
        world.code_sent("000042").await;
        match world.check(Caller::Public, "999999").await {
            Checked::Locked { wait: Some(wait) } => world.pass(wait),
            found => {
                assert!(matches!(found, Checked::Wrong { .. }), "{found:?}");
                guessed += 1;
            }
        }
    }
}

// shows: G6
#[tokio::test]
async fn wrong_guesses_in_a_row_are_counted_over_a_change_and_after_the_keys_of_before_have_ended()
{
    for (how, mut world) in worlds() {
        guess(&world, 40).await;
        rotate(&mut world, how).await;
        sealed_anew(&world).await;
        guess(&world, 20).await;
        world.pass(policy::OLDER_KEYS);
        ended(&world).await;
        world.stop();
        world.backend.drop_older_keys();
        world.start();
        guess(&world, 20).await;
        world.pass(24 * HOUR);
        world.code_sent("000042").await;
        let found = world.check(Caller::Public, "000042").await;
        assert_eq!(found, Checked::Locked { wait: None }, "{how:?}");
    }
}

/// Waits until the newest keys are the only ones that are needed.
async fn ended(world: &World<Box<dyn Backend>>) {
    until("the keys of before have ended", async || {
        world.backend.generations().in_use().needed == 1
    })
    .await;
}

// shows: G6
#[tokio::test]
async fn a_token_that_was_used_before_is_not_used_again() {
    for (how, mut world) in worlds() {
        let token = |world: &World<Box<dyn Backend>>| TokenUse {
            request_id: world.request_id(),
            token: "token-1".to_owned(),
            life: policy::TOKEN_LIFE,
        };
        let first = token(&world);
        assert!(world.ledger().use_token(first).await.unwrap());
        rotate(&mut world, how).await;
        let second = token(&world);
        assert!(!world.ledger().use_token(second).await.unwrap(), "{how:?}");
    }
}

/// Returns the messages to the one number, newest first.
async fn messages(world: &World<Box<dyn Backend>>) -> Vec<MessageId> {
    let query = TimelineQuery {
        phone: Some(phone()),
        limit: 10,
        ..TimelineQuery::default()
    };
    let found = world.records().timelines(query).await.unwrap();
    found.iter().map(|timeline| timeline.id).collect()
}

// shows: G6
#[tokio::test]
async fn messages_of_before_are_found_by_number_and_by_report_at_any_time() {
    for (how, mut world) in worlds() {
        let old = world.code_sent("000042").await;
        rotate(&mut world, how).await;
        world.pass(MINUTE);
        let new = world.code_sent("000043").await;
        assert_eq!(messages(&world).await, [new, old], "{how:?}");
        let report = Receipt {
            provider_message_id: None,
            message: Some(old),
            phone: phone(),
            status: Delivery::Delivered,
            vendor_code: None,
        };
        world.records().receive("test", vec![report]).await.unwrap();
        assert_eq!(world.timeline(old).await.receipts.len(), 1, "{how:?}");
        sealed_anew(&world).await;
        assert_eq!(messages(&world).await, [new, old], "{how:?}");
    }
}

// shows: G6
#[tokio::test]
async fn once_a_generation_has_ended_nothing_needs_its_keys() {
    for (how, mut world) in worlds() {
        let old = world.code_sent("000042").await;
        world
            .ledger()
            .unlock(world.unlock("called us"))
            .await
            .unwrap();
        put(&world, Setting::Provider(provider(&world, "aliyun"))).await;
        rotate(&mut world, how).await;
        sealed_anew(&world).await;
        world.stop();
        assert!(world.backend.lacks_older_keys(), "{how:?}");
        world.start();
        world.pass(policy::OLDER_KEYS - MINUTE);
        let new = world.code_sent("000043").await;
        assert!(world.backend.generations().in_use().needed > 1, "{how:?}");
        world.pass(MINUTE);
        ended(&world).await;
        world.stop();
        world.backend.drop_older_keys();
        world.start();
        assert_eq!(messages(&world).await, [new, old], "{how:?}");
        let unlocks = world.records().unlocks(None, 1).await.unwrap();
        assert_eq!(unlocks[0].note, "called us");
        let setup = world.setups().setup();
        let account = setup.providers.values().next().unwrap();
        assert_eq!(account.secrets["access_key_secret"].reveal(), SECRET);
    }
}

// shows: G6
#[tokio::test]
async fn the_secret_of_an_application_is_good_on_and_holds_its_keys_until_it_is_used() {
    const SHOP: &str = "s3cret";
    for (how, mut world) in worlds() {
        let shop = AppId::parse("shop").unwrap();
        put(&world, application(&world, "Shop", SHOP)).await;
        rotate(&mut world, how).await;
        sealed_anew(&world).await;
        world.pass(policy::OLDER_KEYS);
        let holding = async || {
            let status = world.backend.generations().status().await.unwrap();
            let needed = status.into_iter().filter_map(|each| each.needed_for);
            needed
                .flat_map(|needed| needed.applications)
                .collect::<Vec<_>>()
        };
        assert_eq!(
            holding().await.as_slice(),
            std::slice::from_ref(&shop),
            "{how:?}"
        );
        let store = world.setups();
        assert!(
            store
                .application_with_secret(&shop, "other", world.now())
                .is_none()
        );
        assert_eq!(
            holding().await.as_slice(),
            std::slice::from_ref(&shop),
            "{how:?}"
        );
        assert!(
            store
                .application_with_secret(&shop, SHOP, world.now())
                .is_some()
        );
        until("nothing holds the keys", async || {
            holding().await.is_empty()
        })
        .await;
        drop(store);
        ended(&world).await;
        world.stop();
        world.backend.drop_older_keys();
        world.start();
        let store = world.setups();
        assert!(
            store
                .application_with_secret(&shop, SHOP, world.now())
                .is_some(),
            "{how:?}"
        );
    }
}

// shows: G6
#[tokio::test]
async fn keys_of_others_that_the_store_keeps_stay_as_they_are() {
    for (how, mut world) in worlds() {
        let first = world
            .backend
            .generations()
            .kept_key("subject", &[5; 32])
            .await
            .unwrap();
        rotate(&mut world, how).await;
        let kept = world
            .backend
            .generations()
            .kept_key("subject", &[6; 32])
            .await
            .unwrap();
        assert_eq!((*first, *kept), ([5; 32], [5; 32]), "{how:?}");
    }
}
