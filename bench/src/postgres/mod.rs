//! The store on PostgreSQL: nodes in this process decide over a server that the bench starts, on the other core.
//!
//! Each figure stands beside the barest durable write of the same server: one row inserted after the other, over one session. A
//! "send" is a decision by every limit that ships and its settlement, without HTTP and without a vendor. The temporary folder
//! (`TMPDIR`) is on the disk to measure.

mod drive;
mod early;
mod fill;
mod growth;
mod limits;
mod nodes;
mod server;
mod statements;

use std::sync::Arc;

use anyhow::Context as _;

use crate::gate::Gate;
use crate::load::Plan;
use crate::report::Row;
use crate::sample::Sample;
use crate::say::{note, say};
use drive::drive;
pub(crate) use fill::older_days;
pub(crate) use growth::grow;
use nodes::Nodes;
pub(crate) use server::Server;

/// The number of callers that ask each node at once.
const CALLERS: usize = 64;

/// The days of a year, and some more.
const YEAR: u32 = 381;

/// What nodes are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Work {
    /// A decision on a send.
    Decide,
    /// A decision on a send, and its settlement.
    Send,
    /// A right code, once.
    Check,
    /// Nine sends and a right code.
    Mix,
    /// A send to a number that got a code within the minute.
    Throttled,
}

impl Work {
    const ALL: [Self; 5] = [
        Self::Decide,
        Self::Send,
        Self::Check,
        Self::Mix,
        Self::Throttled,
    ];

    /// Returns how many codes are sent before a run that may check `codes` of them.
    fn prepared(self, codes: u64) -> u64 {
        match self {
            Self::Decide | Self::Send => 0,
            Self::Check | Self::Mix => codes,
            Self::Throttled => 1_000,
        }
    }

    /// Asks for the `n`th piece of work. Returns false when no prepared code is left to check.
    async fn ask(self, nodes: &Nodes, n: u64, codes: u64) -> anyhow::Result<bool> {
        let (turn, of_ten) = (n / 10, n % 10);
        match self {
            Self::Decide => nodes.decide(n).await.map(|_| true),
            Self::Check if n >= codes => Ok(false),
            Self::Check => nodes.check(n).await.map(|()| true),
            Self::Mix if of_ten == 0 && turn < codes => nodes.check(turn).await.map(|()| true),
            Self::Send | Self::Mix => nodes.send(n).await.map(|()| true),
            Self::Throttled => nodes.refuse(n % 1_000).await.map(|()| true),
        }
    }
}

/// Measures every kind of work on one node and on three, `pairs` times, and judges it.
pub(crate) async fn measure(
    plan: &Plan,
    pairs: usize,
    codes: u64,
) -> anyhow::Result<(Vec<Row>, Vec<Gate>)> {
    let mut rows = Vec::new();
    let mut gates = Vec::new();
    let mut per_second = Vec::new();
    let each = Load { plan, pairs, codes };
    for count in [1, 3] {
        for work in Work::ALL {
            let row = each.row(work, count, 1).await?;
            let cost = row.of_ours(|ours| ours.rate / (ours.usage.servers / 100.0));
            say(format!(
                "{}: {cost:.0} per second of the server's processor.\n",
                row.what
            ));
            if work == Work::Decide {
                per_second.push(cost);
                gates.push(Gate::floor(
                    format!("{}, over {}", row.what, row.against),
                    (60.0, 80.0),
                    100.0 * row.ratio().median,
                    "%",
                ));
            }
            rows.push(row);
        }
    }
    if let [one, three] = per_second.as_slice() {
        let what = "decisions per second of the server's processor, three nodes over one";
        gates.push(Gate::floor(what, (0.9, 1.0), three / one, ""));
    }
    let year = each.row(Work::Send, 1, YEAR).await?;
    gates.push(year_of_days(&rows, &year)?);
    rows.push(year);
    gates.push(half(plan, &rows, pairs).await?);
    gates.push(one_statement_each(plan, &rows).await?);
    gates.extend(early::refused(plan).await?);
    Ok((rows, gates))
}

/// How each kind of work is measured.
struct Load<'a> {
    plan: &'a Plan,
    pairs: usize,
    codes: u64,
}

impl Load<'_> {
    /// Measures work on a database with the tables of so many days.
    async fn row(&self, work: Work, count: usize, days: u32) -> anyhow::Result<Row> {
        note(format!("{work:?} on {count}, days: {days} ..."));
        let of_days = if days == 1 {
            String::new()
        } else {
            format!(", days: {days}")
        };
        let mut row = Row {
            what: format!("postgres {work:?}, nodes: {count}{of_days}").to_lowercase(),
            against: "one insert after the other".to_owned(),
            pairs: Vec::new(),
        };
        for _ in 0..self.pairs {
            row.pairs.push(self.pair(work, count, days).await?);
        }
        Ok(row)
    }

    /// Runs the barest insert, and then our work, on a fresh server.
    async fn pair(&self, work: Work, count: usize, days: u32) -> anyhow::Result<(Sample, Sample)> {
        let server = Server::start().await?;
        let barest = insert(&server, self.plan).await?;
        let nodes = Arc::new(Nodes::open(&server, count, limits::shipped()?).await?);
        server.make_days(days).await?;
        let (codes, callers) = (self.codes.min(20_000), CALLERS * count);
        nodes.prepare(0..work.prepared(codes), callers).await?;
        let asked = Arc::clone(&nodes);
        let ask = move |n| {
            let nodes = Arc::clone(&asked);
            async move { work.ask(&nodes, n, codes).await }
        };
        let ours = drive(self.plan, callers, &server, ask).await?;
        drop(nodes);
        server.stop()?;
        Ok((barest, ours))
    }
}

/// Judges sends beside the tables of a year against those beside the tables of today.
fn year_of_days(rows: &[Row], year: &Row) -> anyhow::Result<Gate> {
    let of_one = rows
        .iter()
        .find(|row| row.what == "postgres send, nodes: 1");
    let of_one = of_one.context("sends")?.of_ours(|ours| ours.rate);
    let ratio = year.of_ours(|ours| ours.rate) / of_one;
    let what = "sends beside the tables of a year, over those beside the tables of today";
    Ok(Gate::floor(what, (0.8, 1.0), ratio, ""))
}

/// Judges the latency of decisions on three nodes at half of their peak: at most 15 ms, or twice that of the barest insert where
/// the disk is slower. The run in the middle counts.
async fn half(plan: &Plan, rows: &[Row], runs: usize) -> anyhow::Result<Gate> {
    let peak = rows
        .iter()
        .find(|row| row.what.contains("decide, nodes: 3"));
    let rate = peak.context("the peak")?.of_ours(|ours| ours.rate) / 2.0;
    let mut found = Vec::new();
    for _ in 0..runs.max(1) {
        found.push(at_rate(plan, rate).await?);
    }
    found.sort_by(|one, other| one.1.p99.total_cmp(&other.1.p99));
    let (barest, ours) = found.get(found.len() / 2).context("a run")?;
    let most = (2.0 * barest.p99).max(15.0);
    let what = "p99 of decisions on three nodes at half of the peak";
    Ok(Gate::ceiling(what, (most, most / 2.0), ours.p99, "ms"))
}

/// Runs the barest insert, and then decisions on three nodes at a rate.
async fn at_rate(plan: &Plan, rate: f64) -> anyhow::Result<(Sample, Sample)> {
    let server = Server::start().await?;
    let barest = insert(&server, plan).await?;
    let nodes = Arc::new(Nodes::open(&server, 3, limits::shipped()?).await?);
    let ask = move |n| {
        let nodes = Arc::clone(&nodes);
        async move { Work::Decide.ask(&nodes, n, 0).await }
    };
    let plan = Plan {
        rate: Some(rate),
        ..plan.clone()
    };
    let ours = drive(&plan, 3 * CALLERS, &server, ask).await?;
    say(format!(
        "Decisions on three nodes at half of the peak ({rate:.0} a second): p50 {:.2}, p99 {:.2} ms; the barest insert: p50 {:.2}, p99 {:.2} ms.\n",
        ours.p50, ours.p99, barest.p50, barest.p99
    ));
    Ok((barest, ours))
}

/// Judges decisions on one node against a decision of as many statements as there are buckets and limits.
async fn one_statement_each(plan: &Plan, rows: &[Row]) -> anyhow::Result<Gate> {
    let ours = rows
        .iter()
        .find(|row| row.what.contains("decide, nodes: 1"));
    let ours = ours.context("decisions")?.of_ours(|ours| ours.rate);
    let server = Server::start().await?;
    let each = statements::decide(&server, plan, CALLERS).await?;
    say(format!(
        "A decision by one statement for each bucket and limit: {:.0} a second.\n",
        each.rate
    ));
    let what = "decisions on one node, over those by one statement for each bucket and limit";
    Ok(Gate::floor(what, (15.0, 30.0), ours / each.rate, "times"))
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
