//! Pages of messages: in the order of decisions, whatever the clocks of nodes say, and by an index.

use std::sync::Arc;
use std::time::Duration;

use countersign_core::channel::Channel;
use countersign_core::id::MessageId;
use countersign_core::limit::Rules;
use countersign_core::ports::ledger::Ledger;
use countersign_core::ports::records::TimelineQuery;
use countersign_core::testing::HandClock;
use countersign_core::time::{Clock as _, Timestamp};
use tokio::time::Instant;

use crate::postgres::Postgres;
use crate::server::run;
use crate::world::{PHONE, World};

const DAY: Duration = Duration::from_secs(24 * 3_600);

/// Puts the index of times in the place of that of all days as an upgrade does: days that are there already are without it. What an
/// interruption left of one is not whole.
const UPGRADED: &str = "
    SET search_path = countersign;
    DROP INDEX message_time;
    CREATE INDEX message_time ON ONLY message (decided_at, id) WHERE number > '-9223372036854775808'::bigint;
    CREATE INDEX message_20717_time ON message_20717 (decided_at, id) WHERE number > '-9223372036854775808'::bigint;
    UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'message_20717_time'::regclass";

const IS_WHOLE: &str = "
    SELECT count(*) FROM pg_index WHERE indexrelid = 'countersign.message_time'::regclass AND indisvalid";

/// Keeps every node from upkeep, which counts messages too.
const NO_UPKEEP: &str = "SELECT pg_advisory_lock(x'636f756e74657275'::bigint)";

/// The number of rows of messages that were read. Sessions tell it at their end at the latest.
const READ: &str = "
    SELECT sum(coalesce(idx_tup_fetch, 0) + seq_tup_read)::bigint FROM pg_stat_user_tables WHERE relname ~ '^message'";

/// Sends messages from three nodes, a second after the other. The clock of the second node is five minutes ahead, that of the third
/// five minutes behind. Returns each message with the time of its decision, newest first.
async fn sent(world: &World<Postgres>, count: usize) -> Vec<(MessageId, Timestamp)> {
    let clocks = [0; 3].map(|_| Arc::new(HandClock::new(world.now())));
    let nodes = clocks
        .each_ref()
        .map(|clock| world.backend.another_node(clock));
    let mut sent = Vec::new();
    for n in 0..count {
        world.pass(Duration::from_secs(1));
        let (now, apart) = (world.now(), Duration::from_secs(300));
        let now = [now, now.after(apart), now.before(apart)][n % 3];
        clocks[n % 3].set(now);
        let mut intent = world.intent("app", Channel::Login, PHONE);
        intent.id = MessageId::generate(clocks[n % 3].now(), world.entropy()).unwrap();
        let message = intent.id;
        let ledger: &dyn Ledger = &*nodes[n % 3];
        let decision = ledger.decide(intent, Rules::new(vec![]).unwrap()).await;
        sent.push((message, decision.unwrap().at));
    }
    sent.reverse();
    sent
}

/// Reads all messages before a time in pages of this length.
async fn listed(
    world: &World<Postgres>,
    decided_before: Option<Timestamp>,
    limit: u16,
) -> Vec<MessageId> {
    let mut query = TimelineQuery {
        decided_before,
        limit,
        ..TimelineQuery::default()
    };
    let mut listed = Vec::new();
    loop {
        let page = world.records().timelines(query.clone()).await.unwrap();
        listed.extend(page.iter().map(|message| message.id));
        match page.last() {
            Some(last) => query.before = Some(last.id),
            None => return listed,
        }
    }
}

fn ids(messages: &[(MessageId, Timestamp)]) -> Vec<MessageId> {
    messages.iter().map(|(id, _)| *id).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_have_every_message_once_in_the_order_of_decisions_although_clocks_differ() {
    let world = World::on(Postgres::new());
    let mut sent_first = sent(&world, 31).await;
    world.pass(3 * DAY);
    let mut all = sent(&world, 20).await;
    all.append(&mut sent_first);
    assert_eq!(listed(&world, None, 4).await, ids(&all));
    for (place, (_, at)) in all.iter().enumerate().step_by(7) {
        assert_eq!(
            listed(&world, Some(*at), 5).await,
            ids(&all[place + 1..]),
            "before {place}"
        );
    }
}

#[tokio::test]
async fn a_search_reads_about_as_many_messages_as_it_returns() {
    let mut world = World::on(Postgres::new());
    let mut times = Vec::new();
    for day in 0..2 {
        for n in 0..300 {
            world.pass(Duration::from_millis(100));
            world.other_traffic(day * 300 + n..day * 300 + n + 1).await;
            times.push(world.now());
        }
        world.pass(3 * DAY);
    }
    let last = world.code_sent("000042").await;
    let last = world.timeline(last).await;
    world.stop();
    let holder = world.backend.session();
    run(holder.batch_execute(NO_UPKEEP)).unwrap();
    let before = world.backend.count(READ);
    world.start();
    let mut queries = Vec::new();
    for time in times.iter().step_by(50) {
        queries.push(TimelineQuery {
            decided_before: Some(*time),
            ..TimelineQuery::default()
        });
    }
    queries.push(TimelineQuery {
        phone: Some(last.phone.clone()),
        ..TimelineQuery::default()
    });
    queries.push(TimelineQuery {
        request: Some(last.request_id),
        ..TimelineQuery::default()
    });
    let mut returned = 0;
    for mut query in queries {
        query.limit = 10;
        for _ in 0..2 {
            let page = world.records().timelines(query.clone()).await.unwrap();
            returned += i64::try_from(page.len()).unwrap();
            query.before = page.last().map(|last| last.id);
        }
    }
    assert!(returned > 200, "{returned} messages were found");
    world.stop();
    let read = world.backend.count(READ) - before;
    assert!(read >= returned, "the test sees what is read");
    assert!(
        read < 2 * returned,
        "{read} messages were read to find {returned}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn older_days_get_the_index_of_times_after_an_upgrade_and_pages_are_whole_meanwhile() {
    let mut world = World::on(Postgres::new());
    let mut expected = Vec::new();
    for n in 0..40 {
        world.pass(Duration::from_secs(3_600));
        world.other_traffic(n..n + 1).await;
        expected.push(world.now());
    }
    expected.reverse();
    let all = listed(&world, None, 50).await;
    assert_eq!(all.len(), 40);
    world.stop();
    world.backend.administer(UPGRADED);
    assert_eq!(world.backend.count(IS_WHOLE), 0);
    world.start();
    let begun = Instant::now();
    while world.backend.count(IS_WHOLE) == 0 {
        assert_eq!(listed(&world, None, 7).await, all);
        assert!(begun.elapsed() < Duration::from_secs(60));
    }
    assert_eq!(listed(&world, None, 7).await, all);
    let before = Some(expected[10]);
    assert_eq!(listed(&world, before, 7).await, all[11..]);
}
