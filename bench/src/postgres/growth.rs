//! The cost of a send, and the time to find one, as the number of messages in the database grows. Beyond a million the messages of
//! older days are copies.

use std::sync::Arc;

use tokio_postgres::Client;

use super::CALLERS;
use super::fill;
use super::limits;
use super::nodes::Nodes;
use super::server::Server;
use crate::clock::now;
use crate::gate::Gate;
use crate::growth::{MARKS, SEARCHES, Times, milliseconds};
use crate::meter::Snapshot;
use crate::numbers::SplitMix;
use crate::sample::number;
use crate::say::{note, say};

/// Sends over one node until `upto` messages are stored, and measures on the way.
pub(crate) async fn grow(upto: u64) -> anyhow::Result<Gate> {
    let server = Server::start().await?;
    // One session for all: the process of one that ends is not there to be measured.
    let session = server.session().await?;
    let nodes = Arc::new(Nodes::open(&server, 1, limits::shipped()?).await?);
    let mut table = vec![
        "| stored | sends/s | server CPU µs per send | written B per send | stored B per send | by number ms | by time ms |"
            .to_owned(),
        "|---|---|---|---|---|---|---|".to_owned(),
    ];
    let (mut stored, mut slowest) = (0, 0.0);
    let (mut sent, mut filled) = (0, 0..0);
    for (mark, sample) in MARKS.into_iter().filter(|(mark, _)| *mark <= upto) {
        note(format!("{mark} ..."));
        let before = mark - sample;
        if before > fill::DAY {
            filled = fill::older_days(&session, (before - stored, fill::DAY), filled).await?;
        } else {
            nodes.prepare(sent..before, CALLERS).await?;
            sent = before;
        }
        let pids = server.processes()?;
        let (begins, before) = (now(), Snapshot::take(&pids)?);
        nodes.prepare(sent..sent + sample, CALLERS).await?;
        let (took, usage) = (begins.elapsed(), Snapshot::take(&pids)?.since(&before));
        (stored, sent) = (mark, sent + sample);
        let found = search(&nodes, sent).await?;
        // The third slowest search counts: single hiccups of the machine prove nothing.
        let slow = found.iter().map(|times| times.slow);
        slowest = slow.fold(slowest, f64::max);
        let rate = number(sample) / took.as_secs_f64();
        table.push(format!(
            "| {mark} | {rate:.0} | {:.0} | {:.0} | {:.0} | {} |",
            usage.servers * 1e4 / rate,
            number(usage.written) / number(sample),
            number(size(&session).await?) / number(stored),
            found
                .map(|times| format!("{:.1} ({:.1})", times.median, times.slow))
                .join(" | "),
        ));
    }
    drop(nodes);
    server.stop()?;
    say(format!(
        "On PostgreSQL, as it grows, {sent} of the messages with live codes, and the others copies of a million of them in days before; \
         of {SEARCHES} searches the median, and the third slowest:\n"
    ));
    table.iter().for_each(say);
    say("");
    let what = format!("finding a message among {stored} on PostgreSQL");
    Ok(Gate::ceiling(what, (50.0, 50.0), slowest, "ms"))
}

/// Returns the size of the database in bytes.
async fn size(session: &Client) -> anyhow::Result<u64> {
    let size = "SELECT pg_database_size(current_database())";
    let size: i64 = session.query_one(size, &[]).await?.try_get(0)?;
    Ok(u64::try_from(size)?)
}

/// Searches messages of all ages: one by its number, and a page of those before it.
async fn search(nodes: &Nodes, sent: u64) -> anyhow::Result<[Times; 2]> {
    let mut random = SplitMix(sent);
    let mut times = [const { Vec::new() }; 2];
    for _ in 0..SEARCHES {
        let begun = now();
        let decided_at = nodes.find(random.next() % sent).await?;
        let [by_number, by_time] = &mut times;
        by_number.push(milliseconds(begun.elapsed()));
        let begun = now();
        nodes.page_before(decided_at).await?;
        by_time.push(milliseconds(begun.elapsed()));
    }
    Ok(times.map(Times::of))
}
