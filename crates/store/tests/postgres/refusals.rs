//! The record of refused sends that several nodes share.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use std::time::Duration;

use countersign_core::application::AppId;
use countersign_core::channel::Channel;
use countersign_core::id::RequestId;
use countersign_core::limit::{Counts, LimitKind, Mode, Refusal};
use countersign_core::phone::PhoneNumber;
use countersign_core::ports::erasure::{Eraser as _, Erasure};
use countersign_core::ports::refusals::{KEPT, RefusalQuery, Refusals as _, RefusedSend};
use countersign_core::time::Clock as _;
use countersign_store::postgres::{PostgresStore, SharedRefusals};
use tokio::time::Instant;

use crate::backend::Backend as _;
use crate::postgres::Postgres;
use crate::world::World;

struct Node {
    record: SharedRefusals,
    _store: Arc<PostgresStore>,
}

fn nodes(world: &World<Postgres>) -> [Node; 2] {
    [(); 2].map(|()| {
        let store = world.backend.another_node(&world.backend.hand_clock());
        Node {
            record: store.refusals(),
            _store: store,
        }
    })
}

/// A send to one of three numbers that the minute refused.
fn refused(world: &World<Postgres>, n: usize) -> RefusedSend {
    let at = world
        .backend
        .hand_clock()
        .now()
        .after(Duration::from_millis(n as u64));
    RefusedSend {
        request_id: RequestId::generate(at, world.entropy()).unwrap(),
        app: AppId::parse("app").unwrap(),
        channel: Channel::Login,
        phone: PhoneNumber::parse(&format!("1380013800{}", n % 3), None).unwrap(),
        caller: Some(IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1))),
        refusal: Refusal {
            mode: Mode::Enforce,
            limit: "minute".into(),
            kind: LimitKind::Minute,
            counts: Counts::Messages,
            count: 1,
            max: 1,
            window: Duration::from_secs(60),
            at,
            until: Some(at.after(Duration::from_secs(60))),
        },
    }
}

fn all() -> RefusalQuery {
    RefusalQuery {
        limit: usize::MAX,
        ..RefusalQuery::default()
    }
}

/// Asks a node until it finds so many refused sends, and returns them.
async fn found(node: &Node, query: RefusalQuery, count: usize) -> Vec<RefusedSend> {
    let begun = Instant::now();
    loop {
        let found = node.record.find(query.clone()).await.unwrap().refusals;
        if found.len() == count {
            return found;
        }
        assert!(
            begun.elapsed() < Duration::from_secs(30),
            "{} of {count}",
            found.len()
        );
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_send_is_found_at_once_where_it_was_refused_and_soon_on_the_other_node() {
    let world = World::on(Postgres::new());
    let [here, elsewhere] = nodes(&world);
    let sends: Vec<_> = (0..9).map(|n| refused(&world, n)).collect();
    sends
        .iter()
        .for_each(|refused| here.record.record(refused.clone()));
    let newest_first: Vec<_> = sends.iter().rev().cloned().collect();
    for node in [&here, &elsewhere] {
        if std::ptr::eq(node, &here) {
            let found = node.record.find(all()).await.unwrap();
            assert_eq!((found.refusals, found.dropped), (newest_first.clone(), 0));
        }
        assert_eq!(found(node, all(), 9).await, newest_first);
        let of_number = RefusalQuery {
            phone: Some(sends[1].phone.clone()),
            limit: 2,
            ..RefusalQuery::default()
        };
        assert_eq!(
            found(node, of_number, 2).await,
            [sends[7].clone(), sends[4].clone()]
        );
        let of_request = RefusalQuery {
            request: Some(sends[5].request_id),
            limit: 50,
            ..RefusalQuery::default()
        };
        assert_eq!(found(node, of_request, 1).await, [sends[5].clone()]);
    }
    let dump = world.backend.dump();
    assert!(dump.contains(&sends[0].request_id.to_string()));
    for secret in ["1380013800", "192.0.2.1"] {
        assert!(!dump.contains(secret), "{secret}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flood_is_cut_to_the_newest_and_counted() {
    const FLOOD: usize = 30_000;
    let world = World::on(Postgres::new());
    let [here, elsewhere] = nodes(&world);
    for n in 0..FLOOD {
        here.record.record(refused(&world, n));
    }
    let begun = Instant::now();
    let counted = loop {
        let found = elsewhere.record.find(all()).await.unwrap();
        let counted = found.refusals.len() + usize::try_from(found.dropped).unwrap();
        if counted >= FLOOD {
            assert_eq!(
                found.refusals[0].refusal.at,
                refused(&world, FLOOD - 1).refusal.at
            );
            break counted;
        }
        assert!(
            begun.elapsed() < Duration::from_secs(60),
            "{counted} of {FLOOD}"
        );
        tokio::time::sleep(Duration::from_millis(50)).await;
    };
    assert_eq!(counted, FLOOD);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_newest_are_kept_and_the_others_counted() {
    let world = World::on(Postgres::new());
    let [here, elsewhere] = nodes(&world);
    world.backend.administer(
        "INSERT INTO countersign.refusal
         SELECT lpad(to_hex(n), 32, '0')::uuid, 0, '' FROM generate_series(1, 10500) AS n",
    );
    let newest = refused(&world, 0);
    here.record.record(newest.clone());
    assert_eq!(found(&elsewhere, all(), 1).await, [newest]);
    let kept = world
        .backend
        .count("SELECT count(*) FROM countersign.refusal");
    assert_eq!(usize::try_from(kept), Ok(KEPT));
    assert_eq!(elsewhere.record.find(all()).await.unwrap().dropped, 501);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_erased_number_is_in_no_refused_send() {
    let world = World::on(Postgres::new());
    let [here, elsewhere] = nodes(&world);
    for n in 0..6 {
        here.record.record(refused(&world, n));
    }
    found(&elsewhere, all(), 6).await;
    elsewhere.record.record(refused(&world, 6));
    let phone = refused(&world, 0).phone;
    let erasure = Erasure {
        request_id: world.request_id(),
        phone: phone.clone(),
    };
    assert_eq!(elsewhere.record.erase(&erasure).await.unwrap().refusals, 3);
    for node in [&here, &elsewhere] {
        assert!(
            found(node, all(), 4)
                .await
                .iter()
                .all(|refused| refused.phone != phone)
        );
    }
}
