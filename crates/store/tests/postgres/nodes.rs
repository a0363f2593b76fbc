//! Several nodes on one database.

use std::sync::Arc;
use std::time::Duration;

use countersign_core::channel::Channel;
use countersign_core::code::check::{Caller, Checked, TokenUse};
use countersign_core::id::{MessageId, RequestId};
use countersign_core::idempotency::{Claim, KeyedEndpoint};
use countersign_core::limit::Rules;
use countersign_core::policy::{CodeRules, Resend};
use countersign_core::ports::ledger::Ledger;
use countersign_core::testing::HandClock;
use countersign_core::time::Clock as _;

use crate::backend::Backend as _;
use crate::keyed;
use crate::postgres::Postgres;
use crate::world::{PHONE, World, accepted, is_right, login, minute, refused};

/// The clocks of three nodes: the second is five minutes ahead of the first, the third five minutes behind.
fn clocks(world: &World<Postgres>) -> [Arc<HandClock>; 3] {
    let (now, apart) = (world.now(), Duration::from_secs(300));
    [now, now.after(apart), now.before(apart)].map(|now| Arc::new(HandClock::new(now)))
}

fn world() -> World<Postgres> {
    World::on(Postgres::new())
}

// shows: B1, H2
#[tokio::test(flavor = "multi_thread")]
async fn of_sends_on_nodes_whose_clocks_differ_one_is_admitted() {
    let world = world();
    let nodes = clocks(&world).map(|clock| (world.backend.another_node(&clock), clock));
    for round in 0..3 {
        let sends = (0..90).map(|n| {
            let (node, clock) = &nodes[n % 3];
            let mut intent = world.intent("app", Channel::Login, PHONE);
            intent.id = MessageId::generate(clock.now(), world.entropy()).unwrap();
            let node = Arc::clone(node);
            tokio::spawn(async move {
                let rules = Rules::new(vec![minute()]).unwrap();
                node.decide(intent, rules).await.unwrap().admitted()
            })
        });
        let mut admitted = 0;
        for send in sends.collect::<Vec<_>>() {
            admitted += usize::from(send.await.unwrap());
        }
        assert_eq!(admitted, 1, "round {round}");
        world.pass(Duration::from_secs(60));
        for (_, clock) in &nodes {
            clock.pass(Duration::from_secs(60));
        }
    }
}

// shows: A3
#[tokio::test(flavor = "multi_thread")]
async fn a_code_passes_once_and_a_token_is_used_once_on_all_nodes_together() {
    let world = world();
    world.code_sent("000042").await;
    let nodes = [0; 3].map(|_| world.backend.another_node(&world.backend.hand_clock()));
    let guesses = (0..60).map(|n| {
        let check = world.typed(Caller::Application, "app", Channel::Login, PHONE, "000042");
        let token = TokenUse {
            request_id: world.request_id(),
            token: "token".to_owned(),
            life: Duration::from_secs(300),
        };
        let node = Arc::clone(&nodes[n % 3]);
        tokio::spawn(async move {
            let found = node.check(check).await.unwrap();
            assert!(is_right(&found) || found == Checked::Used, "{found:?}");
            (is_right(&found), node.use_token(token).await.unwrap())
        })
    });
    let (mut right, mut first) = (0, 0);
    for guess in guesses.collect::<Vec<_>>() {
        let (is_right, is_first) = guess.await.unwrap();
        right += usize::from(is_right);
        first += usize::from(is_first);
    }
    assert_eq!((right, first), (1, 1));
}

// shows: B15
#[tokio::test(flavor = "multi_thread")]
async fn a_call_is_decided_on_once_by_all_nodes_together() {
    let world = world();
    let nodes = [0; 2].map(|_| world.backend.another_node(&world.backend.hand_clock()));
    let calls = (0..20).map(|n| {
        // Each node hands its own claim out, to sends that share no number.
        let call = keyed::call(KeyedEndpoint::SendSms, "key", "body");
        let mut intent = world.intent("app", Channel::Login, &format!("+861380013{n:04}"));
        intent.claim = Some(Claim::new(call, ()));
        let node = Arc::clone(&nodes[n % 2]);
        let no_rules = Rules::new(vec![]).unwrap();
        tokio::spawn(async move { node.decide(intent, no_rules).await.is_ok() })
    });
    let mut decided = 0;
    for call in calls.collect::<Vec<_>>() {
        decided += usize::from(call.await.unwrap());
    }
    assert_eq!(decided, 1);
}

#[tokio::test]
async fn another_node_settles_a_message_and_the_first_settlement_counts() {
    let world = world();
    let (message, _) = world.login().await;
    let mut elsewhere = World::on(world.backend.beside());
    world.pass(Duration::from_millis(1)); // so that both make other ids
    assert!(elsewhere.settle(message, refused()).await);
    assert!(!world.settle(message, accepted()).await);
    let (message, decision) = elsewhere.login().await;
    assert!(decision.admitted(), "the minute was given back");
    elsewhere.restart();
    elsewhere.settle(message, accepted()).await;
    assert!(!world.login().await.1.admitted());
}

#[tokio::test]
async fn a_clock_of_the_database_that_is_set_back_opens_no_minute() {
    let world = world();
    let (message, first) = world.login().await;
    world.settle(message, accepted()).await;
    world.set_clock_back(Duration::from_secs(30));
    let (_, second) = world.login().await;
    assert_eq!(second.wait(), Some(Duration::from_secs(60)));
    assert!(second.at >= first.at);
}

// shows: A7, H2
#[tokio::test]
async fn a_code_that_is_sent_after_clocks_were_set_back_ends_the_one_before_it() {
    let world = World::on(Postgres::new());
    for code in ["000042", "000043", "000044"] {
        world.code_sent(code).await;
        world.set_clock_back(Duration::from_secs(600));
    }
    for replaced in ["000042", "000043"] {
        let found = world.check(Caller::Application, replaced).await;
        assert!(matches!(found, Checked::Replaced { .. }), "{found:?}");
    }
    assert!(is_right(&world.check(Caller::Application, "000044").await));
}

#[tokio::test]
async fn of_codes_that_an_application_keeps_all_are_good_after_clocks_were_set_back() {
    let world = World::on(Postgres::new());
    let keeps = CodeRules {
        resend: Resend::AcceptLast(3),
        ..login()
    };
    let codes = ["000041", "000042", "000043", "000044"];
    for code in codes {
        world.send("app", Channel::Login, PHONE, code, keeps).await;
        world.set_clock_back(Duration::from_secs(600));
    }
    let mut right = Vec::new();
    for code in codes {
        right.push(is_right(&world.check(Caller::Public, code).await));
    }
    assert_eq!(right, [false, true, true, true]);
}

// shows: B1, H2
#[tokio::test]
async fn a_clock_of_the_database_that_leaps_ends_no_minute_early_or_late() {
    for leap in [30_000, -30_000, 3_600_000, -3_600_000] {
        let world = world();
        let other = World::on(world.backend.beside());
        let (message, first) = world.login().await;
        world.settle(message, accepted()).await;
        assert!(first.admitted() && !other.login().await.1.admitted());
        world.backend.leap(leap);
        for node in [&other, &world] {
            let (_, again) = node.login().await;
            assert_eq!(again.wait(), Some(Duration::from_secs(60)), "{leap}");
        }
        // Time is slower by a thousandth until the leap is made up for, or faster by a hundred-thousandth.
        world.pass(Duration::from_millis(59_998));
        assert!(!world.login().await.1.admitted(), "{leap}");
        world.pass(Duration::from_millis(100));
        assert!(other.login().await.1.admitted(), "{leap}");
        let ahead = "SELECT countersign.ahead(clock_ahead, clock_since, clock_since + 1000000) FROM countersign.deployment";
        let left = if leap > 0 { leap - 10 } else { leap + 1_000 };
        assert_eq!(world.backend.count(ahead), left);
    }
}

/// The schema before a leap was made up for so slowly, with a leap of half a minute that had been made up for ten days ago.
const MADE_UP_BEFORE: &str = "
    SET search_path = countersign;
    DELETE FROM version WHERE number >= 13;
    ALTER TABLE node DROP COLUMN keys;
    DROP TABLE reseal, staff_session, staff_step, staff_try;
    DROP FUNCTION hold_generation, held_generation, lock_places;
    CREATE OR REPLACE FUNCTION ahead(clock_ahead bigint, clock_since bigint, now bigint) RETURNS bigint LANGUAGE sql IMMUTABLE AS
    $$ SELECT greatest(0, clock_ahead - greatest(0, now - clock_since) / 1000) $$;
    UPDATE deployment SET clock_ahead = 30000, clock_since = machine_clock() - 864000000";

// shows: H2
#[tokio::test]
async fn an_upgrade_brings_no_leap_back_that_was_made_up_for() {
    let mut world = world();
    world.stop();
    world.backend.administer(MADE_UP_BEFORE);
    world.start();
    let ahead = "SELECT countersign.ahead(clock_ahead, clock_since, clock_since) FROM countersign.deployment";
    assert_eq!(world.backend.count(ahead), 0);
}

// shows: B12
#[tokio::test]
async fn a_refused_send_leaves_no_row() {
    let world = world();
    world.login().await;
    let rows =
        "SELECT (SELECT count(*) FROM countersign.bucket) + (SELECT count(*) FROM countersign.code)
                     + (SELECT count(*) FROM countersign.message)";
    let before = world.backend.count(rows);
    for n in 0..20 {
        let mut intent = world.intent("other", Channel::Register, &format!("+861380013{n:04}"));
        intent.request_id = RequestId::generate(world.now(), world.entropy()).unwrap();
        let rules = Rules::new(vec![minute()]).unwrap();
        let decision = world.ledger().decide(intent, rules).await.unwrap();
        assert!(!decision.admitted());
    }
    assert_eq!(world.backend.count(rows), before);
}

#[tokio::test]
async fn the_database_holds_no_number_and_no_code() {
    let world = world();
    let message = world
        .send("app", Channel::Login, PHONE, "731946", login())
        .await;
    world.check(Caller::Application, "555555").await;
    world
        .ledger()
        .unlock(world.unlock("called us"))
        .await
        .unwrap();
    let dump = world.backend.dump();
    assert!(dump.contains(&message.to_string()));
    for secret in ["13800138000", "731946", "555555", "called us"] {
        assert!(!dump.contains(secret), "{secret}");
    }
}
