//! A database that is away or stands still, and comes back.

use std::ops::Range;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::server::{client, run};
use super::{Node, database, keys_of, node};
use crate::sandbox::until;
use crate::server::{Server, number};
use crate::vendor::{Manner, Vendor};

/// Runs statements, one by one, in the database beside this one.
fn beside(database: &str, statements: &[String]) {
    let (rest, _) = database.rsplit_once('/').unwrap();
    let beside = format!("{rest}/postgres");
    run(async {
        let client = client(&beside).await;
        for statement in statements {
            client.batch_execute(statement).await.unwrap();
        }
    });
}

/// Lets nobody into the database, and ends every session with it.
fn take_away(database: &str) {
    let (_, name) = database.rsplit_once('/').unwrap();
    let shut = format!("ALTER DATABASE {name} ALLOW_CONNECTIONS false");
    let end =
        format!("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'");
    beside(database, &[shut, end]);
}

fn bring_back(database: &str) {
    let (_, name) = database.rsplit_once('/').unwrap();
    let open = format!("ALTER DATABASE {name} ALLOW_CONNECTIONS true");
    beside(database, &[open]);
}

/// Three nodes, of which the last two send through this vendor.
async fn nodes(database: &str, vendor: &Vendor) -> [Node; 3] {
    let first = node(database, None).await;
    let provider = vendor.provider();
    let args = [
        "--quiet",
        "--database-url",
        database,
        "--provider",
        &provider,
    ];
    let another = async || {
        let folder = keys_of(&first);
        let server = Server::start(folder.path(), &args).await;
        Node { folder, server }
    };
    let (one, other) = (another().await, another().await);
    [first, one, other]
}

/// Sends to numbers of their own through both nodes at once, and returns the answers.
async fn send([_, one, other]: &[Node; 3], numbers: Range<usize>) -> Vec<u64> {
    let sends = numbers.map(|n| {
        let public = [one, other][n % 2].server.public();
        tokio::spawn(async move { public.login(&number(n)).await })
    });
    let mut answers = Vec::new();
    for send in sends.collect::<Vec<_>>() {
        answers.push(send.await.unwrap());
    }
    answers
}

/// Waits until each node sends again, to one number after the other from this one on.
async fn serve_again([_, one, other]: &[Node; 3], from: usize) {
    let numbers = AtomicUsize::new(from);
    for node in [one, other] {
        until("the node sends again", async || {
            let n = numbers.fetch_add(1, Ordering::SeqCst);
            (node.server.public().login(&number(n)).await == 200).then_some(())
        })
        .await;
    }
}

// shows: H7
#[tokio::test(flavor = "multi_thread")]
async fn while_the_database_is_away_sends_are_refused_and_none_is_sent() {
    let (database, vendor) = (database(), Vendor::start(Manner::Answer(200, "{}")).await);
    let nodes = nodes(&database, &vendor).await;
    assert_eq!(send(&nodes, 0..4).await, [200; 4]);
    take_away(&database);
    for round in 1..4 {
        let refused = send(&nodes, round * 100..round * 100 + 20).await;
        assert_eq!(refused, [503; 20]);
    }
    assert_eq!(vendor.messages().len(), 4);
    bring_back(&database);
    serve_again(&nodes, 1_000).await;
}

// shows: H7
#[tokio::test(flavor = "multi_thread")]
async fn while_the_database_stands_still_sends_are_refused_and_none_is_sent() {
    let (database, vendor) = (database(), Vendor::start(Manner::Answer(200, "{}")).await);
    let nodes = nodes(&database, &vendor).await;
    assert_eq!(send(&nodes, 0..4).await, [200; 4]);
    let holder = run(client(&database));
    run(holder.batch_execute("BEGIN; LOCK TABLE countersign.bucket")).unwrap();
    assert_eq!(send(&nodes, 100..120).await, [503; 20]);
    assert_eq!(vendor.messages().len(), 4);
    run(holder.batch_execute("ROLLBACK")).unwrap();
    serve_again(&nodes, 1_000).await;
}
