//! A standby of Debian's PostgreSQL that answers those who only look.

use std::time::Duration;

use countersign_core::id::MessageId;
use countersign_core::ports::ledger::Ledger as _;
use countersign_core::ports::records::{Records as _, TimelineQuery};
use countersign_core::ports::tallies::{By, TallyBook as _, TallyQuery};
use countersign_core::staff::Applications;
use countersign_store::postgres::PostgresStore;
use tokio::time::Instant;

use crate::backend::BEGINNING;
use crate::postgres::Postgres;
use crate::server::{Server, client, run};
use crate::world::World;

/// The lag from which on the replica is not asked any more.
const MOST: Duration = Duration::from_secs(10);

/// Waits until `holds`.
async fn until(what: &str, holds: impl AsyncFn() -> bool) {
    let begun = Instant::now();
    while !holds().await {
        assert!(begun.elapsed() < Duration::from_secs(60), "{what}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// Returns the messages that a node lists.
async fn listed(node: &PostgresStore) -> Vec<MessageId> {
    let query = TimelineQuery {
        limit: 10,
        ..TimelineQuery::default()
    };
    let found = node.timelines(query).await.unwrap();
    found.iter().map(|timeline| timeline.id).collect()
}

fn is_behind(node: &PostgresStore) -> bool {
    node.state().replica_lag.unwrap() >= MOST
}

#[tokio::test(flavor = "multi_thread")]
async fn a_replica_answers_searches_and_the_database_does_when_it_is_away() {
    let primary = Server::start(&[]);
    let url = run(primary.empty_database());
    let world = World::on(Postgres::at(url.clone()));
    let standby = primary.standby();
    let replica = standby.url(url.rsplit('/').next().unwrap());
    let node = world.backend.node_with_replica(&replica, MOST);
    until("the replica is near enough", async || !is_behind(&node)).await;
    let first = world.code_sent("000042").await;
    until("the message is found", async || {
        listed(&node).await == [first]
    })
    .await;
    let session = run(client(&replica));
    let searches = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'countersign' AND query LIKE '%FROM code WHERE%'";
    until("the replica is asked", async || {
        listed(&node).await;
        let row = run(session.query_one(searches, &[])).unwrap();
        row.get::<_, i64>(0) > 0
    })
    .await;
    drop((session, standby));
    world.pass(Duration::from_secs(1));
    let second = world.code_sent("000043").await;
    let newest = async || listed(&node).await == [second, first];
    until("the database is asked", newest).await;
    let query = TallyQuery {
        from: BEGINNING,
        to: world.now(),
        by: By::Channel,
        within: Applications::All,
        app: None,
        channel: None,
        country: None,
        provider: None,
    };
    let counted = world.tally_book().tallies(query.clone()).await.unwrap();
    assert_eq!(node.tallies(query).await.unwrap(), counted);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_is_no_replica_is_never_asked() {
    let world = World::on(Postgres::new());
    let other = Postgres::new();
    let node = world.backend.node_with_replica(other.url(), MOST);
    let first = world.code_sent("000042").await;
    let compared = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()
                    AND pid <> pg_backend_pid() AND query LIKE '%max(seen_at)%'";
    until("they are compared", async || other.count(compared) > 0).await;
    for _ in 0..5 {
        assert!(is_behind(&node));
        assert_eq!(listed(&node).await, [first]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_replica_that_has_fallen_behind_by_more_than_allowed_is_not_asked_until_it_catches_up() {
    let primary = Server::start(&[]);
    let url = run(primary.empty_database());
    let world = World::on(Postgres::at(url.clone()));
    let standby = primary.standby();
    let replica = standby.url(url.rsplit('/').next().unwrap());
    let node = world.backend.node_with_replica(&replica, MOST);
    let first = world.code_sent("000042").await;
    let shows = async |expected: &[MessageId]| listed(&node).await == expected;
    until("the replica is near enough", async || !is_behind(&node)).await;
    until("the message arrives", async || shows(&[first]).await).await;
    let session = run(client(&replica));
    let pause = "SELECT pg_wal_replay_pause()";
    run(session.batch_execute(pause)).unwrap();
    until("the replica stands still", async || {
        let state = "SELECT pg_get_wal_replay_pause_state()";
        let row = run(session.query_one(state, &[])).unwrap();
        row.get::<_, &str>(0) == "paused"
    })
    .await;
    let second = world.code_sent("000043").await;
    until("the replica is asked", async || shows(&[first]).await).await;
    world.pass(MOST);
    until("it is known to be behind", async || is_behind(&node)).await;
    assert!(shows(&[second, first]).await, "the database is asked");
    let resume = "SELECT pg_wal_replay_resume()";
    run(session.batch_execute(resume)).unwrap();
    until("it has caught up", async || !is_behind(&node)).await;
    assert!(shows(&[second, first]).await);
}
