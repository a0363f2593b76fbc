//! The store on PostgreSQL: nodes in this process decide over a server that the bench starts, on the other core.
//!
//! Each figure stands beside the barest durable write of the same server: one row inserted after the other, over one session. A
//! "send" is a decision by every limit that ships and its settlement, without HTTP and without a vendor. The temporary folder
//! (`TMPDIR`) is on the disk to measure.

mod drive;
mod limits;
mod nodes;
mod server;

use std::sync::Arc;

use anyhow::Context as _;

use crate::load::Plan;
use crate::report::Row;
use crate::sample::Sample;
use crate::say::{note, say};
use drive::drive;
use nodes::Nodes;
use server::Server;

/// The number of callers that ask each node at once.
const CALLERS: usize = 64;

/// What nodes are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Work {
    /// A decision on a send.
    Decide,
    /// A decision on a send, and its settlement.
    Send,
    /// A right code, once.
    Check,
    /// A send to a number that got a code within the minute.
    Throttled,
}

/// Measures every kind of work on one node and on three, `pairs` times.
pub(crate) async fn measure(plan: &Plan, pairs: usize, codes: u64) -> anyhow::Result<Vec<Row>> {
    let mut rows = Vec::new();
    for nodes in [1, 3] {
        for work in [Work::Decide, Work::Send, Work::Check, Work::Throttled] {
            note(format!("{work:?} on {nodes} ..."));
            let mut row = Row {
                what: format!("postgres {work:?}, nodes: {nodes}").to_lowercase(),
                against: "one insert after the other".to_owned(),
                pairs: Vec::new(),
            };
            for _ in 0..pairs {
                row.pairs.push(pair(plan, work, nodes, codes).await?);
            }
            let per_second =
                |(_, ours): &(Sample, Sample)| ours.rate / (ours.usage.servers / 100.0);
            let rates: Vec<_> = row.pairs.iter().map(per_second).collect();
            say(format!(
                "{}: {rates:.0?} per second of the server's processor.\n",
                row.what
            ));
            rows.push(row);
        }
    }
    Ok(rows)
}

/// Runs the barest insert, and then our work, on a fresh server.
async fn pair(
    plan: &Plan,
    work: Work,
    nodes: usize,
    codes: u64,
) -> anyhow::Result<(Sample, Sample)> {
    let server = Server::start().await?;
    let barest = insert(&server, plan).await?;
    let nodes = Arc::new(Nodes::open(&server, nodes).await?);
    let (codes, callers) = (codes.min(20_000), CALLERS * nodes.count());
    let prepared = match work {
        Work::Decide | Work::Send => 0,
        Work::Check => codes,
        Work::Throttled => 1_000,
    };
    nodes.prepare(prepared, callers).await?;
    let asked = Arc::clone(&nodes);
    let ask = move |n| {
        let nodes = Arc::clone(&asked);
        async move {
            match work {
                Work::Decide => nodes.decide(n).await.map(|_| true),
                Work::Send => nodes.send(n).await.map(|()| true),
                Work::Check if n >= codes => Ok(false),
                Work::Check => nodes.check(n).await.map(|()| true),
                Work::Throttled => nodes.refuse(n % 1_000).await.map(|()| true),
            }
        }
    };
    let ours = drive(plan, callers, &server, ask).await?;
    drop(nodes);
    server.stop()?;
    Ok((barest, ours))
}

async fn insert(server: &Server, plan: &Plan) -> anyhow::Result<Sample> {
    let client = Arc::new(server.session().await?);
    let table = "CREATE TABLE bare (id uuid PRIMARY KEY, body bytea)";
    client.batch_execute(table).await?;
    let insert = "INSERT INTO bare VALUES (gen_random_uuid(), $1)";
    let insert = client.prepare(insert).await?;
    let ask = move |_| {
        let (client, insert) = (Arc::clone(&client), insert.clone());
        async move {
            let body = [7_u8; 200].as_slice();
            let inserted = client.execute(&insert, &[&body]).await;
            inserted.map(|_| true).context("the barest insert")
        }
    };
    drive(plan, 1, server, ask).await
}
