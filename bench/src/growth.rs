//! The cost of a send, and the time to find one, as the number of stored messages grows.

use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, ensure};
use serde::Deserialize;

use crate::clock::now;
use crate::connection::Connection;
use crate::gate::Gate;
use crate::load::{self, Plan};
use crate::meter;
use crate::numbers::{SplitMix, number as phone_number};
use crate::ours;
use crate::sample::number;
use crate::say::{note, say};
use crate::series::Bench;
use crate::source::Unique;
use crate::wire;

/// The numbers of stored messages at which the bench measures, each with the number of further sends measured
/// there.
pub(crate) const MARKS: [(u64, u64); 6] = [
    (1_000, 900),
    (10_000, 5_000),
    (100_000, 50_000),
    (1_000_000, 100_000),
    (3_000_000, 100_000),
    (10_000_000, 100_000),
];

/// The number of messages searched at each mark, each by number, by request and by time.
pub(crate) const SEARCHES: usize = 50;

/// The measured part of an answer.
#[derive(Deserialize)]
struct Page {
    data: Vec<Message>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Message {
    request_id: String,
    decided_at: String,
}

/// Sends until `upto` messages are stored, and measures on the way.
pub(crate) async fn measure(bench: &Bench, upto: u64, gates: &mut Vec<Gate>) -> anyhow::Result<()> {
    let data = bench.folder()?;
    let service = ours::start(&bench.countersign, data.path(), "sink")?;
    let pids = [service.pid()];
    let mut table = vec![
        "| stored | sends/s | server CPU µs per send | p99 ms | written B per send | RSS MB | by number ms | by request ms \
         | by time ms |"
            .to_owned(),
        "|---|---|---|---|---|---|---|---|---|".to_owned(),
    ];
    let (mut stored, mut slowest) = (0, 0.0);
    for (mark, sample) in MARKS.into_iter().filter(|(mark, _)| *mark <= upto) {
        note(format!("{mark} ..."));
        let plan = Plan::until_done(bench.plan.connections);
        let fill = Unique(stored..mark - sample);
        load::run(service.address, Box::new(fill), &plan, &pids)
            .await?
            .verdict()?;
        let sends = Unique(mark - sample..mark);
        let run = load::run(service.address, Box::new(sends), &plan, &pids).await?;
        run.verdict()?;
        stored = mark;
        let found = search(service.address, data.path(), stored).await?;
        // The third slowest search counts: single hiccups of the machine prove nothing.
        slowest = f64::max(
            slowest,
            found.iter().map(|times| times.slow).fold(0.0, f64::max),
        );
        table.push(format!(
            "| {mark} | {:.0} | {:.1} | {:.2} | {:.0} | {:.0} | {} |",
            run.rate(),
            run.usage.servers * 1e4 / run.rate(),
            number(run.latencies.value_at_quantile(0.99)) / 1e3,
            number(run.usage.written) / number(sample),
            number(meter::resident(&pids)?) / 1e6,
            found
                .map(|times| format!("{:.1} ({:.1})", times.median, times.slow))
                .join(" | "),
        ));
    }
    service.stop()?;
    say(format!(
        "As it grows, with live codes and messages alike; of {SEARCHES} searches the median, and the third slowest:\n"
    ));
    table.iter().for_each(say);
    say("");
    let what = format!("finding a message among {stored}");
    gates.push(Gate::ceiling(what, (50.0, 50.0), slowest, "ms"));
    Ok(())
}

/// Times in milliseconds: the median, and the third slowest.
pub(crate) struct Times {
    pub(crate) median: f64,
    pub(crate) slow: f64,
}

impl Times {
    pub(crate) fn of(mut times: Vec<f64>) -> Self {
        times.sort_by(f64::total_cmp);
        let at = |place: usize| times.get(place).copied().unwrap_or_default();
        Self {
            median: at(times.len() / 2),
            slow: at(times.len().saturating_sub(3)),
        }
    }
}

/// Searches messages of all ages: by number, by request, by time.
async fn search(address: SocketAddr, data: &Path, stored: u64) -> anyhow::Result<[Times; 3]> {
    let token = ours::token(data)?;
    let mut connection = Connection::open(address).await?;
    let (mut random, mut request) = (SplitMix(stored), Vec::new());
    let mut times = [const { Vec::new() }; 3];
    for _ in 0..SEARCHES {
        let wanted = random.next() % stored;
        wire::find(&mut request, &token, phone_number(wanted));
        let (message, taken) = one(&mut connection, &request).await?;
        let mut all = vec![taken];
        for query in [
            format!("requestId={}", message.request_id),
            format!("limit=50&decidedBefore={}", message.decided_at),
        ] {
            wire::list(&mut request, &token, &query);
            let started = now();
            let answer = connection.exchange(&request).await?;
            let page: Page = serde_json::from_slice(answer.body)?;
            all.push(milliseconds(now() - started));
            let is_it = |found: &Message| found.request_id == message.request_id;
            let by_request = query.starts_with("requestId");
            ensure!(
                !by_request || page.data.iter().all(is_it),
                "{query} finds another"
            );
        }
        for (times, taken) in times.iter_mut().zip(all) {
            times.push(taken);
        }
    }
    Ok(times.map(Times::of))
}

async fn one(connection: &mut Connection, request: &[u8]) -> anyhow::Result<(Message, f64)> {
    let started = now();
    let answer = connection.exchange(request).await?;
    let page: Page = serde_json::from_slice(answer.body)?;
    let taken = milliseconds(now() - started);
    let message = page.data.into_iter().next();
    Ok((
        message.context("a message that was sent is not found by its number")?,
        taken,
    ))
}

pub(crate) fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}
