//! Buckets that nodes count in leases.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use countersign_core::channel::Channel;
use countersign_core::id::{MessageId, RequestId};
use countersign_core::limit::{Bound, Bucket, Limit, Rule, Rules};
use countersign_core::message::Intent;
use countersign_core::phone::PhoneNumber;
use countersign_core::ports::ledger::Ledger;
use countersign_core::send::attempt::Attempt;
use countersign_core::send::settle::Settlement;
use countersign_core::testing::CountingEntropy;
use countersign_core::time::{Clock, Timestamp};
use countersign_store::StoreKeys;
use countersign_store::postgres::{DatabaseUrl, PostgresStore};
use tokio::task::JoinSet;
use tokio::time::Instant;

use crate::backend::{BEGINNING, Backend as _};
use crate::postgres::Postgres;
use crate::server::{run, server};
use crate::world::{World, refused};

const MINUTE: Duration = Duration::from_secs(60);

/// The limit on all sends together.
fn busy(window: Duration, max: u64, early_percent: u8) -> Rules {
    let limit = Limit {
        name: "all".into(),
        window,
        bound: Bound::Max(max),
        early_percent,
        ..Limit::one_per_minute()
    };
    let bucket = Bucket::named("all");
    Rules::new(vec![Rule { bucket, limit }]).unwrap()
}

fn number(n: usize) -> String {
    format!("+86138{n:08}")
}

/// A clock that goes on by itself.
struct Going(Instant);

impl Clock for Going {
    fn now(&self) -> Timestamp {
        BEGINNING.after(self.0.elapsed())
    }
}

/// Opens a node on a database whose own clock decides.
fn node(url: &str, clock: &Arc<Going>) -> Arc<PostgresStore> {
    let keys = StoreKeys {
        index: [7; 32],
        seal: [7; 32],
    };
    let (url, clock) = (DatabaseUrl::parse(url).unwrap(), Arc::clone(clock));
    Arc::new(run(async move {
        PostgresStore::open(url, &keys, clock).await.unwrap()
    }))
}

/// Sends to other numbers from many callers at once. Returns how many were admitted.
async fn send_at_once(
    world: &World<Postgres>,
    node: &Arc<dyn Ledger>,
    numbers: std::ops::Range<usize>,
    rules: &Rules,
) -> usize {
    let mut sends = JoinSet::new();
    for n in numbers {
        let (intent, rules) = (
            world.intent("app", Channel::Login, &number(n)),
            rules.clone(),
        );
        let node = Arc::clone(node);
        sends.spawn(async move { node.decide(intent, rules).await.unwrap().admitted() });
    }
    sends.join_all().await.into_iter().filter(|is| *is).count()
}

/// Returns the number of messages that were counted in leases.
fn leased(world: &World<Postgres>) -> i64 {
    world
        .backend
        .count("SELECT count(*) FROM countersign.message WHERE charges IS NOT NULL")
}

/// Sends until the bucket is counted in leases. Returns the number of sends, which are all admitted.
async fn make_busy(world: &World<Postgres>, from: usize, rules: &Rules) -> usize {
    let (before, mut n) = (leased(world), from);
    while leased(world) == before {
        assert_eq!(
            send_at_once(world, &world.ledger(), n..n + 20, rules).await,
            20
        );
        n += 20;
    }
    n - from
}

// shows: B1
#[tokio::test(flavor = "multi_thread")]
async fn no_window_of_a_limit_on_all_sends_holds_more_than_its_maximum_on_three_nodes_of_which_one_ends()
 {
    let (window, max) = (Duration::from_secs(2), 300);
    let url = run(server().empty_database());
    let clock = Arc::new(Going(Instant::now()));
    let nodes = [(); 3].map(|()| node(&url, &clock));
    let template = World::on(Postgres::new()).intent("app", Channel::Login, &number(0));
    let (template, entropy) = (Arc::new(template), Arc::new(CountingEntropy::default()));
    let (mut callers, counted) = (JoinSet::new(), Arc::new(AtomicUsize::new(0)));
    for caller in 0..200 {
        let store = Arc::clone(&nodes[caller % 3]);
        let (template, entropy) = (Arc::clone(&template), Arc::clone(&entropy));
        // The third node ends while the others go on.
        let until = if caller % 3 == 2 { 200 } else { 650 };
        let (clock, counted) = (Arc::clone(&clock), Arc::clone(&counted));
        callers.spawn(async move {
            let mut admitted = Vec::new();
            while counted.load(Ordering::SeqCst) < until {
                let now = clock.now();
                let intent = Intent {
                    id: MessageId::generate(now, &*entropy).unwrap(),
                    request_id: RequestId::generate(now, &*entropy).unwrap(),
                    phone: PhoneNumber::parse(&number(caller), None).unwrap(),
                    ..(*template).clone()
                };
                let decision = store.decide(intent, busy(window, max, 12)).await;
                let decision = decision.ok().filter(|decision| decision.admitted());
                if let Some(decision) = decision {
                    counted.fetch_add(1, Ordering::SeqCst);
                    admitted.push(decision.at);
                }
            }
            admitted
        });
    }
    drop(nodes);
    let mut admitted: Vec<Timestamp> = callers.join_all().await.into_iter().flatten().collect();
    admitted.sort_unstable();
    for (place, at) in admitted.iter().enumerate() {
        let first = admitted.partition_point(|other| other.after(window) <= *at);
        assert!(place - first < usize::try_from(max).unwrap(), "{place}");
    }
}

// shows: B1
#[tokio::test(flavor = "multi_thread")]
async fn a_busy_bucket_is_counted_in_leases_to_its_maximum_and_refuses_little_early() {
    let world = World::on(Postgres::new());
    let other = world.backend.beside();
    let (rules, nodes) = (busy(MINUTE, 1_000, 5), [world.ledger(), other.ledger()]);
    let mut admitted = make_busy(&world, 0, &rules).await;
    for n in 0..60 {
        let numbers = 10_000 + n * 20..10_000 + n * 20 + 20;
        admitted += send_at_once(&world, &nodes[n % 2], numbers, &rules).await;
    }
    assert!((950..=1_000).contains(&admitted), "{admitted}");
    world.pass(MINUTE + Duration::from_secs(1));
    assert_eq!(
        send_at_once(&world, &nodes[1], 50_000..50_020, &rules).await,
        20
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_send_after_the_end_of_its_lease_is_counted_in_the_row() {
    let world = World::on(Postgres::new());
    let rules = busy(MINUTE, 1_000, 20);
    make_busy(&world, 0, &rules).await;
    for n in 0..10 {
        // By the clock of the database every lease is over; by that of the node, few are.
        world.pass(Duration::from_secs(1));
        let numbers = 1_000 + n * 20..1_020 + n * 20;
        assert_eq!(
            send_at_once(&world, &world.ledger(), numbers, &rules).await,
            20
        );
    }
    // The end of a lease follows the place of its bucket.
    let late = "SELECT count(*) FROM countersign.message
                WHERE decided_at > ('x' || encode(substring(charges FROM 2 FOR 8), 'hex'))::bit(64)::bigint";
    assert_eq!(world.backend.count(late), 0);
    let counted = world.ledger().preview(rules).await.unwrap()[0].count;
    assert!(counted >= 200, "{counted}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lease_of_trusted_callers_admits_no_other_caller_beyond_its_part() {
    let world = World::on(Postgres::new());
    let (trusted, public) = (busy(MINUTE, 300, 20), busy(MINUTE, 240, 20));
    let mut sent = make_busy(&world, 0, &trusted).await;
    while sent < 220 {
        sent += send_at_once(&world, &world.ledger(), sent..sent + 20, &trusted).await;
    }
    let others = send_at_once(&world, &world.ledger(), 1_000..1_100, &public).await;
    assert!(sent + others <= 240, "{sent} and {others}");
    let more = send_at_once(&world, &world.ledger(), 2_000..2_200, &trusted).await;
    assert!(sent + others + more <= 300, "{sent}, {others} and {more}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_that_was_not_sent_is_given_back_to_the_bucket_that_counted_it_in_a_lease() {
    let mut world = World::on(Postgres::new());
    let rules = busy(MINUTE, 1_000, 5);
    let mut sent = Vec::new();
    let phone = |n: usize| PhoneNumber::parse(&number(5_000 + n), None).unwrap();
    let before = make_busy(&world, 0, &rules).await;
    for n in 0..40 {
        let intent = world.intent("app", Channel::Login, &number(5_000 + n));
        let id = intent.id;
        let decision = world.ledger().decide(intent, rules.clone()).await.unwrap();
        assert!(decision.admitted());
        sent.push(id);
    }
    // A node that knows nothing of the messages settles half of them.
    for (n, message) in sent.into_iter().enumerate() {
        if n == 20 {
            world.restart();
        }
        let settlement = Settlement {
            message,
            attempts: vec![Attempt {
                provider: None,
                started_at: world.now(),
                ended_at: world.now(),
                outcome: refused(),
            }],
            give_back: Rules::give_backs(Channel::Login, &phone(n)),
            cost: 0,
        };
        assert!(world.ledger().settle(settlement).await.unwrap().gave_back);
    }
    let counted = world.ledger().preview(rules).await.unwrap()[0].count;
    let held = counted.saturating_sub(u64::try_from(before).unwrap());
    assert!(
        held <= 50,
        "{counted}: {before} sends, and at most 50 units of leases"
    );
}
